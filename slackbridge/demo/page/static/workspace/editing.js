// The message being edited in place.
// @ts-check
import { signal } from "@preact/signals";
import { me } from "../state.js";
import { messages } from "./history.js";

/** `channel/ts`, "" for none. */
export const editing = signal("");

/** @param {string} channel @param {string} ts */
export function edit(channel, ts) {
  editing.value = `${channel}/${ts}`;
}

/** Edit the newest own message of these. @param {string} channel @param {string[]} rows */
export function editLast(channel, rows) {
  const mine = rows.filter((ts) => messages.get(`${channel}/${ts}`)?.peek()?.user === me.peek());
  const editable = mine.filter((ts) => !messages.get(`${channel}/${ts}`).peek().bot_id);
  if (editable.length) edit(channel, editable[editable.length - 1]);
  return editable.length > 0;
}
