// A list of messages: order, days, ephemerals between them, and its scroll position.
// @ts-check
import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { person } from "../state.js";
import { load } from "./history.js";
import { Icon } from "./icon.js";
import { Row } from "./message.js";
import { useScroll } from "./scroll.js";
import { day, dayOf } from "./time.js";

/**
 * @param {{place: any, label: string, empty: any}} props `place` is a log of history.js; `empty` is
 * shown for an empty list. Give it a key, so that each place gets its own list.
 */
export function MessageList({ place, label, empty }) {
  const items = useComputed(() => arrange(place, person.value.ephemerals));
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const { onScroll, unseen, toBottom } = useScroll(scroller, place, items);
  if (place.rows.value === null) return html`<${Waiting} place=${place} />`;
  return html`<div class="pane-body">
    <div class="scroller" ref=${scroller} tabindex="0" role="region" aria-label=${label}
      onScroll=${onScroll} onKeyDown=${walk}>
      ${!items.value.length && empty}
      <ol class="rows" role="list">${items.value.flatMap((item) => draw(place, item))}</ol>
    </div>
    ${unseen > 0 && html`<button type="button" class="pill" onClick=${toBottom}>
      ${unseen} new message${unseen === 1 ? "" : "s"} <${Icon} name="down" />
    </button>`}
  </div>`;
}

/** @typedef {{ts: string, prev: string, day: boolean, count: number, whisper: any}} Item */

/** @param {any} place @param {any[]} whispers @returns {Item[]} */
function arrange(place, whispers) {
  const here = whispers.filter((w) => w.channel === place.channel && (w.thread_ts ?? "") === place.root);
  const whispered = new Map(here.map((each) => [each.ts, each]));
  const rows = place.rows.value ?? [];
  const from = place.more.value && !place.root ? (rows[0] ?? "") : "";
  const all = [...rows, ...[...whispered.keys()].filter((ts) => ts > from && !rows.includes(ts))].sort();
  return all.map((ts, at) => {
    const before = all[at - 1] ?? "";
    const fresh = !place.root && (!before || dayOf(before) !== dayOf(ts));
    const whisper = whispered.get(ts);
    const joined = before && !fresh && !whisper && !whispered.has(before) && before !== place.root;
    const count = place.root && ts === place.root ? rows.length - 1 : 0;
    return { ts, prev: joined ? before : "", day: fresh, count, whisper };
  });
}

/** @param {any} place @param {Item} item */
function draw(place, item) {
  const { ts, prev, whisper } = item;
  return [
    item.day && html`<li class="day" key=${`day ${ts}`}><span>${day(ts)}</span></li>`,
    html`<${Row} key=${ts} ...${{ channel: place.channel, ts, prev, whisper, inThread: Boolean(place.root) }} />`,
    item.count > 0 && html`<li class="day left" key="count"><span>${replies(item.count)}</span></li>`,
  ];
}

/** @param {number} count */
function replies(count) {
  return `${count} ${count === 1 ? "reply" : "replies"}`;
}

/** @param {{place: any}} props */
function Waiting({ place }) {
  if (!place.failed.value) return html`<div class="pane-body"><p class="booting" role="status">Loading…</p></div>`;
  return html`<div class="pane-body"><div class="empty">
    <h3>This cannot be shown</h3>
    <p>${place.failed.value}</p>
    <button type="button" class="button" onClick=${() => load(place)}>Try again</button>
  </div></div>`;
}

/** Move between messages with the arrow keys. @param {KeyboardEvent} event */
function walk(event) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const [target, list] = [/** @type {HTMLElement} */ (event.target), /** @type {HTMLElement} */ (event.currentTarget)];
  if (!by || !(target === list || target.matches(".row"))) return;
  const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".row")]);
  const next = target === list ? rows.length - 1 : rows.indexOf(target) + by;
  if (!rows[next]) return;
  event.preventDefault();
  rows[next].focus();
}
