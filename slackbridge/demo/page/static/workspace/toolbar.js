// The actions of a message: the bar on hover and focus, and its menu.
// @ts-check
import { html } from "../html.js";
import { go, me, state, toast } from "../state.js";
import { tryAct } from "./act.js";
import { ask } from "./dialog.js";
import { edit } from "./editing.js";
import { openPicker } from "./emoji-picker.js";
import { Icon } from "./icon.js";
import { openMenu } from "./menu.js";
import { react } from "./reactions.js";

/** The address of a message on this page: its thread. @param {string} channel @param {any} message */
export function address(channel, message) {
  return `#/${channel}/${message.thread_ts || message.ts}`;
}

/**
 * @param {{channel: string, message: any, inThread: boolean, closed: () => void}} props
 * `closed` is called when a menu of the bar has closed.
 */
export function Toolbar({ channel, message, inThread, closed }) {
  const row = message.ts;
  const smile = (event) =>
    openPicker({ anchor: event.currentTarget, row, closed, pick: (name) => react(channel, row, name) });
  const more = (event) =>
    openMenu({ anchor: event.currentTarget, row, closed, label: "More", groups: entries(channel, message) });
  return html`<div class="toolbar" role="group" aria-label="What to do with this message">
    ${bar("React", "smile", smile)}
    ${!inThread && bar("Reply in thread", "reply", () => go(address(channel, message)), !message.reply_count)}
    ${bar("More", "more", more)}
  </div>`;
}

/** @param {string} label @param {string} icon @param {(event: any) => void} act @param {boolean} [opens] */
function bar(label, icon, act, opens = false) {
  return html`<button type="button" class="icon-button" title=${label} aria-label=${label}
    data-open-thread=${opens ? "" : undefined} onClick=${act}><${Icon} name=${icon} /></button>`;
}

/** @param {string} channel @param {any} message */
function entries(channel, message) {
  const link = { label: "Copy link", icon: "link", act: () => copy(address(channel, message)) };
  return [[link], shortcuts(channel, message), own(channel, message)];
}

/** @param {string} channel @param {any} message */
function shortcuts(channel, message) {
  const known = (state.value?.shortcuts ?? []).filter((each) => each.type === "message");
  return known.map(({ callback_id, name }) => ({
    label: name,
    icon: "bolt",
    note: state.value.bot.name,
    act: () => tryAct("message_shortcut", { callback_id, channel, ts: message.ts }),
  }));
}

/** @param {string} channel @param {any} message */
function own(channel, message) {
  if (message.user !== me.value) return [];
  return [
    { label: "Edit message", icon: "pencil", act: () => edit(channel, message.ts) },
    { label: "Delete message…", icon: "bin", danger: true, act: () => remove(channel, message) },
  ];
}

/** @param {string} channel @param {any} message */
async function remove(channel, message) {
  const sure = await ask({
    title: "Delete message",
    text: "Delete this message? This cannot be undone.",
    yes: "Delete",
    danger: true,
  });
  if (sure) tryAct("delete", { channel, ts: message.ts });
}

/** @param {string} hash */
async function copy(hash) {
  try {
    await navigator.clipboard.writeText(location.origin + location.pathname + hash);
    toast("Link copied", "ok");
  } catch {
    toast(`The browser does not allow it; the link is ${location.origin}/${hash}`, "error");
  }
}
