// The steward's keys. Every page works without this file.
//
// A key follows a link or moves to a button. It never presses a button, so that no single key
// decides anything. The switch in the footer that turns "/" off turns these off too.
"use strict";

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const visible = (selector) => [...document.querySelectorAll(selector)].find((one) => one.offsetParent);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape") { closePreview(); return; }
  if (shortcutOff() || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { openHelp(event); return; }
  if (moveInQueue(event)) return;
  const wanted = visible(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  if (wanted.localName === "a") follow(wanted);
});

// htmx takes the page's links over a moment after the page is there. A key that comes sooner waits for
// that: its click would leave for the page that readers without JavaScript see.
function follow(link) {
  const notYet = globalThis.htmx && link.hasAttribute("hx-get") && !link.hasAttribute("data-htmx-powered");
  if (notYet) link.addEventListener("htmx:after:init", () => link.click(), { once: true });
  else link.click();
}

// j and k (and the arrows, once a row has the focus) move through the questions of the queue.
function moveInQueue(event) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  const arrows = at >= 0 ? { ArrowDown: 1, ArrowUp: -1 } : {};
  const step = { j: 1, k: -1, ...arrows }[event.key];
  if (!step) return false;
  event.preventDefault();
  rows[Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
  return true;
}

function openHelp(event) {
  const help = document.querySelector("dialog[data-help]");
  if (!help) return;
  event.preventDefault();
  help.showModal();
}
for (const button of document.querySelectorAll("[data-help-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.querySelector("dialog[data-help]")?.showModal());
}

// What will change is fetched into the page: the choice is marked, and the focus goes to what was
// fetched. Escape, or the link that says so, takes it away and goes back to the choice.
document.addEventListener("htmx:after:swap", () => {
  const fetched = document.querySelector("#preview [data-focus]");
  if (!fetched || fetched === document.activeElement) return;
  const chosen = fetched.dataset.focus;
  for (const choice of document.querySelectorAll("[data-choice]")) {
    if (choice.dataset.choice === chosen) choice.setAttribute("aria-current", "true");
    else choice.removeAttribute("aria-current");
  }
  fetched.focus();
});
function closePreview() {
  const preview = document.querySelector("#preview");
  if (!preview?.firstElementChild) return false;
  preview.replaceChildren();
  const choice = document.querySelector("[data-choice][aria-current]");
  choice?.removeAttribute("aria-current");
  choice?.focus();
  return true;
}
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-close-preview]") && closePreview()) event.preventDefault();
});

// After a decision the next question opens with what was decided; that is read first.
(document.querySelector("[data-focus-first]") ?? document.querySelector("[data-focus]"))?.focus();
