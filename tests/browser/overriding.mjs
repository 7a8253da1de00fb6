// Somebody says otherwise than the document: another name, another risk, and takes it back.

export async function sayOtherwise(scene) {
  const { checks, watch, owner, agent } = scene;
  const { page, keys } = owner;
  checks.about("Saying otherwise than the document");
  const names = async () => (await agent.tools()).map((tool) => tool.name).sort();
  const open = async (part) => {
    await keys.reach(`#${part}-override > summary`);
    await page.keyboard.press("Enter");
  };
  await page.goto(scene.review);
  await keys.press('tr.tool[data-name="list_customers"] a.tool-link');
  await watch.look(page, "override-folded");
  for (const part of ["risk", "name", "words"]) await open(part);
  await watch.look(page, "override-open");
  await keys.type("#override-name", "l1st_orders");
  await keys.type("#name-reason", "We look customers up.");
  await keys.press("#set-name");
  watch.forgive(/Failed to load resource.*409/);
  checks.that("a name that looks like another is refused beside its field", await page.locator("#override-name-error").isVisible());
  checks.same("and what was typed stays", await page.locator("#name-reason").inputValue(), "We look customers up.");
  await watch.look(page, "override-refused");
  await keys.type("#override-name", "find_customers");
  await keys.press("#set-name");
  checks.same("the tool has its new name", await page.locator("#tool-name").innerText(), "find_customers");
  const said = await page.locator("#said-name").innerText();
  checks.that("and says what it was imported as, who renamed it and why", said.includes("imported as list_customers") && said.includes("We look customers up."), said);
  checks.same("the agent knows the new name only", await names(), ["create_refund", "find_customers", "get_order", "list_orders"]);

  await open("risk");
  await keys.choose("#override-risk", "WRITE held");
  await keys.type("#risk-reason", "Each look is written down and billed.");
  await keys.press("#set-risk");
  checks.that("another risk puts it back to review", (await page.locator("#tool-state").innerText()).includes("needs review"));
  checks.same("and agents do not see it", await names(), ["create_refund", "get_order", "list_orders"]);
  await watch.look(page, "overridden");
  await open("risk");
  await keys.type("#risk-reason", "It is not billed after all.");
  await keys.press("#withdraw-risk");
  checks.same("the override is withdrawn", await page.locator("#said-risk").count(), 0);
  checks.that("and the tool still waits to be looked at", (await page.locator("#tool-state").innerText()).includes("needs review"));
  await keys.type("#turn-on-reason", "Looked at again; it only reads.");
  await keys.press("#turn-on");
  checks.same("the agent sees it again", await names(), ["create_refund", "find_customers", "get_order", "list_orders"]);
  await page.goto(scene.review);
  checks.that("the list marks it", (await page.locator('tr.tool[data-name="find_customers"]').innerText()).includes("overridden"));
}
