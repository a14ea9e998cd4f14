// One row: a message with its author, body, files, reactions and thread.
// A row reads one signal, so a change of one message redraws one row.
// @ts-check
import { useComputed, useSignal } from "@preact/signals";
import { Blocks, Mrkdwn } from "../blocks/render.js";
import { html } from "../html.js";
import { users } from "../state.js";
import { Avatar } from "./avatar.js";
import { EditComposer } from "./composer.js";
import { editing } from "./editing.js";
import { Files } from "./files.js";
import { message as cell } from "./history.js";
import { messageHost } from "./host.js";
import { Icon } from "./icon.js";
import { layer } from "./layer.js";
import { authorOf, standing } from "./people.js";
import { Reactions } from "./reactions.js";
import { ThreadSummary } from "./thread-summary.js";
import { dayOf, full, time } from "./time.js";
import { Toolbar } from "./toolbar.js";

const TOGETHER_SECONDS = 300;
const SYSTEM = new Set(["channel_join", "channel_leave", "channel_archive", "channel_unarchive"]);

/**
 * @typedef {{channel: string, ts: string, prev: string, inThread: boolean}} Place
 * @param {Place & {whisper?: any}} props `whisper` is an ephemeral message, which no signal holds.
 */
export function Row({ channel, ts, prev, inThread, whisper }) {
  const own = useComputed(() => whisper ?? cell(channel, ts).value);
  const headed = useComputed(() => !prev || !joins(cell(channel, prev).value, own.value));
  const edited = useComputed(() => editing.value === `${channel}/${ts}`);
  const active = useSignal(false);
  const shown = own.value;
  if (!shown) return null;
  const props = { channel, message: shown, inThread, headed: headed.value };
  const bar = active.value && !shown.hidden && !whisper && !edited.value;
  return html`<li class=${classes(shown, headed.value, whisper)} data-ts=${ts} tabindex="-1"
    ...${watch(active, ts)}>
    ${whisper && html`<p class="whisper-note"><${Icon} name="eye" /> Only visible to you</p>`}
    ${edited.value ? html`<${EditComposer} channel=${channel} message=${shown} />` : html`<${Body} ...${props} />`}
    ${bar && html`<${Toolbar} ...${props} closed=${() => (active.value = within(ts))} />`}
  </li>`;
}

const PLAIN = new Set([undefined, null, "bot_message", "file_share"]);

/** Whether a message is grouped with the one before and shows no author. @param {any} before @param {any} message */
function joins(before, message) {
  if (!before || !message || !PLAIN.has(before.subtype) || !PLAIN.has(message.subtype)) return false;
  if (before.reply_count && before.thread_ts !== message.thread_ts) return false;
  const near = Number(message.ts) - Number(before.ts) < TOGETHER_SECONDS;
  return near && authorOf(before).key === authorOf(message).key && dayOf(before.ts) === dayOf(message.ts);
}

/** @param {any} message @param {boolean} headed @param {any} whisper */
function classes(message, headed, whisper) {
  const kinds = [["headed", headed], ["whisper", whisper], ["tombstone", message.subtype === "tombstone"]];
  return ["row", ...kinds.filter(([, is]) => is).map(([name]) => name)].join(" ");
}

/** The toolbar is shown while the row has the pointer or the focus, or the toolbar's menu is open. */
function watch(active, ts) {
  const leave = (event) => {
    const inside = event.currentTarget.contains(event.relatedTarget ?? null);
    const held = event.currentTarget.matches(":focus-within:has(:focus-visible)");
    if (!inside && !held && layer.peek()?.row !== ts) active.value = false;
  };
  const enter = () => (active.value = true);
  return { onPointerEnter: enter, onFocusIn: enter, onPointerLeave: leave, onFocusOut: leave };
}

/** Whether the pointer or the focus is on a row. @param {string} ts */
function within(ts) {
  return Boolean(document.querySelector(`[data-ts="${ts}"]:is(:hover, :focus-within)`));
}

/** @param {{channel: string, message: any, inThread: boolean, headed: boolean}} props */
function Body({ channel, message, inThread, headed }) {
  if (message.subtype === "tombstone") return html`<${Tombstone} ...${{ channel, message, inThread }} />`;
  const author = authorOf(message);
  return html`
    <div class="gutter">${headed ? html`<${Avatar} author=${author} />` : html`<${Stamp} ts=${message.ts} />`}</div>
    <div class="content">
      ${headed && html`<${Head} message=${message} author=${author} />`}
      ${!inThread && message.subtype === "thread_broadcast" && html`<${Broadcast} channel=${channel} message=${message} />`}
      <${Text} channel=${channel} message=${message} />
      <${Files} files=${message.files} />
      <${Reactions} channel=${channel} message=${message} />
      ${!inThread && html`<${ThreadSummary} channel=${channel} message=${message} />`}
    </div>`;
}

/** @param {{message: any, author: any}} props */
function Head({ message, author }) {
  const note = standing(users.value.get(message.user));
  return html`<div class="head">
    <b class="author" dir="auto">${author.name}</b>
    ${author.app && html`<span class="badge">APP</span>`}
    ${note && html`<span class="badge plain">${note}</span>`}
    <${Stamp} ts=${message.ts} />
  </div>`;
}

/** @param {{ts: string}} props */
function Stamp({ ts }) {
  return html`<time class="stamp" title=${full(ts)} datetime=${new Date(Number(ts) * 1000).toISOString()}>${time(ts)}</time>`;
}

/** The blocks, or the text where there are none. @param {{channel: string, message: any}} props */
function Text({ channel, message }) {
  const host = messageHost(channel, message);
  const kind = SYSTEM.has(message.subtype) ? "text system" : "text";
  return html`<div class=${kind}>
    ${message.blocks?.length
      ? html`<${Blocks} blocks=${message.blocks} host=${host} />`
      : message.text && html`<${Mrkdwn} text=${message.text} ...${host} />`}
    ${(message.attachments ?? []).map((each) => html`<${Attachment} each=${each} host=${host} />`)}
    ${message.edited && html`<span class="edited" title=${full(message.edited.ts)}>(edited)</span>`}
  </div>`;
}

/** @param {{each: any, host: any}} props */
function Attachment({ each, host }) {
  const text = each.text || each.fallback || "";
  return html`<div class="attachment">
    ${each.blocks ? html`<${Blocks} blocks=${each.blocks} host=${host} />` : html`<${Mrkdwn} text=${text} ...${host} />`}
  </div>`;
}

/** @param {{channel: string, message: any}} props */
function Broadcast({ channel, message }) {
  return html`<p class="quiet">replied to a thread:${" "}
    <a href="#/${channel}/${message.thread_ts}" data-open-thread>see the thread</a></p>`;
}

/** @param {{channel: string, message: any, inThread: boolean}} props */
function Tombstone({ channel, message, inThread }) {
  return html`
    <div class="gutter"><span class="avatar lettered gone" aria-hidden="true"><${Icon} name="bin" /></span></div>
    <div class="content">
      <p class="quiet">This message was deleted.</p>
      ${!inThread && html`<${ThreadSummary} channel=${channel} message=${message} />`}
    </div>`;
}
