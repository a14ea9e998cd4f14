// The shared state: the page's signals, the route, toasts and the event bus.
// @ts-check
import { computed, signal } from "@preact/signals";
import { get } from "./api.js";

/** Every server-sent event is dispatched here as `new CustomEvent(type, {detail})`. */
export const bus = new EventTarget();

const ME = "slackbridge.me";
const NOBODY = { ephemerals: [], modals: [], home: null };

/** The result of /page/state, null until loaded. */
export const state = signal(/** @type {any} */ (null));
/** The user id that the page acts as. */
export const me = signal(recall(ME, "U0ANNA"));
/** The result of /page/people/{me}. */
export const person = signal(/** @type {any} */ (NOBODY));
/** The result of /page/books, null until loaded. */
export const books = signal(/** @type {any} */ (null));
/** Whether the event stream is connected; null before the first attempt. */
export const online = signal(/** @type {boolean|null} */ (null));
/** The toasts shown: {id, text, kind}. */
export const toasts = signal(/** @type {{id:number,text:string,kind:string}[]} */ ([]));
/** The current place, from location.hash. */
export const route = signal(parse(location.hash));

addEventListener("hashchange", () => (route.value = parse(location.hash)));

export const users = computed(() => byId(state.value?.users));
export const usergroups = computed(() => byId(state.value?.usergroups));
export const channels = computed(() => byId(state.value?.channels));
/** The channels that `me` is in, archived ones last. */
export const myChannels = computed(() => {
  const mine = (state.value?.channels ?? []).filter((c) => c.members.includes(me.value));
  return mine.sort((a, b) => Number(a.archived) - Number(b.archived));
});

/** @param {string} hash */
export function parse(hash) {
  const [first = "", second = "", third = ""] = hash.replace(/^#\/?/, "").split("/").map(decode);
  const none = { channel: "", thread: "", market: "", ticket: "" };
  if (first === "home" || first === "faults") return { view: first, ...none };
  if (first === "customers") return { view: first, ...none, market: second, ticket: third };
  return { view: "channel", ...none, channel: first, thread: second };
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** Go to a place of the page, such as "#/C0SUPPORT" or "#/faults". @param {string} hash */
export function go(hash) {
  if (location.hash === hash) route.value = parse(hash);
  else location.hash = hash;
}

let toastNumber = 0;
const TOAST_MS = 6000;

/** Show a toast for a few seconds. @param {string} text @param {"info"|"error"|"ok"} [kind] */
export function toast(text, kind = "info") {
  const id = ++toastNumber;
  const others = toasts.value.filter((each) => each.text !== text);
  toasts.value = [...others.slice(-3), { id, text, kind }];
  setTimeout(() => dismiss(id), kind === "error" ? 2 * TOAST_MS : TOAST_MS);
}

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

export async function loadState() {
  state.value = await get("/page/state");
  const known = state.value.act_as ?? [];
  if (known.length && !known.includes(me.value)) actAs(known[0]);
}

let asked = 0;

/** Load what only `me` sees; a response overtaken by a newer request is dropped. */
export async function loadPerson() {
  const [who, turn] = [me.value, ++asked];
  const seen = await get(`/page/people/${who}`);
  if (turn === asked && who === me.value) person.value = seen;
}

export async function loadBooks() {
  books.value = await get("/page/books");
}

/** @param {string} user */
export function actAs(user) {
  if (user === me.value) return;
  person.value = NOBODY;
  me.value = user;
  keep(ME, user);
}

/** @type {Map<string, import("@preact/signals").Signal<any>>} */
const byMarket = new Map();

/** The tickets of a marketplace, a signal; null before `loadTickets`. @param {string} market */
export function tickets(market) {
  const known = byMarket.get(market) ?? signal(null);
  byMarket.set(market, known);
  return known;
}

/** @param {string} market */
export async function loadTickets(market) {
  tickets(market).value = await get(`/page/markets/${market}/tickets`);
}

/** Read a preference; the default if the browser stores nothing. @param {string} name @param {string} otherwise */
export function recall(name, otherwise = "") {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remember a preference, where the browser allows it. @param {string} name @param {string} value */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}

/** @param {any[]|undefined} list @returns {Map<string, any>} */
function byId(list) {
  return new Map((list ?? []).map((each) => [each.id, each]));
}

export { messages } from "./workspace/history.js";
