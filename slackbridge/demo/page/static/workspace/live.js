// The event stream: updates the signals and the bus, and reloads after a gap.
// @ts-check
import { effect } from "@preact/signals";
import { books, bus, loadBooks, loadPerson, loadState, me, online, route, toast } from "../state.js";
import { announce } from "./announce.js";
import { changed, load, log, refresh } from "./history.js";
import { countFresh, fresh, heard, lookAt } from "./seen.js";

const TYPES = ["hello", "message", "channels", "person", "ticket", "books"];
/** Shorter interruptions are not reported. */
const PATIENCE_MS = 1500;

/** @type {Record<string, (detail:any) => unknown>} */
const react = {
  hello: reload,
  message(detail) {
    announce(detail);
    changed(detail);
    heard(detail);
  },
  channels: () => guarded(loadState)(),
  person: (detail) => detail.user === me.peek() && guarded(loadPerson)(),
  ticket() {},
  books: (detail) => (books.value = detail),
};

let lost = 0;

/** Listen until the page is closed; EventSource reconnects by itself. */
export function listen() {
  const source = new EventSource("/page/events");
  for (const type of TYPES) source.addEventListener(type, (event) => hear(type, event.data));
  source.addEventListener("open", () => {
    clearTimeout(lost);
    lost = 0;
    online.value = true;
  });
  source.addEventListener("error", () => {
    lost ||= setTimeout(() => (online.value = false), PATIENCE_MS);
    if (source.readyState === EventSource.CLOSED) setTimeout(again, PATIENCE_MS, source);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

/** EventSource does not reconnect after an HTTP error, so start a new one. @param {EventSource} source */
function again(source) {
  source.close();
  listen();
}

/** @param {string} type @param {string} data */
function hear(type, data) {
  const detail = JSON.parse(data || "{}");
  react[type](detail);
  bus.dispatchEvent(new CustomEvent(type, { detail }));
}

/** Reload everything that is shown. */
async function reload() {
  await guarded(loadState)();
  await Promise.all([
    guarded(loadPerson)(),
    guarded(loadBooks)(),
    guarded(countFresh)(),
    refresh(shown(route.peek())),
  ]);
}

/** @param {any} place */
function shown(place) {
  if (place.view !== "channel" || !place.channel) return [];
  const channel = log(place.channel);
  return place.thread ? [channel, log(place.channel, place.thread)] : [channel];
}

/** @param {() => Promise<unknown>} what */
function guarded(what) {
  return () => what().catch((error) => toast(error.message, "error"));
}

/** Load a place on the first visit, and mark it as read. */
effect(() => {
  for (const place of shown(route.value)) if (place.rows.peek() === null) load(place);
  lookAt(route.value);
});

document.addEventListener("visibilitychange", () => lookAt(route.peek()));

let before = me.peek();
effect(() => {
  if (me.value === before) return;
  before = me.value;
  fresh.value = {};
  guarded(loadPerson)();
  guarded(countFresh)();
});

