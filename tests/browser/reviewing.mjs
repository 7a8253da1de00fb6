// A reviewer's work: a folder is imported, its tools are found, filtered and decided about
// together, and another import shows what it changed.

import { OWNER } from "./building.mjs";
import { NOTES, SHELVES, folder } from "./library.mjs";
import { PHONE } from "./watched.mjs";

const REASON = "The desk needs to look things up.";

async function upload({ page, keys }, change) {
  await folder(async (path) => {
    // The dialog in which a folder is chosen is the browser's own.
    await page.locator("#upload-folder").setInputFiles(path);
    await keys.press("#upload-files");
    await page.locator("#review-link, #import-failure").waitFor();
  }, change);
}

const names = (page, rest = "") => page.locator(`tr.tool${rest}`).evaluateAll((rows) => rows.map((row) => row.dataset.name));

export async function importFolder(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Importing a folder");
  await scene.go(owner, "/sources");
  await keys.press("#import-link");
  await keys.type("#folder-name", "Library");
  await upload(owner);
  checks.same("a folder is a document", await page.locator("#import-state").getAttribute("data-state"), "ready");
  await keys.press("#review-link");
  scene.bookReview = page.url();
  checks.same("a page has a hundred rows", await page.locator("tr.tool").count(), 100);
  checks.that("and says how many there are", (await page.locator("#kept").innerText()).includes(`of ${SHELVES + 6} tools`));
  checks.that("and that ticks do not go along to the next", await page.locator("#page-only").isVisible());
  await watch.look(page, "review-folder");
  await scene.go(owner, "/sources");
  await keys.press("#import-link");
  await keys.type("#folder-name", "library");
  await folder(async (path) => {
    await page.locator("#upload-folder").setInputFiles(path);
    await keys.press("#upload-files");
  });
  checks.that("a second of its name is not made by mistake", await page.locator("#twin a").isVisible());
  watch.forgive(/Failed to load resource.*409/);
  await watch.look(page, "import-twin");
  await page.goto(scene.bookReview);
}

export async function filter(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Finding tools");
  await page.keyboard.press("/");
  await page.keyboard.type("7 shelf");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  checks.same("/ searches, for each of the words", (await names(page)).length, 21);
  await page.locator("#filter-text").fill("17");
  checks.same("what is typed hides none of what a group's box takes", await page.locator("tr.tool:visible").count(), 21);
  await page.goto(`${scene.bookReview}?text=without+list`);
  checks.same("what only a description has is quoted", await page.locator(".described").count(), 1);
  await watch.look(page, "review-described");
  await page.goto(scene.bookReview);
  await keys.choose("#filter-class", "READ");
  await keys.choose("#filter-note", "text_instructs");
  await keys.press("#filter");
  checks.same("filters combine", await names(page), [NOTES]);
  checks.same("and each can be taken back", await page.locator(".chips a").count(), 3);
  await watch.look(page, "review-filtered");
  await page.locator("#diagnostics summary").focus();
  checks.that("notes are counted by kind, with what they mean", /read.* before/i.test(await page.locator("#note-kinds").innerText()));
  await keys.type("#filter-text", "nothing of this kind");
  await keys.press("#filter");
  checks.same("nothing fits, and it says so", await page.locator("tr.tool").count(), 0);
  await watch.look(page, "review-none");
  await page.goto(`${scene.bookReview}?page=2`);
  checks.same("the next page has the rest", await page.locator("tr.tool").count(), SHELVES + 6 - 100);
}

export async function decideTogether(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Deciding about many at once");
  await page.goto(`${scene.bookReview}?text=book`);
  await page.keyboard.press("?");
  checks.that("? lists the keys", await page.locator("#keys").isVisible());
  await watch.look(page, "review-keys");
  await page.keyboard.press("Escape");
  for (const key of ["j", "x", "j", "j", "k", "x"]) await page.keyboard.press(key);
  checks.same("j and k move, x chooses", await page.locator("input[name=tool]:checked").count(), 2);
  checks.same("what is chosen is counted", await page.locator("#chosen").innerText(), "2 tools chosen");
  await page.keyboard.press("d");
  await page.keyboard.press("End");
  await keys.type("#decide-reason", "no");
  const refused = await keys.press("#decide");
  checks.same("a reason is asked for", refused.status(), 400);
  watch.forgive(/console error: Failed to load resource.*400/);
  checks.same("and what was chosen is kept", await page.locator("input[name=tool]:checked").count(), 2);
  await watch.look(page, "review-reason-missing");

  await page.goto(scene.bookReview);
  await keys.tick('input[name=group][value^="READ@"]');
  await page.locator('input[name=group][value^="READ@"]').evaluate((box) => box.blur());
  await page.keyboard.press("d");
  await keys.choose("#decide-choice", "run");
  await keys.type("#decide-reason", REASON);
  await keys.press("#decide");
  const outcome = await page.locator("#outcome").innerText();
  checks.that("T79: all of a group are on, but the one that tells a model what to do", outcome.includes(`${SHELVES + 2} tools turned on.`) && outcome.includes(NOTES), outcome);
  checks.same("it alone is still chosen", await page.locator("input[name=tool]:checked").evaluateAll((boxes) => boxes.map((box) => box.closest("tr").dataset.name)), [NOTES]);
  await watch.look(page, "review-outcome");
  await keys.press("#outcome a");
  checks.that("it is read on its own page", (await page.locator("#tool-name").innerText()) === NOTES);
  await watch.look(page, "tool-unread");
  await keys.type("#turn-on-reason", "Its text was read, and the endpoint's agents have no fines to pay.");
  await keys.press("#turn-on");
  await page.goto(`${scene.origin}/t/${scene.tenant}/audit?tool=${NOTES}`);
  await watch.look(page, "audit-long-name");
  await page.goto(`${scene.origin}/t/${scene.tenant}/report`);
  await watch.look(page, "report-long-name");
  await page.goto(`${scene.origin}/t/${scene.tenant}/audit?tool=list_books`);
  const row = await page.locator("#records tbody tr").first().innerText();
  checks.that("each decision has its own row in the log", row.includes("tool.turned_on"), row);
}

/** What was typed and ticked goes along to another filter, and a tool of a review leads to the next. */
export async function goOn(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Going on from tool to tool");
  await page.goto(`${scene.bookReview}?text=book`);
  await keys.tick("tr.tool[data-name=get_book] input[name=tool]");
  await keys.type("#decide-reason", REASON);
  await keys.choose("#filter-class", "READ");
  await keys.press("#filter");
  checks.same("another filter keeps the reason", await page.locator("#decide-reason").inputValue(), REASON);
  checks.same("and what is ticked and still shown", await page.locator("input[name=tool]:checked").evaluateAll((boxes) => boxes.map((box) => box.closest("tr").dataset.name)), ["get_book"]);
  await keys.press("tr.tool a.tool-link");
  const all = await page.locator("#walk-at").innerText();
  checks.that("a tool says where in the review it stands", /^1 of \d+ that fit the filter$/.test(all), all);
  await watch.look(page, "tool-of-review");
  const next = (await page.locator("#walk-after").innerText()).replace("Next: ", "");
  await keys.type("#turn-on-reason", REASON);
  await keys.press("#turn-on-next");
  checks.same("one press decides and goes on", await page.locator("#tool-name").innerText(), next);
  checks.that("with the filter", new URL(page.url()).search.includes("class=READ"), page.url());
  checks.that("and says of which tool it was", (await page.locator("#notice").innerText()).includes("The tool before this one is on."));
  await page.goto(scene.bookReview);
  checks.same("what was done with the words clears them", await page.locator("#decide-reason").inputValue(), "");
}

/** Where many tools are on, those of a new endpoint are searched for and ticked together. */
export async function chooseAmongMany(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Choosing among many tools");
  const address = `${scene.origin}/t/${scene.tenant}/new-endpoint`;
  await page.goto(address);
  const group = 'details.choices:has-text("list_shelf_7")';
  const shown = page.locator("#endpoint-form label:not([hidden]) [name=tool]");
  const ticked = page.locator("#endpoint-form [name=tool]:checked");
  const told = () => page.locator(`#endpoint-form > p [data-ticked], ${group} [data-ticked]`).allInnerTexts();
  const offered = await shown.count();
  checks.that("all that are on are offered", offered > SHELVES, offered);
  checks.same("many are folded away", await page.locator(group).evaluate((fold) => fold.open), false);
  await keys.type("#endpoint-form [name=name]", "Reading room");
  await keys.type("#narrow-tools", "SHELF_7");
  checks.same("the search narrows", await shown.count(), 11);
  checks.that("and opens the fold, so that all of them can be seen", await page.locator(`${group} label:visible`).count() === 11);
  await page.keyboard.press("Enter");
  await keys.reach(`${group} [data-ticks]`);
  await page.keyboard.press("Space");
  checks.same("all are ticked together", await ticked.count(), 11);
  checks.that("and none but those that are shown", await ticked.evaluateAll((boxes) => boxes.every((box) => box.checkVisibility())));
  checks.same("they are counted, of the group and of all", await told(), ["11", "11"]);
  await watch.look(page, "endpoint-new-narrowed");
  await page.keyboard.press("Space");
  checks.same("and none of them", await ticked.count(), 0);
  checks.same("nor counted", await told(), ["0", "0"]);
  await keys.type("#narrow-tools", " ");
  await page.keyboard.press("Backspace");
  checks.same("without a search all are there", await shown.count(), offered);
  checks.same("Enter in the search has sent nothing", page.url(), address);
}

/** Decides with no script at all; and all is off again for what comes after. */
export async function decideWithoutScripts(scene) {
  const { checks, watch } = scene;
  checks.about("Deciding about many without scripts");
  const { page, keys } = await scene.person({ javaScriptEnabled: false });
  await page.goto(`${scene.bookReview}?class=READ&text=List`);
  await keys.type("#sign-in-form [name=email]", OWNER.email);
  await keys.type("#sign-in-form [name=password]", OWNER.password);
  await keys.press("#sign-in");
  checks.that("the address alone filters", new URL(page.url()).search.includes("class=READ"));
  await keys.tick("input[name=group]");
  await page.locator("#decide-choice").focus();
  await keys.choose("#decide-choice", "off");
  await keys.type("#decide-reason", "Closed over the holidays.");
  await keys.press("#decide");
  checks.that("a whole group is turned off, on all pages", (await page.locator("#notice").innerText()).includes("off"));
  await keys.press("form[id^=undo-] button");
  checks.that("one button undoes it", /are as they were before/.test(await page.locator("main").innerText()));
  await page.goto(`${scene.bookReview}?class=READ&text=List`);
  await keys.tick("input[name=group]");
  await page.locator("#decide-choice").focus();
  await keys.choose("#decide-choice", "off");
  await keys.type("#decide-reason", "Closed over the holidays.");
  await keys.press("#decide");
  await page.goto(`${scene.bookReview}?state=on`);
  checks.same("what the filter did not leave is as it was", await names(page), ["get_book"]);
  await keys.tick("tr.tool[data-name=get_book] input[name=tool]");
  await keys.type("#decide-reason", REASON);
  await keys.choose("#filter-class", "READ");
  await keys.press("#filter");
  checks.same("another filter keeps the reason", await page.locator("#decide-reason").inputValue(), REASON);
  checks.same("and what is ticked and still shown", await page.locator("input[name=tool]:checked").count(), 1);
  checks.same("and says neither in the address", new URL(page.url()).search, "");
  watch.quiet("deciding without scripts");
  await page.context().close();
}

/** At the width of a phone, with scripts and without: what is decided with comes to who chose something. */
export async function decideOnPhone(scene) {
  const { checks, watch } = scene;
  for (const javaScriptEnabled of [true, false]) {
    checks.about(`Deciding on a phone, ${javaScriptEnabled ? "with" : "without"} scripts`);
    const { page, keys } = await scene.person({ javaScriptEnabled });
    await page.setViewportSize(PHONE);
    await page.goto(`${scene.bookReview}?class=READ`);
    await keys.type("#sign-in-form [name=email]", OWNER.email);
    await keys.type("#sign-in-form [name=password]", OWNER.password);
    await keys.press("#sign-in");
    const box = page.locator("tr.tool[data-name=get_book] input[name=tool]");
    await box.scrollIntoViewIfNeeded();
    checks.same("it covers no row while nothing is chosen", await shown(page, ".decide"), 0);
    await keys.tick("tr.tool[data-name=get_book] input[name=tool]");
    const height = await shown(page, ".decide");
    checks.that("then all of it is in sight", height > 0 && height === (await tall(page, ".decide")), height);
    checks.that("and leaves room for the rows", height <= PHONE.height / (javaScriptEnabled ? 8 : 2), height);
    if (javaScriptEnabled) {
      checks.same("it counts what is chosen", await page.locator("#chosen").innerText(), "1 tool chosen");
      await watch.look(page, "review-chosen");
      await page.setViewportSize(PHONE);
      await keys.reach(".decide summary");
      await page.keyboard.press("Enter");
    }
    await keys.choose("#decide-choice", javaScriptEnabled ? "off" : "run");
    await keys.type("#decide-reason", "Decided on the way home.");
    checks.same("all that it takes is in sight", await shown(page, "#decide"), await tall(page, "#decide"));
    await keys.press("#decide");
    const state = await page.locator("tr.tool[data-name=get_book]").getAttribute("data-state");
    checks.same("it is decided", state, javaScriptEnabled ? "off" : "on");
    watch.quiet("deciding on a phone");
    await page.context().close();
  }
}

const tall = async (page, selector) => Math.round((await page.locator(selector).boundingBox()).height);

/** How much of something stands in the window, from its top to its bottom. */
async function shown(page, selector) {
  const { y, height } = await page.locator(selector).boundingBox();
  const window = page.viewportSize().height;
  return Math.max(0, Math.round(Math.min(y + height, window) - Math.max(y, 0)));
}

export async function importAgain(scene) {
  const { checks, watch, owner } = scene;
  const { page, keys } = owner;
  checks.about("Importing again");
  await page.goto(scene.bookReview);
  await keys.press("#import-again");
  await watch.look(page, "import-again");
  await upload(owner, ({ info, paths }) => {
    info.version = "2";
    paths["/books/{id}"].get.parameters.push({ name: "edition", in: "query", required: true, schema: { type: "string" } });
    delete paths["/notes"];
    paths["/members"] = { get: { operationId: "list_members", summary: "List members", responses: { 200: { description: "Members." } } } };
    paths["/shelves/1/books"].get.responses[200].description = "The books.";
  });
  const counts = await page.locator("#diff-counts a").allInnerTexts();
  checks.same("what it changed is counted", counts.slice(0, 3), ["1 back to review", "1 gone", "1 new"]);
  await watch.look(page, "import-changed");
  await keys.press("#review-link");
  checks.same("what changed waits, and is counted", (await page.locator(".tally").innerText()).includes("wait for review"), true);
  await keys.choose("#filter-changed", "last");
  await keys.press("#filter");
  checks.that("what changed can be found", (await names(page)).includes("get_book") && (await names(page)).includes("list_members"), await names(page));
  await watch.look(page, "review-changed");
  await keys.press('tr.tool[data-name="get_book"] a.tool-link');
  const differs = await page.locator("#since-turned-on").innerText();
  checks.that("a tool that waits shows what differs from what was turned on", differs.includes("edition"), differs);
  await watch.look(page, "tool-in-review");
  await page.goto(`${scene.origin}/t/${scene.tenant}`);
  const told = await page.locator("#import-notices").innerText();
  checks.that("the first page tells of it", /1 back to review, 1 gone, 1 new/.test(told), told);
  await watch.look(page, "home-notices");
  await keys.press("#imports-looked");
  checks.same("until it was looked at", await page.locator("#import-notices").count(), 0);
}
