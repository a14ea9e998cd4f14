// @ts-check
// The button, with or without an address to open.

import { html } from "../html.js";
import { useActing } from "./acting.js";
import { followable } from "./addresses.js";
import { label } from "./text.js";

/** @param {{element: any, block: any, host: any}} props */
export function Button({ element, block, host }) {
  const { busy, act, shown } = useActing(host, block, element);
  const url = followable(element.url);
  const props = {
    class: `bk-button ${element.style ? `is-${element.style}` : ""} ${busy ? "is-busy" : ""}`,
    "data-action-id": element.action_id,
    "aria-label": element.accessibility_label,
    "aria-disabled": busy ? "true" : undefined,
  };
  const text = html`<span>${label(element.text, host)}</span>`;
  if (!url)
    return html`<button type="button" ...${props} onClick=${() => act()}>${text}</button>${shown}`;
  return html`<a ...${props} href=${url} target="_blank" rel="noopener noreferrer"
    onClick=${(event) => follow(event, element, url, act)}>${text}</a>${shown}`;
}

/** The app also gets an action for a link; with a confirmation, the link opens after it. */
function follow(event, element, url, act) {
  if (!element.confirm) return act();
  event.preventDefault();
  act(undefined, { done: () => window.open(url, "_blank", "noopener,noreferrer") });
}
