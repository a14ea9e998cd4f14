// @ts-check
// The plain text of blocks and messages, for previews and notifications. Pure.

import { dateText } from "./dates.js";
import { emojiAt, emojiOf } from "./emoji.js";
import { named } from "./mrkdwn-inline.js";
import { tree } from "./mrkdwn-tree.js";
import { mentioned } from "./names.js";
import { richTree } from "./rich-tree.js";

/** @typedef {import("./names.js").Names} Names */

/**
 * One line of plain text: of blocks their text, of a message its `text`, else its blocks, else
 * the names of its files.
 * @param {any[] | {text?: string, blocks?: any[], files?: any[]}} what
 * @param {Names} [names]
 * @returns {string}
 */
export function plain(what, names = {}) {
  const said = Array.isArray(what) ? spoken(what, names) : told(what, names);
  return said.replace(/\s+/g, " ").trim();
}

/**
 * The text of inline pieces.
 * @param {import("./control.js").Node[]} nodes
 * @param {Names} names
 * @returns {string}
 */
export function words(nodes, names) {
  return nodes.map((node) => word(node, names)).join("");
}

/** An emoji's character, else its name as written. */
export function emojiText({ name, unicode }, names) {
  return emojiAt(unicode) ?? emojiOf(name, names.emoji) ?? `:${name}:`;
}

/** The text of a date. @param {any} node @param {{now?: number, zone?: string}} [reader] */
export function dateWords({ timestamp, format, fallback }, reader) {
  return (format && dateText(timestamp, format, reader)) || fallback || format;
}

function told(message, names) {
  const { text = "", blocks = [], files = [] } = message ?? {};
  return (
    (text && flat(tree(text), names)) ||
    spoken(blocks, names) ||
    files.map((file) => file.name).join(", ")
  );
}

function spoken(blocks, names) {
  return blocks
    .map((block) => said(block, names))
    .filter(Boolean)
    .join(" ");
}

function said(block, names) {
  if (block.type === "rich_text") return flat(richTree(block.elements), names);
  const texts = [block.title, block.label, block.text, ...(block.fields ?? []), ...items(block)];
  const parts = texts.map((text) => label(text, names)).filter(Boolean);
  return parts.join(" ") || block.alt_text || "";
}

function items(block) {
  return block.type === "context" ? block.elements : [];
}

/** The text of a text object, or of an image within a context. */
export function label(text, names) {
  if (!text) return "";
  if (typeof text === "string") return text;
  if (text.type === "mrkdwn") return flat(tree(text.text), names);
  return words(plainNodes(text), names) || text.alt_text || "";
}

/** The pieces of a plain_text object. */
export function plainNodes({ text = "", emoji = true }) {
  return emoji ? named(text) : [{ type: "text", text }];
}

function flat(blocks, names) {
  const passages = blocks.flatMap((block) =>
    block.type === "list" ? block.items : [block.children],
  );
  return passages.map((nodes) => words(nodes, names)).join(" ");
}

function word(node, names) {
  switch (node.type) {
    case "text":
      return node.text;
    case "emoji":
      return emojiText(node, names);
    case "date":
      return dateWords(node);
    case "color":
      return node.value;
    case "user":
    case "channel":
    case "usergroup":
    case "broadcast":
      return mentioned(node, names);
    default:
      return words(node.children, names);
  }
}
