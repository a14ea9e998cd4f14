// The page's own notices: toasts, and the banners about the server and the bridge.
// @ts-check
import { html } from "../html.js";
import { books, dismiss, online, toasts } from "../state.js";
import { Icon } from "./icon.js";

export function Toasts() {
  return html`<div class="toasts" role="status">
    ${toasts.value.map(({ id, text, kind }) => html`<div key=${id} class="toast ${kind}" data-toast=${kind}>
      <span>${text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick=${() => dismiss(id)}><${Icon} name="close" /></button>
    </div>`)}
  </div>`;
}

export function Banners() {
  const down = books.value && !books.value.bridge.running;
  return html`<div class="banners" aria-live="polite">
    ${online.value === false && html`<p class="banner">Connection to the sandbox lost; trying again… Is slackbridge demo still running?</p>`}
    ${online.value !== false && down && html`<p class="banner">The bridge is not running: nothing passes in either direction.
      <a class="button" href="#/faults">Open Faults and ledger</a></p>`}
  </div>`;
}
