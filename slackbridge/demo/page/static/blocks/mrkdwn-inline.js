// @ts-check
// One line of mrkdwn: *bold*, _italic_, ~strike~ and `code`, control sequences and
// emoji names. As in Slack, a mark counts only at a word boundary, and one not closed on its
// line is text. Pure.

import { control, unescaped } from "./control.js";

/** @typedef {import("./control.js").Node} Node */
/** @typedef {{mark: string, opens: boolean, closes: boolean}} Mark */

const STYLES = { "*": "bold", _: "italic", "~": "strike" };
const PIECES =
  /(?<![\p{L}\p{N}`])`[^`]+`(?![\p{L}\p{N}`])|<[^<>]+>|:[a-z0-9_+'-]+(?:::skin-tone-[2-6])?:|[*_~]/giu;
const EMOJI = /(?<![\p{L}\p{N}:]):([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/iu;
const WORD = /[\p{L}\p{N}]/u;

/**
 * The pieces of a line.
 * @param {string} line
 * @returns {Node[]}
 */
export function inline(line) {
  return merged(styled(lexed(line)));
}

/**
 * The pieces of text without formatting (code): control sequences and text.
 * @param {string} passage
 * @returns {Node[]}
 */
export function literal(passage) {
  const parts = passage.split(/(<[^<>\n]+>)/);
  return merged(parts.map((part, index) => (index % 2 && sequence(part)) || text(unescaped(part))));
}

/**
 * The pieces of plain text, with emoji names only.
 * @param {string} passage
 * @returns {Node[]}
 */
export function named(passage) {
  const parts = passage.split(EMOJI);
  return merged(
    parts.map((part, index) => (index % 2 ? { type: "emoji", name: part } : text(part))),
  );
}

/**
 * Adjacent texts merged, empty ones dropped.
 * @param {Node[]} nodes
 * @returns {Node[]}
 */
export function merged(nodes) {
  /** @type {Node[]} */
  const out = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (node.type !== "text") out.push(node);
    else if (last?.type === "text") out[out.length - 1] = text(last.text + node.text);
    else if (node.text) out.push(node);
  }
  return out;
}

function text(text) {
  return { type: "text", text };
}

function sequence(token) {
  return control(token.slice(1, -1));
}

function lexed(line) {
  const out = [];
  let at = 0;
  for (const found of line.matchAll(PIECES)) {
    const [token] = found;
    const end = found.index + token.length;
    const around = { before: before(line, found.index), after: after(line, end) };
    out.push(text(unescaped(line.slice(at, found.index))), piece(token, around));
    at = end;
  }
  return [...out, text(unescaped(line.slice(at)))];
}

/** @returns {Node | Mark} */
function piece(token, { before, after }) {
  switch (token[0]) {
    case "<":
      return sequence(token) ?? text(unescaped(token));
    case "`":
      return { type: "code", children: literal(token.slice(1, -1)) };
    case ":":
      return WORD.test(before) || before === ":"
        ? text(token)
        : { type: "emoji", name: token.slice(1, -1) };
    default:
      return border(token, before, after);
  }
}

/** A mark opens before a word and closes after one; a doubled mark is text. */
function border(mark, before, after) {
  const doubled = before === mark || after === mark;
  return {
    mark,
    opens: !doubled && !WORD.test(before) && /\S/.test(after),
    closes: !doubled && !WORD.test(after) && /\S/.test(before),
  };
}

/** @param {any[]} pieces nodes and marks @returns {Node[]} */
function styled(pieces) {
  const out = [];
  const dead = new Set(); // marks without a closing one, so that each is searched once
  for (let at = 0; at < pieces.length; at += 1) {
    const each = pieces[at];
    const end = each.opens && !dead.has(each.mark) ? closing(pieces, at) : -1;
    if (end > 0) {
      out.push({ type: STYLES[each.mark], children: merged(styled(pieces.slice(at + 1, end))) });
      at = end;
    } else {
      if (each.opens) dead.add(each.mark);
      out.push(each.mark ? text(each.mark) : each);
    }
  }
  return out;
}

function closing(pieces, start) {
  const { mark } = pieces[start];
  return pieces.findIndex((each, at) => at > start + 1 && each.closes && each.mark === mark);
}

function before(line, at) {
  return [...line.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
}

function after(line, at) {
  return [...line.slice(at, at + 2)][0] ?? "";
}
