// @ts-check
// Multi-select menus: a button with the selection, and a list of checkboxes.
// As in Slack, the app gets the action when the list closes.

import { useId, useRef } from "preact/hooks";
import { html } from "../html.js";
import { acts, useValue } from "./acting.js";
import { named } from "./field.js";
import { below } from "./place.js";
import { groups } from "./select.js";
import { label } from "./text.js";

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function MultiSelect({ element, block, host, field }) {
  const { value, set, act, busy, shown } = useValue(host, block, element);
  const [button, list, before] = [useRef(null), useRef(null), useRef("")];
  const id = useId();
  const all = groups(element, host);
  const chosen = value ?? [];
  const placeholder = label(element.placeholder, host) || "Select options";
  const names = all.flatMap((group) => group.options).filter(([each]) => chosen.includes(each));
  const toggle = (each) =>
    set(chosen.includes(each) ? chosen.filter((other) => other !== each) : [...chosen, each]);
  const toggled = ({ newState }) => {
    if (newState === "open") before.current = String(chosen);
    else if (acts(block) && before.current !== String(chosen)) act(chosen);
  };
  const full = chosen.length >= (element.max_selected_items ?? Infinity);
  return html`<span class="bk-multi">
    <button ref=${button} type="button" ...${named(field, element, placeholder)}
      class=${`bk-multi-button ${names.length ? "" : "is-empty"}`}
      popovertarget=${busy ? undefined : id} aria-haspopup="dialog">
      ${names.length ? names.map(chip) : placeholder}
    </button>
    <div ref=${list} id=${id} class="bk-menu" role="group" aria-label=${placeholder} popover="auto"
      onBeforeToggle=${() => below(list.current, button.current, names.length + all[0].options.length)}
      onToggle=${toggled} onKeyDown=${(event) => event.stopPropagation()}>
      ${all.map((group) => boxes(group, chosen, full, toggle))}
    </div>
  </span>${shown}`;
}

function chip([, name]) {
  return html`<span class="bk-chip">${name}</span>`;
}

function boxes({ name, options }, chosen, full, toggle) {
  return html`${name && html`<div class="bk-group">${name}</div>`}
    ${options.map(([id, text]) => {
      const on = chosen.includes(id);
      return html`<label class="bk-item bk-choice">
        <input type="checkbox" checked=${on} disabled=${full && !on} onChange=${() => toggle(id)} />
        <span>${text}</span>
      </label>`;
    })}`;
}
