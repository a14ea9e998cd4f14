// The dialog that lists the keys.
// @ts-check
import { signal } from "@preact/signals";
import { html } from "../html.js";
import { Dialog } from "./dialog.js";

const shown = signal(false);
export const showHelp = () => void (shown.value = true);

const KEYS = [
  [["Enter"], "Send"],
  [["Shift", "Enter"], "New line"],
  [["↑"], "In an empty composer: edit your last message"],
  [["/"], "In a channel's composer: commands"],
  [["@"], "Mention somebody"],
  [[":"], "Emoji"],
  [["Escape"], "Close the list, the dialog or the thread"],
  [["F6"], "Next part of the window; with Shift the one before"],
  [["↑", "↓"], "On the messages: from one to the next"],
  [["Alt", "↑ ↓"], "Channel before or after"],
  [["?"], "This help"],
];

export function Help() {
  if (!shown.value) return null;
  return html`<${Dialog} title="Keys" class="help" onClose=${() => (shown.value = false)}>
    <dl class="dialog-body keys-list">
      ${KEYS.map(([keys, what]) => html`<div key=${what}>
        <dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd>
      </div>`)}
    </dl>
  </${Dialog}>`;
}
