// The whole way in a real browser, with the keyboard alone: from signing up to the report, with a
// real agent at the other end. Every page is looked at with axe, in two sizes and two colour
// schemes; the pictures are kept in tests/artefacts.
//
//   node tests/browser/journey.mjs [--picture FILE] [path of a built binary]

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Checks } from "../clients/checks.mjs";
import { Product, ROOT, binary } from "../clients/product.mjs";
import * as building from "./building.mjs";
import * as deciding from "./deciding.mjs";
import { Keyboard } from "./keyboard.mjs";
import { Outside } from "./outside.mjs";
import * as overriding from "./overriding.mjs";
import * as removing from "./removing.mjs";
import * as reviewing from "./reviewing.mjs";
import { Shop } from "./shop.mjs";
import * as stopping from "./stopping.mjs";
import { Watch } from "./watched.mjs";

const BROWSER = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// Generous: a machine may be slow.
const STEP_SECONDS = 120;

/** Everything the chapters of the journey share. */
class Scene {
  static async open(program, picture) {
    const scene = new Scene();
    Object.assign(scene, { checks: new Checks(), picture, contexts: [] });
    try {
      await scene.#start(program);
    } catch (error) {
      await scene.close();
      throw error;
    }
    return scene;
  }

  async #start(program) {
    const settings = { COUNTERSIGN_ALLOW_LOOPBACK_UPSTREAMS: "true" };
    this.shop = await Shop.open();
    this.outside = await Outside.open();
    this.product = await Product.start(program, ["serve"], settings);
    this.origin = this.product.url;
    // playwright gives each launch a profile folder of its own, and removes it.
    this.browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: BROWSER,
      timeout: STEP_SECONDS * 1000,
    });
    const folder = join(ROOT, "tests/artefacts");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.watch = new Watch(this.checks, this.origin, folder);
  }

  /** Another person's browser, with nothing in it. */
  async person(options = {}) {
    const page = await this.watch.context(this.browser, { elsewhere: [this.outside.url], ...options });
    page.setDefaultTimeout(STEP_SECONDS * 1000);
    return { page, keys: new Keyboard(page) };
  }

  /** Goes to a part of the tenant by its entry in the navigation. */
  async go({ keys }, part) {
    await keys.press(`nav[aria-label="Main"] a[href="/t/${this.tenant}${part}"]`);
  }

  async close() {
    await this.agent?.close().catch(() => {});
    await this.browser?.close();
    const ended = await this.product?.stop();
    await this.outside?.close();
    await this.shop?.close();
    return ended;
  }
}

function options(words) {
  const picture = words.indexOf("--picture");
  const file = picture < 0 ? undefined : words.splice(picture, 2)[1];
  return { picture: file, program: words[0] };
}

const { picture, program } = options(process.argv.slice(2));
const scene = await Scene.open(binary(program), picture);
try {
  for (const chapter of [
    building.signUp,
    building.importByPaste,
    building.turnOn,
    building.connectUpstream,
    building.makeEndpoint,
    building.invite,
    building.inviteLongAddress,
    deciding.connectAgent,
    deciding.callAndHold,
    deciding.countersign,
    deciding.reject,
    deciding.deceive,
    deciding.crossSite,
    deciding.withoutScripts,
    overriding.sayOtherwise,
    deciding.audit,
    stopping.stopCalls,
    stopping.resumeWithoutScripts,
    reviewing.importFolder,
    reviewing.filter,
    reviewing.decideTogether,
    reviewing.goOn,
    reviewing.chooseAmongMany,
    reviewing.decideWithoutScripts,
    reviewing.decideOnPhone,
    reviewing.importAgain,
    removing.removeApi,
    removing.removeEndpoint,
    deciding.signOut,
  ]) {
    await chapter(scene);
  }
} catch (error) {
  scene.checks.broke(error);
  for (const context of scene.browser.contexts()) {
    for (const [index, page] of context.pages().entries()) {
      console.log(`        a page stands at ${page.url()}`);
      const path = join(scene.folder, `failed-${scene.browser.contexts().indexOf(context)}-${index}.png`);
      await page.screenshot({ path, fullPage: true }).catch(() => {});
    }
  }
  console.log(`        the product ${scene.product.ended ?? "is up"}; it said:\n${scene.product.log.slice(-4000)}`);
} finally {
  const ended = await scene.close();
  scene.checks.same("the product ended gracefully", ended, 0);
}
scene.checks.finish();
