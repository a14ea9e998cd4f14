// @ts-check
// Single-select menus: static, users, conversations, channels and external.

import { html } from "../html.js";
import { useValue } from "./acting.js";
import { named } from "./field.js";
import { person } from "./names.js";
import { label } from "./text.js";

const PLACEHOLDERS = {
  users_select: "Select a user",
  conversations_select: "Select a conversation",
  channels_select: "Select a channel",
};
const NOTE = "Its options come from the app while one types; this page does not ask for them.";

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function Select({ element, block, host, field }) {
  const { value, choose, busy, shown } = useValue(host, block, element);
  const placeholder =
    label(element.placeholder, host) || PLACEHOLDERS[element.type] || "Select an item";
  const foreign = element.type === "external_select";
  const emptied = block.type === "input" && block.optional;
  return html`<span class=${foreign ? "bk-select has-note" : "bk-select"}>
    <select ...${named(field, element, placeholder)} class=${value == null ? "is-empty" : ""}
      aria-disabled=${busy ? "true" : undefined} disabled=${foreign}
      onChange=${(event) => choose(event.currentTarget.value || null)}>
      <option value="" disabled=${!emptied} selected=${value == null}>${placeholder}</option>
      ${groups(element, host).map((group) => grouped(group, value))}
    </select>
    ${foreign && html`<small class="bk-note">${NOTE}</small>`}
  </span>${shown}`;
}

function grouped({ name, options }, value) {
  const drawn = options.map(
    ([id, text]) => html`<option value=${id} selected=${id === value}>${text}</option>`,
  );
  return name ? html`<optgroup label=${name}>${drawn}</optgroup>` : drawn;
}

/**
 * The options in groups; options outside a group form one without a name.
 * @param {any} element
 * @param {any} host
 * @returns {{name: string, options: [string, string][]}[]}
 */
export function groups(element, host) {
  const kind = element.type.replace(/^multi_/, "");
  if (element.option_groups)
    return element.option_groups.map((group) => ({
      name: label(group.label, host),
      options: pairs(group.options, host),
    }));
  return [{ name: "", options: (SOURCES[kind] ?? SOURCES.static_select)(element, host) }];
}

/** @type {Record<string, (element: any, host: any) => [string, string][]>} */
const SOURCES = {
  static_select: ({ options = [] }, host) => pairs(options, host),
  external_select: ({ initial_option: first, initial_options: all }, host) =>
    pairs(all ?? (first ? [first] : []), host),
  users_select: (_, { users }) =>
    entries(
      users,
      (user) => !user.deleted,
      (user) => person(user),
    ),
  conversations_select: (_, { channels }) =>
    entries(channels, open, (channel) => `#${channel.name}`),
  channels_select: (_, { channels }) =>
    entries(
      channels,
      (channel) => open(channel) && channel.kind !== "group",
      (channel) => `#${channel.name}`,
    ),
};

/** @returns {[string, string][]} */
function pairs(options, host) {
  return options.map((option) => [option.value, label(option.text, host)]);
}

/** @returns {[string, string][]} */
function entries(table, keep, name) {
  /** @type {[string, string][]} */
  const found = [...(table ?? [])]
    .filter(([, each]) => keep(each))
    .map(([id, each]) => [id, name(each)]);
  return found.sort(([, a], [, b]) => a.localeCompare(b));
}

function open(channel) {
  return !channel.archived;
}
