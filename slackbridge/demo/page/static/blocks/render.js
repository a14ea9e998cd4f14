// @ts-check
// Block Kit: a list of blocks, each drawn by its type. The typedef below says what a `host` provides.

import { html } from "../html.js";
import { Input } from "./input.js";
import { Actions, Context, Divider, Header, Image, Other, Rich, Section } from "./layout.js";

export { ConfirmDialog } from "./confirm.js";
export { Mrkdwn } from "./mrkdwn.js";

/**
 * @typedef {object} Host
 * @property {Map<string, {name: string, real_name?: string}>} users
 * @property {Map<string, {name: string}>} channels
 * @property {Map<string, {handle: string}>} usergroups
 * @property {Record<string, string>} emoji short name -> character
 * @property {string} [me] the reader's user id: mentions of them stand out
 * @property {(element: any, block: any, selected?: any) => Promise<any>} act used when an element
 *   acts; a rejection's message is shown beside the element
 * @property {Record<string, Record<string, any>>} values block id -> action id -> value
 * @property {(block: string, action: string, value: any) => void} setValue null: emptied
 * @property {Record<string, string>} [errors] block id -> sentence
 * @property {(url: string) => string | null} image the address to load an image from
 */

const KINDS = {
  header: Header,
  section: Section,
  context: Context,
  actions: Actions,
  divider: Divider,
  image: Image,
  input: Input,
  rich_text: Rich,
};

/** @param {{blocks: any[], host: Host}} props */
export function Blocks({ blocks, host }) {
  return html`<div class="bk">
    ${(blocks ?? []).map(
      (
        block,
        index,
      ) => html`<div class=${`bk-block is-${block.type}`} key=${block.block_id ?? index}>
        <${Object.hasOwn(KINDS, block.type) ? KINDS[block.type] : Other} block=${block} host=${host} />
      </div>`,
    )}
  </div>`;
}
