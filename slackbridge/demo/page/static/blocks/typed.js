// @ts-check
// Text inputs: one or several lines, URLs, e-mail addresses, numbers; a counter appears near the
// limit. Like Slack's client, they accept text past the limit.

import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { acts, useValue } from "./acting.js";
import { named } from "./field.js";
import { label } from "./text.js";
import { length } from "./values.js";

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number" };
const NEAR = 100;
const NEAR_SHARE = 0.1;

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function Typed({ element, block, host, field }) {
  const { value, set, act, shown } = useValue(host, block, element);
  const control = useRef(null);
  useEffect(() => element.focus_on_load && control.current.focus(), []);
  const tag = element.multiline ? "textarea" : "input";
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const typed = (event) => {
    const text = event.currentTarget.value || null;
    set(text);
    if (acts(block) && when.includes("on_character_entered")) act(text);
  };
  const pressed = (event) => {
    if (event.key !== "Enter" || event.isComposing || element.multiline || !acts(block)) return;
    event.preventDefault();
    if (when.includes("on_enter_pressed")) act(value);
  };
  return html`<div class="bk-typed">
    <${tag} ref=${control} ...${named(field, element, "Text")} ...${shape(element, host)}
      value=${value ?? ""} onInput=${typed} onKeyDown=${pressed} />
    <${Left} text=${value ?? ""} most=${element.max_length} />
  </div>${shown}`;
}

function shape(element, host) {
  const numeric = element.type === "number_input";
  return {
    class: "bk-field",
    placeholder: label(element.placeholder, host) || undefined,
    autocomplete: "off",
    ...(element.multiline ? { rows: 4 } : { type: TYPES[element.type] ?? "text" }),
    ...(numeric && { min: element.min_value, max: element.max_value }),
    ...(numeric && { step: element.is_decimal_allowed ? "any" : "1" }),
  };
}

function Left({ text, most }) {
  if (!most) return null;
  const left = most - length(text);
  if (left > Math.min(NEAR, Math.max(10, most * NEAR_SHARE))) return null;
  const words = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  return html`<span class=${`bk-left ${left < 0 ? "is-over" : ""}`} aria-live="polite" title=${words}>
    <span aria-hidden="true">${left}</span><span class="bk-unseen">${words}</span>
  </span>`;
}

/** A rich text input as plain lines; the text becomes one section. */
export function RichTyped({ element, block, host, field }) {
  const { value, set } = useValue(host, block, element);
  const text = value?.elements?.[0]?.elements?.[0]?.text ?? "";
  return html`<textarea class="bk-field" rows="4" ...${named(field, element, "Text")} value=${text}
    placeholder=${label(element.placeholder, host) || undefined}
    onInput=${(event) => set(rich(event.currentTarget.value))} />`;
}

function rich(text) {
  if (!text) return null;
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { type: "rich_text", elements: [section] };
}

/** On this page files can only be shared with a message. */
export function Files({ element, field }) {
  return html`<input type="file" class="bk-field" disabled ...${named(field, element, "Files")} />
    <small class="bk-note">Files can be shared in a thread here, not in a form.</small>`;
}
