// The emoji picker, with search by name.
// @ts-check
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { state } from "../state.js";
import { close, open } from "./layer.js";

const FIRST = (
  "white_check_mark eyes raised_hands +1 heart tada pray thinking_face " +
  "grinning smile joy wink blush heart_eyes sunglasses slightly_smiling_face " +
  "neutral_face confused worried cry sob angry open_mouth sleeping " +
  "-1 clap wave ok_hand muscle point_up fire sparkles " +
  "star rocket bulb warning x question exclamation hourglass " +
  "package truck credit_card moneybag phone computer lock key " +
  "mag pushpin calendar memo link coffee bug gift"
).split(" ");
const MOST = 160;

/** @param {{anchor: Element, row?: string, pick: (name: string) => unknown, closed?: () => void}} what */
export function openPicker({ anchor, row = "", pick, closed }) {
  const content = () => html`<${Picker} pick=${pick} />`;
  open({ anchor, row, label: "Choose an emoji", closed, content });
}

/** The names that match, those that start with it first. @param {string} query @param {number} most */
export function found(query, most) {
  const names = Object.keys(state.value?.emoji ?? {});
  if (!query) return FIRST.filter((name) => names.includes(name)).slice(0, most);
  const hits = names.filter((name) => name.includes(query));
  return hits.sort((a, b) => Number(!a.startsWith(query)) - Number(!b.startsWith(query))).slice(0, most);
}

/** One name for each picture. @param {string[]} names */
function distinct(names) {
  const table = state.value?.emoji ?? {};
  const first = new Map();
  for (const name of names) if (!first.has(table[name])) first.set(table[name], name);
  return [...first.values()];
}

/** @param {{pick: (name: string) => unknown}} props */
function Picker({ pick }) {
  const [query, setQuery] = useState("");
  const names = distinct(found(query.trim().toLowerCase().replaceAll(":", ""), 2 * MOST)).slice(0, MOST);
  const take = (name) => {
    close();
    pick(name);
  };
  const enter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or Enter would also press the button that regains the focus
    if (names.length) take(names[0]);
  };
  return html`<div class="picker" role="dialog" aria-label="Choose an emoji">
    <input type="search" aria-label="Find an emoji" placeholder="Find an emoji" autocomplete="off"
      value=${query} onInput=${(event) => setQuery(event.target.value)} onKeyDown=${enter} />
    <div class="picker-grid">
      ${names.map((name) => html`<button type="button" key=${name} title=":${name}:" aria-label=${name}
        onClick=${() => take(name)}>${state.value.emoji[name]}</button>`)}
    </div>
    ${!names.length && html`<p class="quiet">No emoji has this name.</p>`}
  </div>`;
}
