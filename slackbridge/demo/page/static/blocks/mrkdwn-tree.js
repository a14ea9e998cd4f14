// @ts-check
// The structure of a mrkdwn text: paragraphs, quotes and preformatted passages. Pure.

import { inline, literal, merged } from "./mrkdwn-inline.js";

/**
 * @typedef {import("./control.js").Node} Node
 * @typedef {{type: "paragraph" | "quote" | "pre", children: Node[], border?: boolean}
 *   | {type: "list", ordered: boolean, indent: number, start: number, border: boolean,
 *      items: Node[][]}} Block
 */

const FENCED = /```\n?((?:(?!```)[^])+?)\n?```/;
const QUOTED = /^(?:&gt;|>)(?!(?:&gt;|>){2}) ?/;
const REST_QUOTED = /^(?:&gt;|>){3} ?/;
const NEWLINE = { type: "text", text: "\n" };

/**
 * The blocks of a text.
 * @param {string} text mrkdwn
 * @returns {Block[]}
 */
export function tree(text) {
  const parts = text.replace(/\r\n?|[\u2028\u2029]/g, "\n").split(FENCED);
  return parts.flatMap((part, index) =>
    index % 2
      ? [{ type: "pre", children: literal(part) }]
      : prose(bare(part, index > 0, index < parts.length - 1)),
  );
}

/** A line break next to a fence belongs to the fence. */
function bare(part, behind, ahead) {
  const tail = behind ? part.replace(/^\n/, "") : part;
  return ahead ? tail.replace(/\n$/, "") : tail;
}

/** @returns {Block[]} */
function prose(text) {
  if (!text) return [];
  /** @type {{type: "quote" | "paragraph", lines: string[]}[]} */
  const blocks = [];
  let resting = false;
  for (const line of text.split("\n")) {
    resting ||= REST_QUOTED.test(line);
    const type = resting || QUOTED.test(line) ? "quote" : "paragraph";
    if (blocks.at(-1)?.type !== type) blocks.push({ type, lines: [] });
    blocks.at(-1).lines.push(line.replace(resting ? REST_QUOTED : QUOTED, ""));
  }
  return blocks.map(({ type, lines }) => ({ type, children: joined(lines) }));
}

function joined(lines) {
  return merged(
    lines.flatMap((line, index) => (index ? [NEWLINE, ...inline(line)] : inline(line))),
  );
}
