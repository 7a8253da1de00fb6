// Everything is stopped at once, everybody sees it, and it goes on again.

import { REVIEWER } from "./building.mjs";

const REASON = "Refunds repeat themselves for orders nobody asked about; see https://status.example/incidents/2026-11-22-refunds-of-the-support-agent";

export async function stopCalls(scene) {
  const { checks, watch, owner, reviewer, shop, agent } = scene;
  const { page, keys } = owner;
  checks.about("Everything is stopped at once");
  const before = shop.seen.length;
  await scene.go(owner, "/stop");
  const says = await page.locator("#what-happens").innerText();
  checks.that("the page says what will happen, and to how many", says.includes("One agent is connected") && /calls? waits?/.test(says), says);
  await watch.look(page, "stop");
  await keys.type("#stop-form [name=reason]", REASON);
  await keys.press("#stop");
  checks.that("every page says so: by whom and why", /by olivia@[^]*Refunds repeat/.test(await page.locator("#stopped").innerText()));
  await watch.look(page, "stopped-overview");
  const read = await agent.call("list_orders", {});
  checks.that("the agent is told, and not why", read.isError && read.code === "stopped" && !read.text.includes("Refunds"), read);
  checks.same("its tools are still listed", (await agent.tools()).length, 4);
  await reviewer.page.goto(`${scene.origin}/t/${scene.tenant}/holds`);
  checks.that("the reviewer sees it", await reviewer.page.locator("#stopped").isVisible());
  await watch.look(reviewer.page, "stopped-holds");
  await scene.go(owner, "/stop");
  await watch.look(page, "resume");
  checks.same("nothing has reached the shop", shop.seen.length, before);
}

export async function resumeWithoutScripts(scene) {
  const { checks, watch, agent } = scene;
  checks.about("Calls go out again, without scripts");
  const { page, keys } = await scene.person({ javaScriptEnabled: false });
  await page.goto(`${scene.origin}/t/${scene.tenant}`);
  await keys.type("#sign-in-form [name=email]", REVIEWER.email);
  await keys.type("#sign-in-form [name=password]", REVIEWER.password);
  await keys.press("#sign-in");
  await keys.press("#stopped a");
  await keys.type("#resume-form [name=reason]", "The agent's prompt is mended.");
  await keys.press("#resume");
  checks.same("no page says it any more", await page.locator("#stopped").count(), 0);
  watch.quiet("resuming without scripts");
  await page.context().close();
  const read = await agent.call("list_orders", {});
  checks.that("the agent reads again", !read.isError && read.text.includes("o-2"), read);
}
