// @ts-check
// The `input` block: a label, the element, and its hint or error.

import { useId } from "preact/hooks";
import { html } from "../html.js";
import { Element } from "./element.js";
import { label } from "./text.js";

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

/** @param {{block: any, host: any}} props */
export function Input({ block, host }) {
  const id = useId();
  const error = host.errors?.[block.block_id];
  const hint = block.hint && label(block.hint, host);
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  const field = {
    id,
    labelled: `${id}-label`,
    described: described || undefined,
    wrong: Boolean(error),
    required: !block.optional,
  };
  return html`<div class=${`bk-input ${error ? "is-wrong" : ""}`}>
    ${caption(block, host, field)}
    <${Element} element=${block.element} block=${block} host=${host} field=${field} />
    ${error && html`<p class="bk-error" id=${`${id}-error`} role="alert">${error}</p>`}
    ${hint && html`<p class="bk-hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** A group of controls is labelled without `<label>`. */
function caption(block, host, field) {
  const optional = block.optional && html` <span class="bk-optional">(optional)</span>`;
  const text = html`${label(block.label, host)}${optional}`;
  if (GROUPS.has(block.element.type))
    return html`<div class="bk-label" id=${field.labelled}>${text}</div>`;
  return html`<label class="bk-label" id=${field.labelled} for=${field.id}>${text}</label>`;
}
