// The composer's suggestions: commands, people, emoji.
// @ts-check
import { state } from "../state.js";
import { found } from "./emoji-picker.js";
import { mentionable } from "./typed.js";

const MOST = 8;

/**
 * @typedef {{key: string, mark: string, label: string, hint: string, insert: string, name: string}} Item
 * @typedef {{kind: "command"|"mention"|"emoji", title: string, from: number, query: string, items: Item[]}} Suggestions
 * @param {string} text @param {number} caret @param {boolean} inThread
 * @returns {Suggestions|null}
 */
export function suggest(text, caret, inThread) {
  const head = text.slice(0, caret);
  for (const [pattern, kind, make] of SOURCES) {
    const match = pattern.exec(head);
    if (!match || (kind === "command" && inThread)) continue;
    const query = match[1].toLowerCase();
    const items = make(query).slice(0, MOST);
    if (items.length) return { kind, title: TITLES[kind], from: caret - match[1].length - 1, query, items };
  }
  return null;
}

const TITLES = { command: "Commands", mention: "People and groups", emoji: "Emoji" };

/** @type {[RegExp, "command"|"mention"|"emoji", (query: string) => Item[]][]} */
const SOURCES = [
  [/^\/([^\s/]*)$/, "command", commands],
  [/(?:^|[\s(])@([\w.-]*)$/, "mention", people],
  [/(?:^|[\s(]):([a-z0-9_+-]{2,})$/, "emoji", emoji],
];

/** @param {string} query */
function commands(query) {
  const known = (state.value?.commands ?? []).filter((each) => each.command.slice(1).startsWith(query));
  return known.map(({ command, description, usage }) => ({
    key: command,
    mark: "/",
    label: `${command} ${usage ?? ""}`,
    hint: description,
    insert: command,
    name: command,
  }));
}

/** @param {string} query */
function people(query) {
  const hit = ({ name, label }) => `${name} ${label}`.toLowerCase().split(/\s/).some((w) => w.startsWith(query));
  return mentionable().filter(hit).map(({ name, label, token }) => ({
    key: token,
    mark: "@",
    label: `@${name}`,
    hint: label,
    insert: `@${name}`,
    name,
  }));
}

/** @param {string} query */
function emoji(query) {
  return found(query, MOST).map((name) => ({
    key: name,
    mark: state.value.emoji[name],
    label: `:${name}:`,
    hint: "",
    insert: `:${name}:`,
    name,
  }));
}

/** The command in a text and its arguments; null for an ordinary message. @param {string} text */
export function commandIn(text) {
  const match = /^(\/[^\s/]+)\s*([^]*)$/.exec(text);
  return match && { name: match[1], text: match[2].trim() };
}
