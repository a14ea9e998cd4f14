// Converts between typed text and Slack's: `@anna` <-> `<@U0ANNA>`.
// Pure except for the tables of people.
// @ts-check
import { usergroups, users } from "../state.js";

const RANGES = ["here", "channel", "everyone"];
const MENTION = /(^|[^\w@])@([\w.-]*\w)/g;
const TOKEN = /<(@[UW]\w+|!subteam\^\w+|![a-z]+)(?:\|[^>]*)?>|<((?:https?:\/\/|mailto:|tel:)[^|>\s]+)>/g;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** What can be mentioned: {name, label, token}. */
export function mentionable() {
  const people = [...users.value.values()].filter((user) => !user.deleted && !user.is_bot);
  return [
    ...people.map((user) => ({ name: user.name, label: user.real_name, token: `<@${user.id}>` })),
    ...[...usergroups.value.values()].map(({ id, handle, name }) => ({
      name: handle,
      label: name,
      token: `<!subteam^${id}|@${handle}>`,
    })),
    ...RANGES.map((name) => ({ name, label: "Everybody in the channel", token: `<!${name}>` })),
  ];
}

/** The text to send; only names picked from the suggestions become mentions. @param {string} text @param {Set<string>} picked */
export function encode(text, picked) {
  const tokens = new Map(mentionable().map(({ name, token }) => [name, token]));
  return text.replace(MENTION, (all, before, name) =>
    picked.has(name) && tokens.has(name) ? before + tokens.get(name) : all,
  );
}

/** The editor's text for a message of one's own. @param {string} text @returns {{text: string, picked: Set<string>}} */
export function decode(text) {
  /** @type {Set<string>} */
  const picked = new Set();
  const mention = (name) => {
    picked.add(name);
    return `@${name}`;
  };
  const shown = text.replace(TOKEN, (all, control, url) => {
    if (url) return url;
    const name = named(control);
    return name ? mention(name) : all;
  });
  return { text: shown.replace(/&(lt|gt|amp);/g, (entity) => ENTITIES[entity]), picked };
}

/** @param {string} control */
function named(control) {
  if (control.startsWith("@")) return users.value.get(control.slice(1))?.name;
  if (control.startsWith("!subteam^")) return usergroups.value.get(control.slice(9))?.handle;
  return RANGES.find((range) => control === `!${range}`);
}
