// @ts-check
// Display blocks: header, section, context, actions, image, and a labelled stand-in for kinds that
// this page does not draw.

import { html } from "../html.js";
import { Element } from "./element.js";
import { RichText, Text } from "./mrkdwn.js";
import { Picture } from "./picture.js";
import { plain } from "./text.js";

/** @typedef {{block: any, host: any}} Props */

/** @param {Props} props */
export function Header({ block, host }) {
  return html`<h3 class="bk-header"><${Text} text=${block.text} host=${host} /></h3>`;
}

/** @param {Props} props */
export function Section({ block, host }) {
  const { text, fields = [], accessory } = block;
  const said = html`<div class="bk-section-text">
    ${text && html`<div class="bk-text"><${Text} text=${text} host=${host} /></div>`}
    ${
      fields.length > 0 &&
      html`<div class="bk-fields">
      ${fields.map((field) => html`<div class="bk-text"><${Text} text=${field} host=${host} /></div>`)}
    </div>`
    }
  </div>`;
  if (!accessory) return said;
  return html`<div class="bk-beside">
    ${said}
    <div class="bk-accessory"><${Element} element=${accessory} block=${block} host=${host} /></div>
  </div>`;
}

/** @param {Props} props */
export function Context({ block, host }) {
  return html`<div class="bk-context">
    ${block.elements.map((each) =>
      each.type === "image"
        ? html`<${Picture} image=${each} host=${host} kind="context" />`
        : html`<div class="bk-text"><${Text} text=${each} host=${host} /></div>`,
    )}
  </div>`;
}

/** @param {Props} props */
export function Actions({ block, host }) {
  return html`<div class="bk-actions">
    ${block.elements.map(
      (element) =>
        html`<${Element} key=${element.action_id} element=${element} block=${block} host=${host} />`,
    )}
  </div>`;
}

/** @param {Props} props */
export function Rich({ block, host }) {
  return html`<div class="bk-text"><${RichText} elements=${block.elements} host=${host} /></div>`;
}

/** @param {Props} props */
export function Image({ block, host }) {
  return html`<figure class="bk-figure">
    ${block.title && html`<figcaption><${Text} text=${block.title} host=${host} /></figcaption>`}
    <${Picture} image=${block} host=${host} kind="block" />
  </figure>`;
}

export function Divider() {
  return html`<hr class="bk-divider" />`;
}

/** @param {Props} props */
export function Other({ block, host }) {
  const said = plain([block], host);
  return html`<div class="bk-other">
    <span class="bk-other-kind">${block.type.replaceAll("_", " ")}</span>
    <span>${said || "This block is shown in Slack only."}</span>
  </div>`;
}
