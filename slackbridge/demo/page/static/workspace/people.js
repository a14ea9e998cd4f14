// The name, badge and avatar of a message's author.
// @ts-check
import { state, users } from "../state.js";

const HUES = 8;

/** @param {string} id */
export function nameOf(id) {
  const user = users.value.get(id);
  if (user) return user.real_name || user.name;
  const bot = state.value?.bot;
  return bot && (id === bot.bot_id || id === bot.user) ? bot.name : id;
}

/**
 * The author of a message.
 * @param {any} message
 * @returns {{key:string, name:string, app:boolean, emoji:string, image:string, ours:boolean}}
 */
export function authorOf(message) {
  const app = Boolean(message.bot_id);
  const own = message.username || "";
  const name = own || (app ? (message.bot_profile?.name ?? nameOf(message.bot_id)) : nameOf(message.user));
  return {
    key: own ? `as ${own} ${message.icons?.emoji ?? ""}` : message.user || message.bot_id || "",
    name,
    app,
    emoji: (message.icons?.emoji ?? "").replaceAll(":", ""),
    image: message.icons?.image_url ?? "",
    ours: app && !own,
  };
}

/** @param {string} name */
export function initials(name) {
  const words = name.split(/[\s@.]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => [...word].find((char) => /[\p{L}\p{N}]/u.test(char)) ?? "");
  return (letters.length > 1 ? letters[0] + letters[letters.length - 1] : (letters[0] ?? "?")).toUpperCase();
}

/** One of the colours of style/workspace.css. @param {string} key */
export function hue(key) {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return `hue-${sum % HUES}`;
}

/** The badge of an account that is not an ordinary member. @param {any} user */
export function standing(user) {
  if (!user) return "";
  if (user.deleted) return "deactivated";
  if (user.stranger) return "another company";
  return user.guest ? "guest" : "";
}
