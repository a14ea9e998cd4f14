// The keys that work everywhere on the page.
// @ts-check
import { go, myChannels, route } from "../state.js";
import { showHelp } from "./help.js";
import { closeDrawer, drawer } from "./sidebar.js";
import { closeThread } from "./thread.js";

/** Listen until the page is closed. */
export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const act = wanted(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {KeyboardEvent} event @returns {(() => void)|null} */
function wanted(event) {
  if (event.key === "F6") return () => region(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") return escape();
  if (event.key === "?" && !writing(event)) return showHelp;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  return by && event.altKey ? () => neighbour(by) : null;
}

function escape() {
  if (drawer.peek()) return closeDrawer;
  return route.peek().thread ? closeThread : null;
}

/** @param {KeyboardEvent} event */
function writing(event) {
  return Boolean(/** @type {Element} */ (event.target).closest("input, textarea, select, [contenteditable]"));
}

/** @param {number} by */
function neighbour(by) {
  const ids = myChannels.peek().map((each) => each.id);
  const next = ids[(ids.indexOf(route.peek().channel) + by + ids.length) % ids.length];
  if (next) go(`#/${next}`);
}

/** Move the focus between the parts of the window, in reading order. @param {number} by */
function region(by) {
  const parts = [...document.querySelectorAll("[data-region]")].filter((part) => part.getClientRects().length);
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const next = parts[(at + by + parts.length) % parts.length];
  const wanted = WANTED.map((selector) => next?.querySelector(selector)).find(Boolean);
  /** @type {HTMLElement|null|undefined} */ (wanted)?.focus();
}

const WANTED = ["a[aria-current]", ".scroller", "a", "button"];
