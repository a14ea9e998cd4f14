// The list of suggestions above the composer, and its keys.
// @ts-check
import { useState } from "preact/hooks";
import { html } from "../html.js";

/**
 * The state of the list: which entry is marked, and what a key does.
 * @param {import("./suggest.js").Suggestions|null} shown
 * @param {(item: import("./suggest.js").Item) => void} take @param {() => void} hide
 */
export function useSuggestions(shown, take, hide) {
  const [at, setAt] = useState(0);
  const marked = shown ? Math.min(at, shown.items.length - 1) : 0;
  /** @param {KeyboardEvent} event @returns {boolean} whether the key is used up */
  const onKey = (event) => {
    if (!shown) return false;
    const act = keyed(event, shown, marked, { take, hide, setAt });
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
    return Boolean(act);
  };
  return { marked, onKey, reset: () => setAt(0) };
}

/** @returns {(() => void)|null} */
function keyed(event, shown, marked, { take, hide, setAt }) {
  const count = shown.items.length;
  if (event.key === "ArrowDown") return () => setAt((marked + 1) % count);
  if (event.key === "ArrowUp") return () => setAt((marked - 1 + count) % count);
  if (event.key === "Escape") return hide;
  const whole = shown.kind === "command" && shown.items[marked].insert === `/${shown.query}`;
  if (event.key === "Tab" && !event.shiftKey) return () => take(shown.items[marked]);
  if (event.key === "Enter" && !event.shiftKey && !whole) return () => take(shown.items[marked]);
  return null;
}

/**
 * @param {{id: string, shown: import("./suggest.js").Suggestions, marked: number,
 *   take: (item: import("./suggest.js").Item) => void}} props
 */
export function SuggestionList({ id, shown, marked, take }) {
  const keepFocus = (event) => event.preventDefault();
  return html`<div class="suggestions" onMouseDown=${keepFocus}>
    <p class="suggestions-title" aria-hidden="true">${shown.title}</p>
    <ul role="listbox" id=${id} aria-label=${shown.title}>
      ${shown.items.map((item, at) => html`<li role="option" key=${item.key} id="${id}-${at}"
        aria-selected=${String(at === marked)} onClick=${() => take(item)}>
        <span class="mark" aria-hidden="true">${item.mark}</span>
        <span class="what">${item.label}</span>
        <span class="quiet">${item.hint}</span>
      </li>`)}
    </ul>
  </div>`;
}
