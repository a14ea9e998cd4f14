// Unread messages per person and channel: the `ts` of new roots and replies.
// The last seen `ts` is kept in localStorage per person.
// @ts-check
import { signal } from "@preact/signals";
import { get } from "../api.js";
import { keep, me, myChannels, recall, route } from "../state.js";

const PAGE = 50;
const SILENT = new Set(["tombstone", "channel_join", "channel_leave"]);

/** channel -> the `ts` that are new to `me`. */
export const fresh = signal(/** @type {Record<string, string[]>} */ ({}));

const key = () => `slackbridge.seen.${me.peek()}`;

/** @returns {Record<string, string>} */
function seen() {
  try {
    return JSON.parse(recall(key(), "{}")) ?? {};
  } catch {
    return {};
  }
}

/** Reload the unread messages of every channel: at start, on a switch of person, on reconnection. */
export async function countFresh() {
  const who = me.peek();
  const last = seen();
  const mine = myChannels.peek();
  const lists = await Promise.all(mine.map(({ id }) => news(id, last[id] ?? "")));
  if (who !== me.peek()) return;
  fresh.value = Object.fromEntries(mine.map(({ id }, at) => [id, lists[at]]));
  lookAt(route.peek());
}

/** @param {string} channel @param {string} since */
async function news(channel, since) {
  const page = await get(`/page/channels/${channel}?limit=${PAGE}`);
  const replies = since ? (each) => each.latest_reply ?? "" : () => ""; // on a first visit only roots count
  const stamps = page.messages.filter(counts).flatMap((each) => [each.ts, replies(each)]);
  return [...new Set(stamps)].filter((ts) => ts > since);
}

/** A message was added or changed. @param {{channel:string, ts:string, message:any}} event */
export function heard(event) {
  const { channel, ts, message } = event;
  const known = fresh.peek()[channel] ?? [];
  if (message === null) return set(channel, known.filter((each) => each !== ts));
  if (looking(channel)) return mark(channel, ts);
  const old = ts <= (seen()[channel] ?? "") || known.includes(ts);
  if (!old && counts(message)) set(channel, [...known, ts]);
}

/** Mark the channel of an opened place as read. @param {any} place */
export function lookAt(place) {
  if (place.view !== "channel" || !place.channel || document.hidden) return;
  const news = fresh.peek()[place.channel] ?? [];
  const latest = myChannels.peek().find((each) => each.id === place.channel)?.latest ?? "";
  mark(place.channel, [...news, latest].sort().pop() ?? "");
}

/** @param {any} message */
function counts(message) {
  return message.user !== me.peek() && !SILENT.has(message.subtype);
}

/** @param {string} channel */
function looking(channel) {
  const place = route.peek();
  return !document.hidden && place.view === "channel" && place.channel === channel;
}

/** @param {string} channel @param {string} ts */
function mark(channel, ts) {
  const last = seen();
  if (ts > (last[channel] ?? "")) keep(key(), JSON.stringify({ ...last, [channel]: ts }));
  set(channel, []);
}

/** @param {string} channel @param {string[]} list */
function set(channel, list) {
  if (list.length || fresh.peek()[channel]?.length) fresh.value = { ...fresh.peek(), [channel]: list };
}
