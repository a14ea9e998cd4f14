// @ts-check
// Converts a `rich_text` block into the same tree as mrkdwn. Its text is literal.
// Source: docs.slack.dev, "Rich text block". Pure.

import { followable } from "./addresses.js";
import { merged } from "./mrkdwn-inline.js";

/** @typedef {import("./control.js").Node} Node */
/** @typedef {import("./mrkdwn-tree.js").Block} Block */

const STYLES = ["code", "strike", "underline", "italic", "bold"];
const KINDS = {
  rich_text_section: "paragraph",
  rich_text_quote: "quote",
  rich_text_preformatted: "pre",
};

/** @type {Record<string, (leaf: any) => Node>} */
const LEAVES = {
  text: (leaf) => text(leaf.text),
  link: (leaf) => link(leaf),
  emoji: (leaf) => ({ type: "emoji", name: toned(leaf), unicode: leaf.unicode }),
  user: (leaf) => ({ type: "user", id: leaf.user_id, label: "" }),
  channel: (leaf) => ({ type: "channel", id: leaf.channel_id, label: "" }),
  usergroup: (leaf) => ({ type: "usergroup", id: leaf.usergroup_id, label: "" }),
  broadcast: (leaf) => ({ type: "broadcast", range: leaf.range }),
  date: (leaf) => ({ ...leaf, fallback: leaf.fallback ?? "" }),
  color: (leaf) => ({ type: "color", value: String(leaf.value) }),
};

/**
 * The blocks of a `rich_text` block, or of its elements.
 * @param {any[]} elements
 * @returns {Block[]}
 */
export function richTree(elements) {
  return (elements ?? []).flatMap((element) => /** @type {any[]} */ (block(element)));
}

function block(element) {
  if (element.type === "rich_text_list") return [list(element)];
  const type = KINDS[element.type];
  const border = Boolean(element.border);
  return type ? [{ type, children: nodes(element.elements), border }] : [];
}

function list(element) {
  return {
    type: "list",
    ordered: element.style === "ordered",
    indent: Math.max(0, Math.min(8, element.indent ?? 0)),
    start: (element.offset ?? 0) + 1,
    border: Boolean(element.border),
    items: element.elements.map((item) => nodes(item.elements)),
  };
}

function nodes(leaves) {
  return merged((leaves ?? []).map(node));
}

function node(leaf) {
  const drawn = (LEAVES[leaf.type] ?? unknown)(leaf);
  return STYLES.filter((style) => leaf.style?.[style]).reduce(
    (inner, type) => ({ type, children: [inner] }),
    drawn,
  );
}

function link({ url, text: label }) {
  const address = followable(url);
  const children = [text(label || url)];
  return address
    ? { type: "link", url: address, children }
    : text(label ? `${label} (${url})` : url);
}

function toned({ name, skin_tone: tone }) {
  return tone ? `${name}::skin-tone-${tone}` : name;
}

function unknown(leaf) {
  return text(leaf.text ?? leaf.fallback ?? `[${leaf.type}]`);
}

function text(text) {
  return { type: "text", text: String(text ?? "") };
}
