// @ts-check
// Mrkdwn's control sequences: the text between `<` and `>`. Anything unknown is text.
// Source: docs.slack.dev, "Formatting message text". Pure.

import { followable } from "./addresses.js";

/**
 * @typedef {{type: string, [field: string]: any}} Node  one inline piece of a text; `type` is
 *   text {text}, bold|italic|strike|underline|highlight|code {children}, emoji {name, unicode?},
 *   link {url, children}, user|channel|usergroup {id, label}, broadcast {range},
 *   date {timestamp, format, url, fallback} or color {value}
 */

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const RANGES = new Set(["here", "channel", "everyone", "group"]);
/** @type {[RegExp, string][]} */
const MENTIONS = [
  [/^@([UWB][A-Z0-9]+)$/, "user"],
  [/^#([CGD][A-Z0-9]+)$/, "channel"],
  [/^!subteam\^(S[A-Z0-9]+)$/, "usergroup"],
];

/** Decodes Slack's three entities, each once. @param {string} text */
export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/**
 * The node of a control sequence, null if it is none.
 * @param {string} inner without the brackets
 * @returns {Node | null}
 */
export function control(inner) {
  const at = inner.indexOf("|");
  const target = at < 0 ? inner : inner.slice(0, at);
  const label = at < 0 ? "" : unescaped(inner.slice(at + 1));
  return mention(target, label) ?? broadcast(target) ?? date(target, label) ?? link(target, label);
}

function mention(target, label) {
  for (const [shape, type] of MENTIONS) {
    const found = shape.exec(target);
    if (found) return { type, id: found[1], label };
  }
  return null;
}

function broadcast(target) {
  const range = target.replace(/^!/, "");
  return target.startsWith("!") && RANGES.has(range) ? { type: "broadcast", range } : null;
}

function date(target, fallback) {
  if (!target.startsWith("!date^")) return null;
  const [, timestamp, format, url] = target.split("^").map(unescaped);
  return { type: "date", timestamp: timestamp || NaN, format: format ?? "", url, fallback };
}

function link(target, label) {
  const url = followable(unescaped(target));
  return url
    ? { type: "link", url, children: [{ type: "text", text: label || shown(url) }] }
    : null;
}

function shown(url) {
  return url.replace(/^(mailto|tel):/i, "");
}
