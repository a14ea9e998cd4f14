// Announcements for screen readers: one polite live region.
// @ts-check
import { signal } from "@preact/signals";
import { plain } from "../blocks/text.js";
import { me, route } from "../state.js";
import { html } from "../html.js";
import { messages } from "./history.js";
import { tables } from "./host.js";
import { authorOf } from "./people.js";

const LONGEST = 140;
const said = signal("");

/** Announce a new message at the shown place, but not a change of an old one. @param {any} event */
export function announce(event) {
  const { channel, ts, root, message } = event;
  const place = route.peek();
  const known = messages.get(`${channel}/${ts}`)?.peek();
  if (!message || known || message.user === me.peek() || place.channel !== channel) return;
  if (root && root !== ts && root !== place.thread) return;
  said.value = `${authorOf(message).name}: ${plain(message, tables.peek())}`.slice(0, LONGEST);
}

export function Announcer() {
  return html`<div class="unseen" aria-live="polite" aria-atomic="true">${said}</div>`;
}
