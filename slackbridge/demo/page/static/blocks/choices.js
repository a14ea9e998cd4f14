// @ts-check
// Radio buttons and checkboxes.

import { useId } from "preact/hooks";
import { html } from "../html.js";
import { useValue } from "./acting.js";
import { group } from "./field.js";
import { Text } from "./mrkdwn.js";

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function Radios({ element, block, host, field }) {
  const { value, choose, busy, shown } = useValue(host, block, element);
  const name = useId();
  const radio = (option) => ({
    type: "radio",
    name,
    checked: option.value === value,
    onChange: () => choose(option.value),
  });
  return html`<div class="bk-choices" role="radiogroup" ...${group(field, element, "Choose one")}>
    ${element.options.map((option) => choice(option, host, busy, radio(option)))}
  </div>${shown}`;
}

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function Checkboxes({ element, block, host, field }) {
  const { value, choose, busy, shown } = useValue(host, block, element);
  const chosen = value ?? [];
  const order = element.options.map((option) => option.value);
  const toggled = (each) => order.filter((other) => chosen.includes(other) !== (other === each));
  const box = (option) => ({
    type: "checkbox",
    checked: chosen.includes(option.value),
    onChange: () => choose(toggled(option.value)),
  });
  return html`<div class="bk-choices" role="group" ...${group(field, element, "Choose any")}>
    ${element.options.map((option) => choice(option, host, busy, box(option)))}
  </div>${shown}`;
}

function choice(option, host, busy, props) {
  const { description } = option;
  return html`<label class="bk-choice">
    <input ...${props} value=${option.value} disabled=${busy} />
    <span>
      <${Text} text=${option.text} host=${host} />
      ${description && html`<span class="bk-description"><${Text} text=${description} host=${host} /></span>`}
    </span>
  </label>`;
}
