// The second half of the journey: an agent calls, people decide, and the record shows it.

import { Agent, ERAS, Wallet } from "../clients/agent.mjs";
import { DECEPTIVE, KEY } from "./shop.mjs";
import { OWNER, REVIEWER } from "./building.mjs";

const REFUND = { order_id: "o-1", body: { amount_cents: 2500, reason: "The parcel arrived broken." } };

export async function connectAgent(scene) {
  const { checks, watch, owner, outside } = scene;
  const { page, keys } = owner;
  checks.about("An agent connects");
  const wallet = new Wallet(outside.callback, "Support agent");
  const answer = async (url) => {
    await page.goto(url.href);
    checks.same("the consent page names the agent", await page.locator("#client-name").innerText(), "Support agent");
    checks.that("and where its answer goes", (await page.locator("#redirect-host").innerText()).includes("127.0.0.1"));
    checks.that("and warns of programs on this computer", await page.locator("#loopback-warning").isVisible());
    await watch.look(page, "consent");
    const back = outside.comesBack();
    await keys.press("#approve");
    return back;
  };
  scene.agent = await Agent.connect(scene.endpoint, wallet, answer, ERAS.auto);
  const names = (await scene.agent.tools()).map((tool) => tool.name).sort();
  checks.same("it sees the chosen tools", names, ["create_refund", "get_order", "list_customers", "list_orders"]);
  await page.goto(`${scene.origin}/t/${scene.tenant}/endpoints`);
  await keys.press("#endpoints a");
  checks.that("the endpoint's page shows the agent", (await page.locator("#grants").innerText()).includes("Support agent"));
  await watch.look(page, "endpoint-connected");
}

export async function callAndHold(scene) {
  const { checks, watch, owner, shop, agent } = scene;
  checks.about("A READ call runs, a refund waits");
  const read = await agent.call("list_orders", {});
  checks.that("the agent has the shop's data", !read.isError && read.text.includes("o-2"), read);
  checks.same("the shop saw its key", shop.seen.at(-1), { line: "GET /orders", key: KEY, body: "" });
  const held = (scene.held = await agent.call("create_refund", REFUND));
  checks.that("the refund is held, and the agent is told", held.isError && held.code === "held", held);
  checks.same("nothing was sent", shop.count("POST"), 0);
  await scene.go(owner, "/holds");
  await owner.keys.press(`#${held.hold.id} a`);
  checks.that("who asked is told that a second person is needed", await owner.page.locator("#second-person").isVisible());
  checks.same("and has no way to countersign", await owner.page.locator("#countersign").count(), 0);
  await watch.look(owner.page, "hold-own");
}

export async function countersign(scene) {
  const { checks, watch, reviewer, shop, agent, held } = scene;
  const { page, keys } = reviewer;
  checks.about("The reviewer countersigns");
  await scene.go(reviewer, "/holds");
  await keys.press(`#${held.hold.id} a`);
  const shown = await page.locator("main").innerText();
  checks.that("T57: he sees method, address and every argument", ["POST", `${shop.url}/orders/o-1/refunds`.slice(7), "2500", "parcel arrived broken"].every((part) => shown.includes(part)), shown);
  checks.that("T57: and which credential is used, not what it is", (await page.locator("#request-credential").innerText()).length > 4 && !shown.includes(KEY));
  checks.same("he sees of which API it is", await page.locator("#called-api").innerText(), "Corner shop");
  await watch.look(page, "hold");
  await keys.type("#decide-form [name=reason]", "Photos show the damage; the amount is right.");
  await keys.press("#countersign");
  checks.that("it is countersigned", /countersigned/i.test(await page.locator("#notice").innerText()));
  await watch.look(page, "hold-countersigned");
  checks.same("nothing was sent yet", shop.count("POST"), 0);
  const ran = await agent.call("create_refund", REFUND);
  checks.that("the identical call runs", !ran.isError && ran.text.includes("r-1"), ran);
  checks.same("the shop has one refund", [shop.count("POST /orders/o-1/refunds"), shop.refunds.length], [1, 1]);
}

export async function reject(scene) {
  const { checks, watch, reviewer, shop, agent } = scene;
  const { page, keys } = reviewer;
  checks.about("Once is once, and a rejection is heard");
  const second = await agent.call("create_refund", REFUND);
  checks.that("the same call again is a new hold", second.code === "held" && second.hold.id !== scene.held.hold.id, second);
  checks.same("the shop still has one refund", shop.refunds.length, 1);
  await scene.go(reviewer, "/holds");
  const other = await agent.call("create_refund", { order_id: "o-2", body: { amount_cents: 4500, reason: "Shipped twice by mistake." } });
  scene.other = other;
  await page.locator("#news a").waitFor();
  checks.that("an open inbox says what has come, and moves nothing", (await page.locator("#news").innerText()).includes("1 new call waits.") && (await page.locator("#waiting tbody tr").count()) === 1);
  await watch.look(page, "holds-news");
  await keys.press("#news a");
  const one = await page.locator(`#${second.hold.id}`).innerText();
  const two = await page.locator(`#${other.hold.id}`).innerText();
  checks.that("two refunds can be told apart in the list", one.includes("2500") && two.includes("4500"), [one, two]);
  await watch.look(page, "holds");
  await page.keyboard.press("?");
  checks.that("? lists the keys of the inbox", await page.locator("#keys").isVisible());
  await watch.look(page, "holds-keys");
  await page.keyboard.press("Escape");
  const inRow = () => page.evaluate(() => document.activeElement.closest("tr")?.id);
  for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
  checks.same("j and k move between calls", await inRow(), await page.locator("#waiting tbody tr").first().getAttribute("id"));
  await outOfTime(scene, page.url());
  if (scene.picture) await picture(page, scene.picture);
  await keys.press(`#${second.hold.id} a`);
  await keys.type("#decide-form [name=reason]", "This order was refunded a minute ago.");
  await keys.press("#reject");
  await watch.look(page, "hold-rejected");
  const told = await agent.call("create_refund", REFUND);
  checks.that("the agent is told, with the reason", told.isError && told.code === "approval_rejected" && told.text.includes("a minute ago"), told);
  checks.same("the shop still has one refund after the rejection", shop.refunds.length, 1);
}

/** An inbox that nobody touches until the time of its calls is over. */
async function outOfTime({ checks, reviewer }, url) {
  const page = await reviewer.page.context().newPage();
  await page.clock.install();
  await page.goto(url);
  await page.clock.fastForward("16:00");
  checks.same("an open inbox says whose time is over", await page.locator("#waiting td[data-label='Expires in']").allInnerTexts(), ["time is over", "time is over"]);
  checks.same("and counts them no more", await page.locator("#waiting-count, .nav .count").evaluateAll((drawn) => drawn.map((one) => one.firstChild.data)), ["0", "0"]);
  checks.that("and does not say that nobody decided", (await page.locator("#news").innerText()).startsWith("2 calls are out of time."));
  await page.close();
}

/** The inbox, down to its last row, as the README shows it. */
async function picture(page, path) {
  const { y, height } = await page.locator("#decided").boundingBox();
  const clip = { x: 0, y: 0, width: 1280, height: Math.ceil(y + height) + 28 };
  await page.screenshot({ path, clip, fullPage: true });
}

export async function deceive(scene) {
  const { checks, watch, reviewer, shop, agent } = scene;
  const { page } = reviewer;
  checks.about("T58: text that means to deceive");
  const { override, pop, zero, tag } = DECEPTIVE;
  const reason = `pay${override}001${pop} ze${zero}ro ta${tag}g <script>document.title="owned"</script> ` +
    `<img src="${shop.url}/pixel.png" onerror="document.title='owned'"> ![x](${shop.url}/pixel.png) " onmouseover="x' \u001b[31m`;
  scene.trick = { order_id: "o-1", body: { amount_cents: 100, reason } };
  scene.tricked = await agent.call("create_refund", scene.trick);
  checks.same("it waits like any other call", scene.tricked.code, "held");
  await page.goto(scene.tricked.hold.page);
  for (const id of ["#arguments", "#request-body"]) {
    const shown = await page.locator(id).innerText();
    const drawn = ["⟦U+202E⟧", "⟦U+202C⟧", "⟦U+200B⟧", "⟦U+E0041⟧"].filter((mark) => !shown.includes(mark));
    checks.same(`T58: ${id} draws every hidden character`, drawn, []);
    checks.that(`T58: ${id} hides none of them`, ![override, pop, zero, tag].some((one) => shown.includes(one)));
    checks.that(`T58: ${id} shows markup as text`, shown.includes("<script>") && shown.includes("![x]("));
    checks.same(`T58: nothing in ${id} came to life`, await page.locator(`${id} script, ${id} img, ${id} a`).count(), 0);
  }
  checks.that("T58: no script of it ran", !(await page.title()).includes("owned"));
  checks.same("T58: drawing it asked nobody for anything", shop.count("GET /pixel.png"), 0);
  await watch.look(page, "hold-deceptive");
}

export async function crossSite(scene) {
  const { checks, watch, reviewer, outside, tricked } = scene;
  const { page, keys } = reviewer;
  checks.about("T85: another site's form");
  const digest = await page.locator("#decide-form [name=shown]").inputValue();
  const fields = { shown: digest, reason: "a prize", answer: "countersign" };
  await page.goto(outside.trap(tricked.hold.page, fields));
  const answered = await keys.press("#win");
  checks.same("T85: it is refused", answered.status(), 403);
  checks.that("it was this refusal that the browser noted", watch.forgive(/Failed to load resource.*403/) > 0);
  await watch.look(page, "problem");
  await page.goto(tricked.hold.page);
  checks.that("T85: the call still waits", await page.locator("#countersign").isVisible());
  await page.goto(`${scene.origin}/t/somebody-else/holds`);
  watch.forgive(/Failed to load resource.*404/);
  checks.that("a foreign organisation does not exist", await page.locator("#problem").isVisible());
  await watch.look(page, "not-found");
}

export async function withoutScripts(scene) {
  const { checks, watch, shop, agent, tricked, trick } = scene;
  checks.about("Without scripts");
  const { page, keys } = await scene.person({ javaScriptEnabled: false });
  await page.goto(tricked.hold.page);
  await keys.type("#sign-in-form [name=email]", REVIEWER.email);
  await keys.type("#sign-in-form [name=password]", REVIEWER.password);
  await keys.press("#sign-in");
  checks.same("signing in leads back to where he wanted to go", page.url(), tricked.hold.page);
  await keys.type("#decide-form [name=reason]", "Odd words, but the amount is right.");
  await keys.press("#countersign");
  checks.that("signing in and countersigning need no script", /countersigned/i.test(await page.locator("#notice").innerText()));
  watch.quiet("without scripts");
  await page.context().close();
  const ran = await agent.call("create_refund", trick);
  checks.that("the call runs", !ran.isError, ran);
  const { body } = shop.seen.at(-1);
  checks.same("T57: what was sent is what was shown, hidden characters and all", JSON.parse(body), trick.body);
}

export async function audit(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("The record");
  await scene.go(owner, "/audit");
  const all = await page.locator("#records tbody tr").count();
  checks.that("the calls and decisions are rows", all > 10, all);
  await watch.look(page, "audit");
  await keys.type("#audit-filter [name=tool]", "create_refund");
  await keys.press("#audit-filter [name=tool]");
  const rows = await page.locator("#records tbody tr").allInnerTexts();
  checks.that("the filter leaves the refunds", rows.length > 0 && rows.length < all && rows.every((row) => row.includes("create_refund")), rows);
  await watch.look(page, "audit-filtered");
  await keys.press("#records tbody a");
  checks.that("one record opens", await page.locator("#record").isVisible());
  checks.that("no record holds the key", !(await page.content()).includes(KEY));
  checks.that("it says at which endpoint the call was made, and of which API",
    (await page.locator("#called-at").innerText()) === "Support desk" && (await page.locator("#called-api").innerText()) === "Corner shop");
  await watch.look(page, "audit-record");
  await scene.go(owner, "/report");
  checks.that("the report opens, from live data", await page.locator("#inventory").isVisible());
  await watch.look(page, "report");
  await scene.go(owner, "");
  await watch.look(page, "overview");
  await scene.go(owner, "/sources");
  await watch.look(page, "sources");
  await scene.go(owner, "/endpoints");
  await watch.look(page, "endpoints");
}

export async function signOut(scene) {
  const { checks, watch, owner, origin } = scene;
  const { page, keys } = owner;
  checks.about("Signing out and in");
  await keys.press("#sign-out");
  const home = `${origin}/t/${scene.tenant}`;
  const stale = await fetch(home, { redirect: "manual", headers: { cookie: `countersign=${owner.session}`, accept: "text/html" } });
  checks.that("T83: the session ended on the server", stale.status !== 200, stale.status);
  await page.goto(`${origin}/sign-in`);
  await watch.look(page, "sign-in");
  await keys.type("#email", OWNER.email);
  await keys.type("#password", "not-the-password");
  await keys.press("#sign-in");
  checks.that("a wrong password is refused", await page.locator("#form-error").isVisible());
  watch.forgive(/Failed to load resource.*40[0-9]/);
  await watch.look(page, "sign-in-refused");
  await keys.type("#password", OWNER.password);
  await keys.press("#sign-in");
  const cookies = await page.context().cookies();
  const session = cookies.find(({ name }) => name === "countersign")?.value;
  checks.that("T83: signing in begins a new session", session && session !== owner.session);
  watch.quiet("signing out and in");
}
