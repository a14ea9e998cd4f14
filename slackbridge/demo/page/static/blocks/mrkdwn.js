// @ts-check
// Draws texts: mrkdwn, plain text, rich text and text objects.

import { html } from "../html.js";
import { Inline } from "./inline.js";
import { tree } from "./mrkdwn-tree.js";
import { richTree } from "./rich-tree.js";
import { plainNodes } from "./text.js";

/**
 * A mrkdwn text; names and emoji come from `host`, or from props of the same names.
 * @param {{text: string, host?: any, [table: string]: any}} props
 */
export function Mrkdwn({ text, host, ...tables }) {
  return html`<div class="bk bk-text">
    <${Passages} blocks=${tree(text ?? "")} host=${host ?? tables} />
  </div>`;
}

/** A text object of either kind. @param {{text: any, host: any}} props */
export function Text({ text, host }) {
  if (text.type === "mrkdwn") return html`<${Passages} blocks=${tree(text.text)} host=${host} />`;
  return html`<${Inline} nodes=${plainNodes(text)} host=${host} />`;
}

/** The content of a `rich_text` block. @param {{elements: any[], host: any}} props */
export function RichText({ elements, host }) {
  return html`<${Passages} blocks=${richTree(elements)} host=${host} />`;
}

/** @param {{blocks: import("./mrkdwn-tree.js").Block[], host: any}} props */
function Passages({ blocks, host }) {
  return blocks.map((block) => PASSAGES[block.type](block, host));
}

/** @type {Record<string, (block: any, host: any) => any>} */
const PASSAGES = {
  paragraph: ({ children }, host) =>
    html`<div class="bk-p"><${Inline} nodes=${children} host=${host} /></div>`,
  quote: ({ children }, host) =>
    html`<blockquote class="bk-quote"><${Inline} nodes=${children} host=${host} /></blockquote>`,
  pre: ({ children, border }, host) =>
    html`<pre class=${border ? "bk-pre has-border" : "bk-pre"} tabindex="0"
      ><${Inline} nodes=${children} host=${host} /></pre
    >`,
  list: (block, host) => list(block, host),
};

/** Slack cycles through three list markers by depth. */
function list({ ordered, indent, start, border, items }, host) {
  const tag = ordered ? "ol" : "ul";
  const name = `bk-list is-depth-${indent} is-mark-${indent % 3} ${border ? "has-border" : ""}`;
  return html`<${tag} class=${name} start=${ordered && start > 1 ? start : undefined}>
    ${items.map((nodes) => html`<li><${Inline} nodes=${nodes} host=${host} /></li>`)}
  </${tag}>`;
}
