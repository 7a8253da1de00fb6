// The first half of the journey: from nothing to an endpoint with two members.

import { DECEPTIVE, KEY } from "./shop.mjs";

const OWNER = { email: "olivia@corner.example", password: "seven-otters-signed-it" };
// As long as an address can be, with no place to break it.
const LABEL = "cornershopsandbakeriesofthenorthernprovinces".padEnd(60, "s");
const AUDITOR = { email: `${"anna".repeat(16)}@${LABEL}.${LABEL}.${LABEL}.xyz`, password: "nine-badgers-counted-it" };
const REVIEWER = { email: "ravi@corner.example", password: "eleven-herons-read-it" };

export { OWNER, REVIEWER };

export async function signUp(scene) {
  const { checks, watch, origin } = scene;
  checks.about("Signing up");
  scene.owner = await scene.person();
  const { page, keys } = scene.owner;
  await page.goto(origin);
  await watch.look(page, "start");
  await keys.press('a[href="/sign-up"]');
  await watch.look(page, "sign-up");
  await keys.type("#organisation", "Corner Shop");
  await keys.type("#email", OWNER.email);
  await keys.type("#password", "short");
  await keys.press("#sign-up");
  checks.that("a short password is refused beside its field", await page.locator("#password-error").isVisible());
  checks.same("what was typed is still there", await page.locator("#organisation").inputValue(), "Corner Shop");
  watch.forgive(/console error: Failed to load resource.*400/);
  await watch.look(page, "sign-up-refused");
  await keys.type("#password", OWNER.password);
  await keys.press("#sign-up");
  scene.tenant = new URL(page.url()).pathname.match(/^\/t\/([^/]+)$/)?.[1];
  checks.must("she lands in her organisation", scene.tenant, page.url());
  checks.that("it says what to do next", await page.locator("#checklist #step-import").isVisible());
  checks.same("nothing is ticked on the way to a first call", await page.locator("#step-import.ticked").count(), 0);
  await sessionCookie(scene);
  await watch.look(page, "overview-empty");
}

async function sessionCookie({ checks, owner }) {
  const cookies = await owner.page.context().cookies();
  const cookie = cookies.find(({ name }) => name === "countersign");
  checks.that("T83: scripts cannot read the session, and other sites cannot send it",
    cookie?.httpOnly && cookie?.sameSite === "Lax" && cookie?.path === "/", cookies);
  owner.session = cookie?.value;
}

export async function importByPaste(scene) {
  const { checks, watch, owner, shop } = scene;
  const { page, keys } = owner;
  checks.about("Importing an API");
  await keys.press("#step-import a");
  await watch.look(page, "import");
  await keys.type("#paste-name", "Not an API");
  await keys.paste("#paste-document", "<html><body>Sign in to see the document</body></html>");
  await keys.press("#paste");
  await page.locator("#import-failure, #paste-document-error").waitFor();
  checks.that("a web page is not an API, and it says so", true);
  watch.forgive(/console error: Failed to load resource.*400/);
  await watch.look(page, "import-refused");
  await scene.go(owner, "/sources");
  await watch.look(page, "sources-before");
  await keys.press("#import-link");
  await keys.type("#paste-name", "Corner shop");
  await keys.paste("#paste-document", JSON.stringify(shop.document(), null, 2));
  await keys.press("#paste");
  await page.locator("#review-link").waitFor();
  checks.same("the import is ready", await page.locator("#import-state").getAttribute("data-state"), "ready");
  await watch.look(page, "import-ready");
  await keys.press("#review-link");
  const states = await page.locator("tr.tool").evaluateAll((rows) => rows.map((row) => row.dataset.state));
  checks.same("every operation is there, and off", states, ["off", "off", "off", "off", "off"]);
  checks.that("they are grouped by what they can do", await page.locator("#class-READ").isVisible());
  const classes = await page.locator("#class-BILLING, #class-DELETE").count();
  checks.same("money and deletion are their own groups", classes, 2);
  scene.review = page.url();
  await watch.look(page, "review");
}

export async function turnOn(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Turning tools on");
  await keys.press('tr.tool[data-name="get_order"] a.tool-link');
  const shown = await page.locator("main").innerText();
  const hides = !shown.includes(DECEPTIVE.override) && shown.includes("characters that do not show");
  checks.that("T58: a document's hidden characters are taken out, and the page says so", hides, shown);
  checks.that("T58: its HTML is taken out, and the page says so", shown.includes("what it is said to do holds HTML"), shown);
  checks.that("T58: what it says about HTML is text", shown.includes(DECEPTIVE.code), shown);
  checks.same("T58: the one script of the page is its own", await page.locator("script").count(), 1);
  checks.that("T58: none has run", !(await page.title()).includes("owned"), await page.title());
  const answer = await page.locator("#answer-schema").innerText();
  checks.that("T79: what agents are told of the answer is there to be read", answer.includes("What the customer wrote."), answer);
  await watch.look(page, "tool-read");
  await page.goBack();
  await keys.type("#turn-on-reads-form [name=reason]", "Support needs to look things up.");
  await keys.press("#turn-on-reads");
  const on = await page.locator("tr.tool").evaluateAll((rows) =>
    rows.filter((row) => row.dataset.state !== "off").map((row) => row.dataset.name).sort());
  checks.same("T79: the READ set is on, but for the one that hides characters", on, ["list_customers", "list_orders"]);
  await watch.look(page, "review-reads-on");
  await keys.press('tr.tool[data-name="get_order"] a.tool-link');
  await keys.type("#turn-on-reason", "Its text was read, odd characters and all.");
  await keys.press("#turn-on");
  checks.that("T79: it is turned on by itself", /on/i.test(await page.locator("#tool-state").innerText()));
  await page.goto(scene.review);
  await keys.press('tr.tool[data-name="create_refund"] a.tool-link');
  checks.same("a high-risk tool can only be held", await page.locator("#handling-run").count(), 0);
  checks.that("and is, unless somebody changes it", await page.locator("#handling-hold").isChecked());
  await watch.look(page, "tool-high-risk");
  await keys.type("#turn-on-reason", "Refunds by agents, each with a second pair of eyes.");
  await keys.press("#turn-on");
  checks.that("it is on", /on/i.test(await page.locator("#tool-state").innerText()));
  checks.that("the decision and its reason are kept", (await page.locator("#decided").innerText()).includes("second pair of eyes"));
  await watch.look(page, "tool-on");
}

export async function connectUpstream(scene) {
  const { checks, watch, owner, shop } = scene;
  const { page, keys } = owner;
  checks.about("Address and credential");
  await scene.go(owner, "/connections");
  await watch.look(page, "connections");
  await keys.press("#connections a");
  await keys.type("#base-url-form [name=base_url]", shop.url);
  await keys.press("#save-base-url");
  await keys.choose("#credential-form [name=scheme]", "api_key_header");
  await keys.type("#credential-form [name=key_name]", "X-Shop-Key");
  await keys.type("#credential-form [name=secret]", KEY);
  await keys.press("#store-credential");
  checks.that("the credential is stored", await page.locator("#credential").isVisible());
  checks.that("and is not shown, not even to her", !(await page.content()).includes(KEY));
  await watch.look(page, "connection");
}

export async function makeEndpoint(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("An endpoint");
  await scene.go(owner, "/endpoints");
  await watch.look(page, "endpoints-empty");
  await keys.press("#new-endpoint-link");
  await watch.look(page, "endpoint-new");
  await keys.type("#endpoint-form [name=name]", "Support desk");
  const ids = await page.locator("#endpoint-form [name=tool]").evaluateAll((boxes) => boxes.map((box) => box.value));
  checks.same("the tools that are on are offered", ids.length, 4);
  for (const id of ids) await keys.tick(`#endpoint-form [name=tool][value="${id}"]`);
  await keys.press("#create-endpoint");
  scene.endpoint = (await page.locator("#mcp-url").innerText()).trim();
  checks.that("it has its URL", scene.endpoint.startsWith(`${scene.origin}/mcp/${scene.tenant}/`), scene.endpoint);
  await watch.look(page, "endpoint");
}

export async function invite(scene) {
  const { checks, watch, owner } = scene;
  checks.about("A second member");
  await scene.go(owner, "/members");
  await owner.keys.type("#invite-form [name=email]", REVIEWER.email);
  await owner.keys.choose("#invite-form [name=role]", "reviewer");
  await owner.keys.press("#invite");
  const link = (await owner.page.locator("#invitation-link").innerText()).trim();
  checks.that("she gets a link to hand on", link.startsWith(`${scene.origin}/invitations/`), link);
  await watch.look(owner.page, "members");
  scene.reviewer = await scene.person();
  const { page, keys } = scene.reviewer;
  await page.goto(link);
  checks.same("the invitation says as what", await page.locator("#invitation-role").innerText(), "reviewer");
  await watch.look(page, "invitation");
  await keys.type("#accept-form [name=password]", REVIEWER.password);
  await keys.press("#accept");
  checks.same("he is a member", new URL(page.url()).pathname, `/t/${scene.tenant}`);
  await watch.look(page, "overview-reviewer");
  const again = await page.request.get(link);
  checks.same("the link is good once", again.status() === 200 ? "good again" : "refused", "refused");
}

/** Somebody whose address is wider than any table looks in, and is a member no longer. */
export async function inviteLongAddress(scene) {
  const { checks, watch, owner } = scene;
  checks.about("A member with a long address");
  await scene.go(owner, "/members");
  await owner.keys.type("#invite-form [name=email]", AUDITOR.email);
  await owner.keys.choose("#invite-form [name=role]", "auditor");
  await owner.keys.press("#invite");
  const link = (await owner.page.locator("#invitation-link").innerText()).trim();
  checks.that("the open invitation names the whole address", (await owner.page.locator("#invitations").innerText()).includes(AUDITOR.email));
  await watch.look(owner.page, "members-long-invitation");
  const { page, keys } = await scene.person();
  await page.goto(link);
  await watch.look(page, "invitation-long");
  await keys.type("#accept-form [name=password]", AUDITOR.password);
  await keys.press("#accept");
  await watch.look(page, "overview-long");
  await scene.go(owner, "/members");
  const row = owner.page.locator("#members tr", { hasText: AUDITOR.email });
  checks.same("the address is in one row, whole", await row.count(), 1);
  await watch.look(owner.page, "members-long");
  await owner.keys.press(`[aria-label="Remove ${AUDITOR.email}"]`);
  checks.that("what falls with a member is said first", await owner.page.locator("#what-goes").isVisible());
  await watch.look(owner.page, "member-removal");
  await owner.keys.type("#remove-form [name=reason]", "The audit is over.");
  await owner.keys.tick("#confirm");
  await owner.keys.press("#remove");
  checks.same("a removed member is in no row", await row.count(), 0);
  await page.context().close();
}
