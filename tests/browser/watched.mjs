// A browser page that is watched all the time: what it logs, loads and answers with, and, when
// somebody looks at it, whether everybody can use it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 375, height: 812 };
// A browser without a graphics card may never finish a picture of what is outside its window, nor of
// more than 16,384 px.
const PICTURE = { height: 6000, attempts: 2, milliseconds: 10_000 };

export class Watch {
  looked = 0;
  nonces = new Set();

  constructor(checks, origin, folder) {
    Object.assign(this, { checks, origin, folder });
    this.problems = [];
    mkdirSync(folder, { recursive: true });
  }

  /** A context of its own: another person's browser. `elsewhere` are origins it may visit too. */
  async context(browser, { javaScriptEnabled = true, elsewhere = [] } = {}) {
    const context = await browser.newContext({
      viewport: DESK,
      colorScheme: "light",
      // Otherwise a picture shows colours on their way from one scheme to the other.
      reducedMotion: "reduce",
      javaScriptEnabled,
    });
    if (javaScriptEnabled) await context.addInitScript(reportViolations);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.#note(page, `script error: ${error}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#note(page, `console ${message.type()}: ${message.text()}`);
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      const known = origin === this.origin || elsewhere.includes(origin) || protocol === "data:";
      if (!known) this.#note(page, `asked for ${request.url()}`);
    });
    page.on("response", (response) => this.#response(page, response));
    return page;
  }

  /** What is on record against the pages so far; each is told once. */
  quiet(about) {
    const found = this.problems.splice(0);
    this.checks.that(`${about}: no error, no policy violation, no request elsewhere`, found.length === 0, found);
  }

  /** Takes what is on record and is meant to be there: a refusal that was asked for. */
  forgive(pattern) {
    const before = this.problems.length;
    this.problems = this.problems.filter((problem) => !pattern.test(problem));
    return before - this.problems.length;
  }

  /** Looks at a page in both sizes and both colour schemes, and comes back to where it was. */
  async look(page, name) {
    this.looked += 1;
    const number = String(this.looked).padStart(2, "0");
    const found = [];
    for (const [size, viewport] of Object.entries({ [DESK.width]: DESK, [PHONE.width]: PHONE })) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        const wide = [...await page.evaluate(sideways), ...await page.evaluate(cutOff)];
        found.push(...wide.map((what) => `${size} ${colorScheme}: ${what}`));
        const tall = Math.max(viewport.height, await page.evaluate(() => document.documentElement.scrollHeight));
        await page.setViewportSize({ ...viewport, height: Math.min(tall, PICTURE.height) });
        await this.#picture(page, `${number}-${name}-${size}-${colorScheme}.png`);
        // In a window as tall as the page nothing that sticks to the window stands over anything.
        await page.setViewportSize({ ...viewport, height: tall });
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode(true).analyze();
        found.push(...violations.map((violation) => `${size} ${colorScheme}: ${told(violation)}`));
      }
    }
    await page.setViewportSize(DESK);
    await page.emulateMedia({ colorScheme: "light" });
    this.checks.that(`page ${name}: axe finds nothing, nothing scrolls sideways or is cut off`, found.length === 0, [...new Set(found)].join("\n        "));
    this.quiet(`page ${name}`);
  }

  /** A picture for people, of the page's upper part; what is checked is checked on the page itself. */
  async #picture(page, file) {
    const wanted = { path: join(this.folder, file), timeout: PICTURE.milliseconds };
    for (let attempt = 1; attempt <= PICTURE.attempts; attempt += 1) {
      const failure = await page.screenshot(wanted).then(() => undefined, (error) => error);
      if (!failure) return;
      console.log(`        no picture ${file} at attempt ${attempt}: ${failure.message.split("\n")[0]}`);
    }
  }

  #note(page, what) {
    this.problems.push(`${new URL(page.url()).pathname}: ${what}`);
  }

  /** T88: what every document of ours says to the browser. */
  #response(page, response) {
    const request = response.request();
    if (request.resourceType() !== "document" || new URL(response.url()).origin !== this.origin) return;
    const headers = response.headers();
    const policy = headers["content-security-policy"] ?? "";
    const wants = ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"];
    for (const want of wants) if (!policy.includes(want)) this.#note(page, `T88: the policy lacks ${want}`);
    if (policy.includes("unsafe")) this.#note(page, `T88: the policy has an unsafe source: ${policy}`);
    const nonce = policy.match(/'nonce-([^']+)'/)?.[1];
    if (!nonce || this.nonces.has(nonce)) this.#note(page, `T88: the nonce ${nonce} is missing or was used before`);
    this.nonces.add(nonce);
    if (headers["x-content-type-options"] !== "nosniff") this.#note(page, "T88: no nosniff");
    if (headers["cross-origin-opener-policy"] !== "same-origin") this.#note(page, "T88: no opener policy");
    const kept = headers["cache-control"] ?? "";
    if (new URL(response.url()).pathname.startsWith("/t/") && !kept.includes("no-store")) {
      this.#note(page, `T88: a tenant's page may be kept: ${kept}`);
    }
    if (headers.server || headers["x-powered-by"]) this.#note(page, "T88: it says what it runs on");
  }
}

function told({ id, help, nodes }) {
  const where = nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`);
  return `${id} (${help}) at ${where.join("; ")}`;
}

/** In the page: what is wider than its place, so that somebody has to scroll sideways to read it. */
function sideways() {
  const root = document.scrollingElement;
  const found = root.scrollWidth > innerWidth ? [`${root.scrollWidth - innerWidth} px wider than the window`] : [];
  for (const place of document.querySelectorAll("main .table, main .card, main pre")) {
    const wide = place.scrollWidth - place.clientWidth;
    const name = place.id || place.getAttribute("aria-label") || place.getAttribute("aria-labelledby") || place.localName;
    if (wide > 0) found.push(`${name} is ${wide} px wider than its place`);
  }
  return found;
}

/** In the page: closed lists that are too narrow for some of what can be chosen in them, and sent. */
function cutOff() {
  const found = [];
  for (const list of document.querySelectorAll("main form[method=post] select:not(#filter-form *)")) {
    if (!list.checkVisibility()) continue;
    const whole = list.cloneNode(true);
    Object.assign(whole.style, { position: "absolute", width: "max-content", minWidth: "0", maxWidth: "none" });
    list.after(whole);
    const hidden = whole.offsetWidth - list.offsetWidth;
    whole.remove();
    if (hidden > 0) found.push(`the list ${list.id || list.name} hides ${hidden} px of a choice`);
  }
  return found;
}

function reportViolations() {
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
  });
}
