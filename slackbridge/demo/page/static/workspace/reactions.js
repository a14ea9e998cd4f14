// The reactions below a message: toggles with counts and who.
// @ts-check
import { emojiOf } from "../blocks/emoji.js";
import { html } from "../html.js";
import { me, state } from "../state.js";
import { tryAct } from "./act.js";
import { nameOf } from "./people.js";

/** @param {string} channel @param {string} ts @param {string} name */
export function react(channel, ts, name) {
  return tryAct("react", { channel, ts, name });
}

/** @param {{channel: string, message: any}} props */
export function Reactions({ channel, message }) {
  if (!message.reactions?.length) return null;
  return html`<div class="reactions">
    ${message.reactions.map((each) => html`<${Reaction} key=${each.name}
      each=${each} toggle=${() => react(channel, message.ts, each.name)} />`)}
  </div>`;
}

/** @param {{each: {name: string, users: string[], count: number}, toggle: () => unknown}} props */
function Reaction({ each, toggle }) {
  const mine = each.users.includes(me.value);
  const who = each.users.map((id) => (id === me.value ? "you" : nameOf(id))).join(", ");
  const said = `${who} reacted with :${each.name}:`;
  return html`<button type="button" class="reaction" aria-pressed=${String(mine)} title=${said}
    aria-label="${each.name}, ${each.count}: ${who}" data-reaction=${each.name} onClick=${toggle}>
    <span aria-hidden="true">${emojiOf(each.name, state.value?.emoji ?? {})}</span>
    <span>${each.count}</span>
  </button>`;
}
