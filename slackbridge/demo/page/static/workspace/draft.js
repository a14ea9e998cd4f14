// Unsent messages per place, kept while their composer is not shown.
// @ts-check
import { signal } from "@preact/signals";

/**
 * @typedef {{text: string, picked: Set<string>, files: import("./attach.js").Chosen[], error: string,
 *   busy: boolean, broadcast: boolean}} Draft
 * @returns {Draft}
 */
export function blank() {
  return { text: "", picked: new Set(), files: [], error: "", busy: false, broadcast: false };
}

/** @type {Map<string, import("@preact/signals").Signal<Draft>>} */
const drafts = new Map();

/** The draft of the current person at a place. @param {string} key */
export function draft(key) {
  const known = drafts.get(key) ?? signal(blank());
  drafts.set(key, known);
  return known;
}

/** @param {import("@preact/signals").Signal<Draft>} cell @param {Partial<Draft>} change */
export function set(cell, change) {
  cell.value = { ...cell.peek(), ...change };
}
