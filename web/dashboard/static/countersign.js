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

// Narrows a list while somebody types; the form beside it does the same by itself.
for (const input of document.querySelectorAll("[data-narrows]")) {
  const rows = document.querySelectorAll(input.dataset.narrows);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}

// Ticks every box of a group.
for (const button of document.querySelectorAll("[data-ticks]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(button.dataset.ticks)];
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
  });
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

// On a phone the navigation scrolls sideways: show where we are.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
