// The line below a root that has replies: who, how many, how long ago; it opens the thread.
// @ts-check
import { html } from "../html.js";
import { go, route, state } from "../state.js";
import { Avatar } from "./avatar.js";
import { nameOf } from "./people.js";
import { ago } from "./time.js";

const FACES = 4;

/** @param {{channel: string, message: any}} props */
export function ThreadSummary({ channel, message }) {
  if (!message.reply_count) return null;
  const open = route.value.thread === message.ts;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return html`<button type="button" class="thread-summary" data-open-thread aria-expanded=${String(open)}
    onClick=${() => go(`#/${channel}/${message.ts}`)}>
    <span class="faces">${(message.reply_users ?? []).slice(0, FACES).map(face)}</span>
    <span class="count">${count}</span>
    <span class="quiet">Last reply ${ago(message.latest_reply)}</span>
  </button>`;
}

/** @param {string} id */
function face(id) {
  const bot = state.value?.bot;
  const ours = id === bot?.user || id === bot?.bot_id;
  return html`<${Avatar} key=${id} small author=${{ key: id, name: nameOf(id), ours }} />`;
}
