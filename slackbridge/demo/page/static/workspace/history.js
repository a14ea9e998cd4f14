// The loaded messages: one signal per message, one list of `ts` per place.
// A change of one message updates one signal, so one row is redrawn.
// @ts-check
import { batch, signal } from "@preact/signals";
import { get } from "../api.js";

const PAGE = 50;
const GONE = 404;

/** A channel ("C1") or a thread ("C1/17.1"): the `ts` shown, oldest first. */
class Log {
  /** @param {string} channel @param {string} root */
  constructor(channel, root) {
    this.channel = channel;
    this.root = root;
    /** @type {import("@preact/signals").Signal<string[]|null>} null until loaded */
    this.rows = signal(null);
    this.more = signal(false);
    this.failed = signal("");
    this.busy = false;
    this.turn = 0;
  }
}

/** `channel/ts` -> signal of the message, null if deleted. */
export const messages = new Map();
/** @type {Map<string, Log>} */
const logs = new Map();

/** The signal of a message. @param {string} channel @param {string} ts */
export function message(channel, ts) {
  const key = `${channel}/${ts}`;
  if (!messages.has(key)) messages.set(key, signal(null));
  return messages.get(key);
}

/** @param {string} channel @param {string} [root] */
export function log(channel, root = "") {
  const key = `${channel}/${root}`;
  const known = logs.get(key) ?? new Log(channel, root);
  logs.set(key, known);
  return known;
}

/** Load, or load again, the newest messages of a place. @param {Log} place */
export async function load(place) {
  const turn = ++place.turn;
  try {
    const seen = await get(address(place));
    if (turn === place.turn) show(place, seen.messages, Boolean(seen.more));
  } catch (error) {
    if (turn === place.turn) fail(place, error);
  }
}

/** A place that was deleted is cleared; one that cannot be reached is kept. @param {Log} place @param {any} error */
function fail(place, error) {
  place.failed.value = error.message;
  if (error.status === GONE) place.rows.value = null;
}

/** Load the next page of older messages. @param {Log} place @returns {Promise<boolean>} */
export async function loadOlder(place) {
  const rows = place.rows.peek();
  if (!rows?.length || place.busy || !place.more.peek()) return false;
  place.busy = true;
  try {
    const seen = await get(`${address(place)}&before=${rows[0]}`);
    older(place, seen);
    return true;
  } finally {
    place.busy = false;
  }
}

/** Mark every loaded place as stale, and reload those in `shown`. @param {Log[]} shown */
export async function refresh(shown) {
  for (const [key, place] of logs) if (!shown.includes(place)) logs.delete(key);
  await Promise.all(shown.map(load));
}

/**
 * The event `message`: one message in its current state, null if deleted.
 * @param {{channel:string, ts:string, root:string, message:any}} event
 */
export function changed(event) {
  batch(() => {
    message(event.channel, event.ts).value = event.message;
    for (const place of logs.values()) if (concerns(place, event)) place_(place, event);
  });
}

/** @param {Log} place */
function address(place) {
  const path = `/page/channels/${place.channel}`;
  return place.root ? `${path}/${place.root}` : `${path}?limit=${PAGE}`;
}

/** @param {Log} place @param {any[]} list @param {boolean} more */
function show(place, list, more) {
  batch(() => {
    list.forEach((each) => store(place.channel, each));
    place.failed.value = "";
    place.more.value = more;
    place.rows.value = list.map((each) => each.ts);
  });
}

/** @param {Log} place @param {any} seen */
function older(place, seen) {
  batch(() => {
    seen.messages.forEach((each) => store(place.channel, each));
    const now = place.rows.peek() ?? [];
    const add = seen.messages.map((each) => each.ts).filter((ts) => !now.includes(ts));
    place.more.value = Boolean(seen.more) && add.length > 0;
    place.rows.value = [...add, ...now];
  });
}

/** Keep the old value if nothing changed, to avoid a redraw. @param {string} channel @param {any} now */
function store(channel, now) {
  const cell = message(channel, now.ts);
  if (JSON.stringify(cell.peek()) !== JSON.stringify(now)) cell.value = now;
}

/** @param {Log} place @param {any} event */
function concerns(place, event) {
  if (place.channel !== event.channel || place.rows.peek() === null) return false;
  const isRoot = !event.root || event.root === event.ts;
  if (place.root) return place.root === event.root || place.root === event.ts;
  return isRoot || event.message === null || event.message.subtype === "thread_broadcast";
}

/** @param {Log} place @param {any} event */
function place_(place, event) {
  const rows = place.rows.peek() ?? [];
  const there = rows.includes(event.ts);
  if (event.message === null) {
    if (there) place.rows.value = rows.filter((ts) => ts !== event.ts);
  } else if (!there && !(place.more.peek() && event.ts < rows[0])) {
    place.rows.value = [...rows, event.ts].sort();
  }
}
