// Niceties only: every page works without this file.
"use strict";

// Copies the text of an element when its button is pressed.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
}

// Shows what is of use with scripts only.
for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

// Narrows the boxes of an endpoint while somebody types; what is ticked in the review is always seen.
for (const input of document.querySelectorAll("[data-narrows]")) {
  const rows = document.querySelectorAll(input.dataset.narrows);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (wanted && !row.hidden) row.closest("details")?.setAttribute("open", "");
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

// Ticks every box of a group, as far as they are shown.
for (const button of document.querySelectorAll("[data-ticks]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...button.closest("fieldset").querySelectorAll("label:not([hidden]) input")];
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    button.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Counts the boxes that are ticked in a group, and in its form.
for (const told of document.querySelectorAll("[data-ticked]")) {
  const group = told.closest("details, form");
  const count = () => { told.textContent = group.querySelectorAll("input[name=tool]:checked").length; };
  group.addEventListener("change", count);
  count();
}

// Looks again at a page that is still going on, in place; without scripts it reloads instead.
const again = async () => {
  const main = document.querySelector("main[data-again]");
  if (!main) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  if (!fresh) return;
  main.replaceChildren(...document.importNode(fresh, true).childNodes);
  if (!fresh.dataset.again) delete main.dataset.again;
  else setTimeout(again, 1000 * fresh.dataset.again);
};
if (document.querySelector("main[data-again]")) setTimeout(again, 1000);

// Says what has come to the inbox, what has left it and whose time is over, while somebody is there. Nothing
// moves by itself, and a tab that is left open keeps no session alive.
const news = document.querySelector("[data-looks]");
if (news) {
  const PATIENCE = 10 * 60_000;
  const COUNTS = ["#waiting-count", ".nav [aria-current] .count"];
  const waiting = (page) => [...page.querySelectorAll("#waiting tr[id]")].map((row) => row.id);
  const counted = (page) => COUNTS.map((count) => Number(page.querySelector(count)?.firstChild.data));
  const known = waiting(document);
  const over = new Set();
  const last = { waiting: known, counted: counted(document) };
  // Where the list goes on, one that leaves lets another in, which need not be new.
  const isCut = document.getElementById("later") !== null;
  const calls = (number, one, many) => (number ? [`${number} ${number === 1 ? one : many}`] : []);
  let touched = Date.now();
  for (const kind of ["pointermove", "keydown", "scroll"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  const tell = (says, link) => {
    if (news.dataset.says === says) return;
    news.dataset.says = says;
    // With a fragment the link would only scroll.
    const href = location.pathname + location.search;
    const again = Object.assign(document.createElement("a"), { href, textContent: link });
    news.replaceChildren(...(says ? [`${says} `, again] : []));
  };
  const tellAll = () => {
    const came = isCut ? 0 : last.waiting.filter((id) => !known.includes(id)).length;
    const left = known.filter((id) => !last.waiting.includes(id)).length;
    // Of these nobody has said yet whether they were decided in time.
    const late = last.waiting.filter((id) => over.has(id)).length;
    for (const [at, count] of COUNTS.entries()) {
      const drawn = document.querySelector(count);
      if (drawn) drawn.firstChild.data = Math.max(0, (last.counted[at] || 0) - late);
    }
    const says = [...calls(came, "new call waits", "new calls wait"), ...calls(left, "call no longer waits", "calls no longer wait"), ...calls(late, "call is out of time", "calls are out of time")];
    tell(says.length ? `${says.join(", ")}.` : "", "Show the list as it is now");
  };
  for (const row of document.querySelectorAll("#waiting tr[data-left]")) {
    const end = touched + 1000 * row.dataset.left;
    // A laptop that sleeps stops its timers.
    const timer = setInterval(() => {
      if (Date.now() < end) return;
      clearInterval(timer);
      over.add(row.id);
      row.querySelector("[data-label='Expires in']").textContent = "time is over";
      tellAll();
    }, 1000);
  }
  const look = async () => {
    setTimeout(look, 1000 * news.dataset.looks);
    if (document.hidden || Date.now() - touched > PATIENCE) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-looks]")) return tell("You are no longer signed in.", "Sign in");
    Object.assign(last, { waiting: waiting(page), counted: counted(page) });
    tellAll();
  };
  setTimeout(look, 1000 * news.dataset.looks);
}

// On a phone the navigation scrolls sideways: show where we are.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// What was typed and ticked for a decision goes along to another filter or page of a review, and comes
// back after signing in again, to whoever typed it and nobody else. Where something was done with it,
// the next page has a notice.
const done = document.getElementById("notice");
if (done) sessionStorage.clear();
const who = document.getElementById("signed-in-as")?.textContent;
for (const form of document.querySelectorAll("main form[method=post]:has([name=reason])")) {
  const place = new URL(form.getAttribute("action"), location).pathname;
  const [reason, choice] = ["reason", "choice"].map((name) => form.querySelector(`[name=${name}]`));
  const boxes = [...form.querySelectorAll("[name=tool], [name=group]")];
  const keep = () => {
    const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
    if (reason.value || ticked.length) sessionStorage.setItem(place, JSON.stringify({ who, reason: reason.value, choice: choice?.value, ticked }));
  };
  form.addEventListener("submit", keep);
  const filter = form.querySelector("#filter");
  if (filter) {
    addEventListener("click", ({ target }) => { if (target.closest("a[href^='?']")) keep(); });
    // So that the list has an address of its own; the server does the same without one.
    form.addEventListener("submit", (event) => {
      if (event.submitter !== filter) return;
      event.preventDefault();
      const fields = [...form.querySelectorAll("#filter-form :is(input, select)")].filter((field) => field.value);
      const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
      if (query.has("place")) query.set("environment", query.get("place"));
      else query.set("environment", form.elements.environment.value);
      query.delete("place");
      location.assign(`${new URL(filter.formAction).pathname}?${query}#h-tools`);
    });
    // The first button of a form is the one that Enter presses.
    reason.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      document.getElementById("decide").click();
    });
  }
  const was = JSON.parse(sessionStorage.getItem(place));
  sessionStorage.removeItem(place);
  // What the server sent back stands by itself.
  if (!was || was.who !== who || reason.value) continue;
  reason.value = was.reason;
  if (choice && was.choice) choice.value = was.choice;
  for (const box of boxes) {
    if (!was.ticked.includes(box.value)) continue;
    box.checked = true;
    if (box.name === "group") for (const row of box.closest("section").querySelectorAll("[name=tool]")) row.checked = true;
  }
}

// Counts what is chosen for a decision, and ticks the rows of a group with its box.
const chooser = document.querySelector("form[data-chooses]");
if (chooser) {
  const told = chooser.querySelector("[data-chosen]");
  const nothing = told.textContent;
  const rowsOf = (box) => [...box.closest("section").querySelectorAll("input[name=tool]")];
  const count = () => {
    let [chosen, high] = [0, 0];
    for (const group of chooser.querySelectorAll("input[name=group]")) {
      const boxes = rowsOf(group).filter((box) => box.checked);
      chosen += group.checked ? Number(group.dataset.count) : boxes.length;
      high += group.checked ? Number(group.dataset.high) : boxes.filter((box) => box.closest("tr[data-high]")).length;
    }
    const some = `${chosen} ${chosen === 1 ? "tool" : "tools"} chosen${high ? `, ${high} high risk` : ""}`;
    told.textContent = chosen === 0 ? nothing : some;
  };
  chooser.addEventListener("change", ({ target }) => {
    if (target.name === "group") for (const box of rowsOf(target)) box.checked = target.checked;
    else if (target.name !== "tool") return;
    else if (!target.checked) target.closest("section").querySelector("input[name=group]").checked = false;
    count();
  });
  count();
}

// On a phone what is decided with stands folded below the rows, unless there is something to mend.
for (const fold of document.querySelectorAll("details[data-folds]")) {
  if (matchMedia("(max-width: 52rem)").matches && !fold.querySelector(".error")) fold.open = false;
}

// Keys for a long list of tools or calls. They can be turned off, and are quiet while somebody types.
const keysDialog = document.getElementById("keys");
if (keysDialog) {
  const wanted = keysDialog.querySelector("[data-keys]");
  wanted.checked = localStorage.getItem("keys") !== "off";
  wanted.addEventListener("change", () => localStorage.setItem("keys", wanted.checked ? "on" : "off"));
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.hidden = false;
    button.addEventListener("click", () => keysDialog.showModal());
  }
  keysDialog.querySelector("[data-closes]").addEventListener("click", () => keysDialog.close());
  const ROW = "tr.tool, tr.call";
  const go = (row, by) => {
    const rows = [...document.querySelectorAll(ROW)];
    const next = rows[Math.min(Math.max(rows.indexOf(row) + by, 0), rows.length - 1)];
    next?.querySelector("input[name=tool], th a").focus();
  };
  const reach = (field) => {
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
    field?.select?.();
  };
  const keys = {
    "/": () => reach(document.querySelector("[data-key='/']")),
    j: (row) => go(row, 1),
    k: (row) => go(row, -1),
    n: () => document.querySelector("a[rel=next]")?.click(),
    p: () => document.querySelector("a[rel=prev]")?.click(),
    x: (row) => row?.querySelector("input[name=tool]")?.click(),
    d: () => reach(document.getElementById("decide-choice")),
    "?": () => keysDialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || keysDialog.open) return;
    const row = target.closest(ROW);
    const isBox = target.matches("#decide-form input[type=checkbox]");
    // Enter in a box would send the whole form.
    const act = isBox && key === "Enter" ? () => row?.querySelector("a.tool-link").click()
      : row?.matches(".tool") && key === " " && target.matches("a") ? keys.x
      : wanted.checked && !target.matches("input:not([type=checkbox]), textarea, select") ? keys[key]
      : undefined;
    if (!act) return;
    event.preventDefault();
    act(row);
  });
}
