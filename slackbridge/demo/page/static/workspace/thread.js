// The thread pane beside the channel; on a phone it covers the channel.
// @ts-check
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { channels, go, me, route } from "../state.js";
import { Composer } from "./composer.js";
import { log } from "./history.js";
import { Icon } from "./icon.js";
import { MessageList } from "./list.js";

/** Close the thread; the focus goes back to its root in the channel. */
export function closeThread() {
  const { channel, thread } = route.peek();
  go(`#/${channel}`);
  requestAnimationFrame(() => {
    const row = document.querySelector(`.channel [data-ts="${thread}"]`);
    const target = row?.querySelector(".thread-summary") ?? row ?? document.querySelector("#composer");
    /** @type {HTMLElement|null} */ (target)?.focus({ preventScroll: true });
  });
}

export function Thread() {
  const { channel, thread } = route.value;
  const place = log(channel, thread);
  const name = channels.value.get(channel)?.name ?? "";
  const key = `${me.value}/${channel}/${thread}`;
  const pane = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => focusIn(pane.current), [key]);
  const gone = html`<div class="empty"><h2>This thread is gone</h2><p>Its first message was deleted.</p></div>`;
  return html`<aside class="pane thread" aria-label="Thread" data-region ref=${pane}>
    <header class="pane-head">
      <button type="button" class="icon-button back" aria-label="Back to #${name}" onClick=${closeThread}><${Icon} name="back" /></button>
      <h2>Thread</h2><span class="quiet where">#${name}</span>
      <button type="button" class="icon-button shut" aria-label="Close the thread" title="Close (Escape)" onClick=${closeThread}>
        <${Icon} name="close" />
      </button>
    </header>
    <${MessageList} key=${key} place=${place} label="Messages in the thread" empty=${gone} />
    <${Composer} key=${`composer ${key}`} channel=${channel} thread=${thread} id="thread-composer"
      rows=${() => (place.rows.peek() ?? []).filter((ts) => ts !== thread)} />
  </aside>`;
}

/** Focus the composer on devices with a mouse; on touch devices the keyboard would open. */
function focusIn(pane) {
  if (!matchMedia("(hover: hover)").matches || document.querySelector("dialog[open]")) return;
  pane?.querySelector("textarea")?.focus({ preventScroll: true });
}
