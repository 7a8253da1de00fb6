// A person without a browser: fetches pages, keeps cookies, fills in forms as they were drawn.

export class Person {
  #cookies = new Map();

  constructor(origin, { email, password }) {
    this.origin = origin;
    this.email = email;
    this.password = password;
  }

  /** One request; redirects are handed back, not followed. */
  async #send(url, options = {}) {
    const address = new URL(url, this.origin);
    if (address.origin !== this.origin) throw new Error(`a person does not go to ${address.origin}`);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", ...(cookie && { cookie }), ...options.headers };
    const answer = await fetch(address, { ...options, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const cut = pair.indexOf("=");
      if (/;\s*max-age=0/i.test(line)) this.#cookies.delete(pair.slice(0, cut));
      else this.#cookies.set(pair.slice(0, cut), pair.slice(cut + 1));
    }
    const to = answer.headers.get("location");
    return { status: answer.status, to: to && new URL(to, address), html: await answer.text(), at: address };
  }

  /** Opens a page, following redirects for as long as they stay with the product. */
  async open(url) {
    let page = await this.#send(url);
    for (let hops = 0; page.to?.origin === this.origin && hops < 8; hops += 1) page = await this.#send(page.to);
    return page;
  }

  /** Sends the form of a page with its hidden fields and what is filled in, pressing no button. */
  submit(page, id, filled) {
    const [, head, inside] = page.html.match(new RegExp(`<form([^>]*id="${id}"[^>]*)>([\\s\\S]*?)</form>`)) ?? [];
    if (!head) throw new Error(`there is no form ${id} at ${page.at}: ${page.status}\n${page.html.slice(0, 800)}`);
    const action = plain(head.match(/action="([^"]*)"/)?.[1] ?? page.at.pathname);
    const fields = new URLSearchParams();
    for (const [input] of inside.matchAll(/<input type="hidden"[^>]*>/g)) {
      fields.append(plain(input.match(/name="([^"]*)"/)[1]), plain(input.match(/value="([^"]*)"/)[1]));
    }
    for (const [name, value] of Object.entries(filled)) fields.append(name, value);
    return this.#send(action, {
      method: "POST",
      body: fields,
      headers: { origin: this.origin, "sec-fetch-site": "same-origin" },
    });
  }

  /** Answers what an agent asks for: signs in on the way where that is asked, then consents. */
  async consent(url, answer = "approve") {
    let page = await this.open(url);
    if (page.html.includes('id="sign-in-form"')) {
      const signed = await this.submit(page, "sign-in-form", { email: this.email, password: this.password });
      if (!signed.to) throw new Error(`not signed in: ${signed.status}\n${signed.html.slice(0, 800)}`);
      page = await this.open(signed.to);
    }
    this.consentPage = page.html;
    const answered = await this.submit(page, "consent-form", { answer });
    if (!answered.to) throw new Error(`no answer to the consent: ${answered.status}\n${answered.html.slice(0, 800)}`);
    return answered.to;
  }

  async signIn() {
    const page = await this.open("/sign-in");
    const signed = await this.submit(page, "sign-in-form", { email: this.email, password: this.password });
    if (!signed.to) throw new Error(`not signed in: ${signed.status}\n${signed.html.slice(0, 800)}`);
  }

  /** Decides about a held call as it is shown on its page. */
  async decide(url, answer, reason) {
    const page = await this.open(url);
    const decided = await this.submit(page, "decide-form", { answer, reason });
    if (!decided.to) throw new Error(`not decided: ${decided.status}\n${decided.html.slice(0, 800)}`);
  }
}

function plain(text) {
  return text.replace(/&#(\d+);|&(amp|lt|gt|quot);/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : { amp: "&", lt: "<", gt: ">", quot: '"' }[name],
  );
}
