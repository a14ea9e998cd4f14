// The only floating panel (menus, emoji picker): position, closing, keys.
// @ts-check
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";

/**
 * @typedef {{anchor: Element, row: string, label: string, content: () => any, closed?: () => void}} Layer
 * `row` is the key of the message that it belongs to, "" for none.
 */
export const layer = signal(/** @type {Layer|null} */ (null));
const GAP = 6;

/** @param {Layer} what */
export function open(what) {
  close();
  layer.value = what;
}

/** Close it and restore the focus. */
export function close() {
  const was = layer.peek();
  if (!was) return;
  layer.value = null;
  back(was);
  was.closed?.();
}

/** @param {Layer} was */
function back(was) {
  const inside = document.activeElement === document.body || document.activeElement?.closest(".layer");
  if (!inside || !(was.anchor instanceof HTMLElement)) return;
  const row = /** @type {HTMLElement|null} */ (was.row && document.querySelector(`[data-ts="${was.row}"]`));
  (was.anchor.isConnected ? was.anchor : row)?.focus();
}

/** The panel itself; mounted once. */
export function LayerHost() {
  const shown = layer.value;
  return shown && html`<${Panel} key=${shown.label + shown.row} shown=${shown} />`;
}

/** @param {{shown: Layer}} props */
function Panel({ shown }) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    const panel = /** @type {HTMLElement} */ (ref.current);
    panel.showPopover?.();
    put(panel, shown.anchor);
    (panel.querySelector("input") ?? panel.querySelector("button"))?.focus();
  }, []);
  useEffect(() => closeOutside(ref, shown), []);
  return html`<div class="layer" ref=${ref} popover="manual" onKeyDown=${(event) => keys(event, ref)}>
    ${shown.content()}
  </div>`;
}

/** @param {{current: HTMLElement|null}} ref @param {Layer} shown */
function closeOutside(ref, shown) {
  const check = (event) => {
    if (!ref.current?.contains(event.target) && !shown.anchor.contains(event.target)) close();
  };
  document.addEventListener("pointerdown", check, true);
  addEventListener("resize", close);
  return () => {
    document.removeEventListener("pointerdown", check, true);
    removeEventListener("resize", close);
  };
}

/** Below the anchor, its right edges in line; inside the window. @param {HTMLElement} panel @param {Element} anchor */
function put(panel, anchor) {
  const [from, size] = [anchor.getBoundingClientRect(), panel.getBoundingClientRect()];
  const below = from.bottom + GAP;
  const fits = below + size.height <= innerHeight - GAP;
  const top = fits ? below : Math.max(GAP, from.top - GAP - size.height);
  const left = Math.min(Math.max(GAP, from.right - size.width), innerWidth - size.width - GAP);
  panel.style.top = `${top}px`;
  panel.style.left = `${left}px`;
}

/** @param {KeyboardEvent} event @param {{current: HTMLElement|null}} ref */
function keys(event, ref) {
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (STEPS[event.key] && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    step(ref.current, STEPS[event.key]);
  }
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };

/** @param {HTMLElement|null} panel @param {number} by */
function step(panel, by) {
  const items = [...(panel?.querySelectorAll("button") ?? [])];
  const at = items.indexOf(/** @type {any} */ (document.activeElement));
  items[(at + by + items.length) % items.length]?.focus();
}
