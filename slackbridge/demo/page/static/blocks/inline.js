// @ts-check
// Draws the pieces of a text; their content becomes text nodes only.

import { html } from "../html.js";
import { moves } from "./dates.js";
import { followable } from "./addresses.js";
import { mentioned } from "./names.js";
import { dateWords, emojiText } from "./text.js";
import { useMinute } from "./minute.js";

const BREAKS = /(\n+)/;
const PICTURES = pictures();
const TAGS = {
  bold: "b",
  italic: "i",
  strike: "s",
  underline: "u",
  highlight: "mark",
  code: "code",
};

/** @type {Record<string, (node: any, host: any) => any>} */
const DRAWN = {
  text: ({ text }) => lines(text),
  emoji: (node, host) => emoji(node, host),
  link: ({ url, children }, host) =>
    link(url, html`<${Inline} nodes=${children} host=${host} />`, children),
  user: (node, host) => mention(node, host, node.id === host.me ? "is-me" : ""),
  usergroup: (node, host) => mention(node, host, "is-group"),
  broadcast: (node, host) => mention(node, host, "is-group"),
  channel: (node, host) => mention(node, host, ""),
  date: (node) => html`<${Moment} node=${node} />`,
  color: ({ value }) => color(value),
};

/**
 * Pieces of text.
 * @param {{nodes: import("./control.js").Node[], host: any}} props
 */
export function Inline({ nodes, host }) {
  return nodes.map((node) => {
    const tag = TAGS[node.type];
    if (!tag) return DRAWN[node.type](node, host);
    return html`<${tag}><${Inline} nodes=${node.children} host=${host} /></${tag}>`;
  });
}

/** Text with its line breaks; an empty line is a small gap, as in Slack. */
function lines(text) {
  return text
    .split(BREAKS)
    .map((part, index) => (index % 2 ? breaks(part.length) : pictured(part)));
}

function breaks(count) {
  if (count === 1) return html`<br />`;
  return Array.from({ length: count - 1 }, () => html`<span class="bk-gap"></span>`);
}

function pictured(text) {
  if (!PICTURES) return text;
  return text
    .split(PICTURES)
    .map((part, index) => (index % 2 ? html`<span class="bk-emoji">${part}</span>` : part));
}

/** Matches emoji; null if the browser does not support the property. */
function pictures() {
  try {
    return new RegExp("(\\p{RGI_Emoji})", "v");
  } catch {
    return null;
  }
}

function emoji(node, host) {
  const name = `:${node.name}:`;
  const shown = emojiText(node, host);
  if (shown === name) return name;
  return html`<span class="bk-emoji" role="img" aria-label=${node.name} title=${name}>${shown}</span>`;
}

function link(url, inner, children) {
  const label = children.length === 1 ? children[0].text : "";
  const away = /^https?:/i.test(url) ? "_blank" : undefined;
  return html`<a class="bk-link" href=${url} target=${away} rel="noopener noreferrer"
    title=${label === url ? undefined : url}>${inner}</a>`;
}

function mention(node, host, kind) {
  const href = node.type === "channel" && host.channels?.has(node.id) ? `#/${node.id}` : undefined;
  const text = mentioned(node, host);
  const name = `bk-mention ${kind}`.trim();
  if (href) return html`<a class=${name} href=${href}>${text}</a>`;
  return html`<span class=${name} data-id=${node.id}>${text}</span>`;
}

function color(value) {
  const swatch = html`<span class="bk-swatch" style=${{ background: value }}></span>`;
  return html`<span>${swatch}${value}</span>`;
}

function Moment({ node }) {
  const now = useMinute(moves(node.format ?? ""));
  const shown = dateWords(node, { now });
  const url = followable(node.url);
  return url ? link(url, shown, []) : html`<time title=${whole(node)}>${shown}</time>`;
}

function whole(node) {
  return dateWords({ ...node, format: "{date_long_full} at {time_secs}" });
}
