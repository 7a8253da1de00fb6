// What came of a wrong document goes, another name comes, and an endpoint goes with its agents.

export async function removeApi(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Removing an API");
  await scene.go(owner, "/sources");
  const row = page.locator("#sources tr", { hasText: "Not an API" });
  checks.that("the list says that nothing was imported", (await row.innerText()).includes("nothing imported"));
  await keys.press('#sources a[href$="/sources/not-an-api"]');
  checks.that("so does its page", await page.locator("#nothing-imported #try-again").isVisible());
  await watch.look(page, "source-bare");
  await keys.press("#settings-link");
  await watch.look(page, "source-settings");
  await keys.type("#rename-form [name=name]", "A mistake");
  await keys.press("#rename");
  checks.same("it has its new name", await page.locator("h1").innerText(), "A mistake");
  await keys.press("#settings-link");
  await keys.type("#remove-form [name=reason]", "A page to sign in, and no document.");
  await keys.tick("#confirm");
  await keys.press("#remove");
  checks.that("it is removed, and the page says so", (await page.locator("#notice").innerText()).includes("removed"));
  checks.same("and it is in no row", await page.locator("#sources tr", { hasText: "A mistake" }).count(), 0);
  await page.goto(`${scene.origin}/t/${scene.tenant}/audit?act=source.removed`);
  await keys.press('main table a[href*="/audit/"]');
  checks.that("the audit log keeps its name and why", /A mistake[^]*A page to sign in/.test(await page.locator("main").innerText()));
  await watch.look(page, "record-source-removed");
}

export async function removeEndpoint(scene) {
  const { checks, watch, owner, agent } = scene;
  const { page, keys } = owner;
  checks.about("Removing an endpoint");
  await scene.go(owner, "/endpoints");
  await keys.press("#endpoints a");
  await keys.press("#settings-link");
  await watch.look(page, "endpoint-settings");
  await keys.type("#remove-form [name=reason]", "The support desk moves.");
  await keys.tick("#confirm");
  await keys.press("#remove");
  checks.that("it is removed, and the page says so", (await page.locator("#notice").innerText()).includes("disconnected"));
  const refused = await agent.tools().then(() => false, () => true);
  checks.that("its agent is not let in any more", refused);
}
