// Small conveniences; every page works without this file.
"use strict";

// "/" goes to the search field, unless the reader is typing or has switched single-key shortcuts
// off (WCAG 2.1.4): the choice stays in this browser and holds no patient data.
const shortcutKey = "chesil-slash-shortcut";
const shortcutOff = () => {
  try { return localStorage.getItem(shortcutKey) === "off"; } catch { return false; }
};

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || shortcutOff()) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = [...document.querySelectorAll("[data-find]")].find((one) => one.offsetParent);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

for (const toggle of document.querySelectorAll("[data-shortcut-toggle]")) {
  const say = () => {
    toggle.hidden = false;
    toggle.textContent = shortcutOff() ? "Turn on keyboard shortcuts" : "Turn off keyboard shortcuts";
  };
  toggle.addEventListener("click", () => {
    try { localStorage.setItem(shortcutKey, shortcutOff() ? "on" : "off"); } catch { return; }
    say();
  });
  say();
}

// A live part that could not be fetched at all must not go on saying that it is being asked.
document.addEventListener("htmx:error", (event) => {
  const part = event.target.closest?.("[data-live]") ?? document.querySelector("[data-live]");
  if (part) document.body.dataset.liveFailed = "true";
  for (const line of document.querySelectorAll("[data-live-failed-text]")) {
    line.textContent = line.dataset.liveFailedText;
    line.classList.add("cs-notice--danger");
  }
});

// The page knows of its own clicks only: another tab may have kept the session alive.
for (const warning of document.querySelectorAll("[data-warn-after-minutes]")) {
  const show = () => { for (const text of warning.children) text.hidden = false; };
  setTimeout(show, Number(warning.dataset.warnAfterMinutes) * 60_000);
}

// Error summaries take the focus, so that they are read first.
document.querySelector(".nhsuk-error-summary")?.focus();
