// An author's avatar: initials, the emoji of a custom author, or the app's sign.
// @ts-check
import { emojiOf } from "../blocks/emoji.js";
import { html } from "../html.js";
import { state } from "../state.js";
import { Icon } from "./icon.js";
import { hue, initials } from "./people.js";

/** @param {{author: {key:string, name:string, emoji?:string, ours?:boolean}, small?: boolean}} props */
export function Avatar({ author, small = false }) {
  const size = small ? "avatar small" : "avatar";
  if (author.ours) return html`<span class="${size} sign" aria-hidden="true"><${Icon} name="bridge" /></span>`;
  const emoji = author.emoji && emojiOf(author.emoji, state.value?.emoji ?? {});
  const kind = emoji ? "pictured" : "lettered";
  return html`<span class="${size} ${kind} ${hue(author.key)}" aria-hidden="true">
    ${emoji || initials(author.name)}
  </span>`;
}
