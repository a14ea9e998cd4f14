// The text field of a composer: it grows, sends on Enter, and shows suggestions.
// @ts-check
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { set } from "./draft.js";
import { suggest } from "./suggest.js";
import { SuggestionList, useSuggestions } from "./suggestions.js";

/**
 * @param {{id: string, cell: any, inThread: boolean, hint: string, focus?: boolean, box?: any,
 *   onSend: () => unknown, onUp?: () => boolean, onFiles?: (files: Iterable<File>) => unknown}} props
 * `cell` is a draft; `box.current.insert(text)` writes at the caret.
 */
export function TextBox({ id, cell, inThread, hint, focus = false, box, onSend, onUp, onFiles }) {
  const ref = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const [caret, setCaret] = useState(-1);
  const { text, busy, error } = cell.value;
  const shown = caret < 0 ? null : suggest(text, caret, inThread);
  const write = (from, to, what, picked = "") => insert(ref.current, cell, { from, to, what, picked });
  const take = (item) => {
    write(/** @type {any} */ (shown).from, caret, `${item.insert} `, item.name);
    setCaret(-1);
  };
  const list = useSuggestions(shown, take, () => setCaret(-1));
  useGrowth(ref, text);
  useEffect(() => {
    if (focus) toEnd(ref.current);
    if (box) box.current = { insert: (what) => write(ref.current?.selectionStart, ref.current?.selectionEnd, what) };
  }, []);
  const typed = (event) => {
    set(cell, { text: event.target.value, error: "" });
    setCaret(event.target.selectionStart);
    list.reset();
  };
  const key = (event) => {
    if (event.isComposing || list.onKey(event)) return;
    plainKey(event, { text, onSend, onUp });
  };
  return html`
    ${shown && html`<${SuggestionList} id="${id}-list" shown=${shown} marked=${list.marked} take=${take} />`}
    <textarea ref=${ref} id=${id} rows="1" value=${text} placeholder=${hint} aria-label=${hint}
      aria-autocomplete="list" aria-controls=${shown ? `${id}-list` : undefined}
      aria-activedescendant=${shown ? `${id}-list-${list.marked}` : undefined}
      aria-invalid=${error ? "true" : undefined} aria-describedby="${id}-error" aria-busy=${String(busy)}
      onInput=${typed} onKeyDown=${key} onBlur=${() => setCaret(-1)} onPaste=${pasted(onFiles)}></textarea>`;
}

/** @param {KeyboardEvent} event */
function plainKey(event, { text, onSend, onUp }) {
  if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    onSend();
  } else if (event.key === "ArrowUp" && !text && onUp?.()) {
    event.preventDefault();
  }
}

/** Replace a range of the text and put the caret after it. */
function insert(area, cell, { from, to, what, picked }) {
  const { text, picked: before } = cell.peek();
  set(cell, { text: text.slice(0, from) + what + text.slice(to), picked: new Set([...before, picked]), error: "" });
  requestAnimationFrame(() => {
    area?.focus();
    area?.setSelectionRange(from + what.length, from + what.length);
  });
}

/** Fit the height to the text; the style sheet sets the maximum. */
function useGrowth(ref, text) {
  useLayoutEffect(() => {
    const area = ref.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
}

/** @param {HTMLTextAreaElement|null} area */
function toEnd(area) {
  area?.focus();
  area?.setSelectionRange(area.value.length, area.value.length);
}

/** @param {((files: Iterable<File>) => unknown)|undefined} onFiles */
function pasted(onFiles) {
  return (event) => {
    if (!onFiles || !event.clipboardData?.files.length) return;
    event.preventDefault();
    onFiles(event.clipboardData.files);
  };
}
