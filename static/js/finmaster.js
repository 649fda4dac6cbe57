/* Small comforts; every page works without this file. */
"use strict";

/* Moves the keyboard to what the page wants read first: an error summary, a banner. */
function focusMarked(root) {
  const target = root.querySelector("[data-focus]");
  if (target) target.focus();
}

/* A form that is on its way isn't sent twice; the server refuses the second one as well. */
function holdSecondSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("target")) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
}

function releaseForms() {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

/* Tells a screen reader about a new phase, and only then: the counts change every two seconds. */
function announcePhase() {
  for (const status of document.querySelectorAll("[data-announce]")) {
    const source = document.getElementById(status.dataset.announce);
    if (source && status.textContent !== source.textContent) status.textContent = source.textContent;
  }
}

function showStalled(stalled) {
  for (const note of document.querySelectorAll("[data-stalled]")) note.hidden = !stalled;
}

/* Who types another account means that one, and not what was chosen above it. */
function chooseTyped(event) {
  const row = event.target.closest(".suggestion__other");
  if (row && event.target.value) row.parentElement.querySelector("input[type=radio]").checked = true;
}

document.addEventListener("submit", holdSecondSubmit);
document.addEventListener("input", chooseTyped);
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.activeElement && document.activeElement.closest("details.menu[open]");
  closeMenus(null);
  if (open) open.querySelector("summary").focus();
});
window.addEventListener("pageshow", releaseForms);
document.addEventListener("htmx:afterSettle", (event) => {
  focusMarked(event.target);
  announcePhase();
});
document.addEventListener("htmx:sendError", () => showStalled(true));
document.addEventListener("htmx:responseError", () => showStalled(true));
document.addEventListener("htmx:timeout", () => showStalled(true));
/* After the autofocus of a field, which the mark overrules. */
window.requestAnimationFrame(() => focusMarked(document));
