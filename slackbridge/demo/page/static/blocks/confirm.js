// @ts-check
// The confirmation before an element acts: a modal dialog that answers once, yes or no.

import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "../html.js";
import { Text } from "./mrkdwn.js";
import { label } from "./text.js";

const YES = { type: "plain_text", text: "Yes" };
const NO = { type: "plain_text", text: "Cancel" };

/**
 * A confirmation object of Slack as a dialog; Escape, the cross and a click outside it mean no.
 * @param {{confirm: any, host: any, onAnswer: (yes: boolean) => void}} props
 */
export function ConfirmDialog({ confirm, host, onAnswer }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => dialog.current.showModal(), []);
  const answer = (yes) => {
    dialog.current?.close(); // restores the focus
    onAnswer(yes);
  };
  const no = () => answer(false);
  const risky = confirm.style === "danger";
  return html`<dialog ref=${dialog} class="bk bk-confirm" aria-labelledby=${`${id}-title`}
    aria-describedby=${`${id}-text`} onCancel=${(event) => (event.preventDefault(), no())}
    onKeyDown=${(event) => event.stopPropagation()}
    onClick=${(event) => (event.stopPropagation(), event.target === dialog.current && no())}>
    <div class="bk-confirm-box">
      <h2 id=${`${id}-title`}>${label(confirm.title, host)}</h2>
      <button type="button" class="bk-cross" aria-label="Close" onClick=${no}>✕</button>
      <div id=${`${id}-text`} class="bk-confirm-text">
        <${Text} text=${confirm.text} host=${host} />
      </div>
      <div class="bk-confirm-buttons">
        <button type="button" class="bk-button is-large" autofocus=${risky} onClick=${no}>
          ${label(confirm.deny ?? NO, host)}
        </button>
        <button type="button" class=${`bk-button is-large ${risky ? "is-danger" : "is-primary"}`}
          autofocus=${!risky} onClick=${() => answer(true)}>
          ${label(confirm.confirm ?? YES, host)}
        </button>
      </div>
    </div>
  </dialog>`;
}
