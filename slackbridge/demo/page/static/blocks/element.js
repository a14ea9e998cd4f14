// @ts-check
// Selects the component that draws an element.

import { html } from "../html.js";
import { Button } from "./button.js";
import { Checkboxes, Radios } from "./choices.js";
import { MultiSelect } from "./multi.js";
import { Overflow } from "./overflow.js";
import { Picture } from "./picture.js";
import { Picker } from "./pickers.js";
import { Select } from "./select.js";
import { Files, RichTyped, Typed } from "./typed.js";

const KINDS = {
  button: Button,
  workflow_button: Button,
  image: ({ element, host }) => html`<${Picture} image=${element} host=${host} kind="accessory" />`,
  overflow: Overflow,
  radio_buttons: Radios,
  checkboxes: Checkboxes,
  plain_text_input: Typed,
  email_text_input: Typed,
  url_text_input: Typed,
  number_input: Typed,
  rich_text_input: RichTyped,
  file_input: Files,
  datepicker: Picker,
  timepicker: Picker,
  datetimepicker: Picker,
};

/**
 * An element of a block; `field` connects it with the label of an `input` block.
 * @param {{element: any, block: any, host: any, field?: any}} props
 */
export function Element(props) {
  return html`<${kind(props.element.type)} ...${props} />`;
}

function kind(type) {
  if (Object.hasOwn(KINDS, type)) return KINDS[type];
  if (/^multi_\w+_select$/.test(type)) return MultiSelect;
  return type.endsWith("_select") ? Select : Unknown;
}

function Unknown({ element }) {
  return html`<span class="bk-other" data-action-id=${element.action_id}>${element.type}</span>`;
}
