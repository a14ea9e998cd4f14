// The switches for faults at the marketplaces and at Slack.
// @ts-check
import { signal } from "@preact/signals";
import { get, post } from "/static/api.js";
import { html } from "/static/html.js";
import { bus, toast } from "/static/state.js";

/** [{id, label, hint, on}]; null until loaded. */
export const switches = signal(/** @type {any[]|null} */ (null));

export async function loadSwitches() {
  switches.value = await get("/page/switches");
}

/** The panel of all switches. */
export function Switches() {
  const all = switches.value;
  return html`
    <section class="os-panel" aria-labelledby="os-switches-title">
      <h2 id="os-switches-title">What can go wrong</h2>
      ${!all && html`<p class="os-hint" role="status">Loading the switches…</p>`}
      <ul class="os-switches">
        ${(all ?? []).map((each) => html`<li key=${each.id}><${Switch} each=${each} /></li>`)}
      </ul>
    </section>`;
}

function Switch({ each }) {
  return html`
    <button type="button" role="switch" class="os-switch" data-switch=${each.id} aria-checked=${String(each.on)}
      aria-describedby=${`os-hint-${each.id}`} onClick=${() => flip(each)}>
      <span class="os-track" aria-hidden="true"></span>
      <span>${each.label}</span>
    </button>
    <p class="os-hint" id=${`os-hint-${each.id}`}>${each.hint}</p>`;
}

async function flip({ id, on }) {
  try {
    await post(`/page/switches/${id}`, { on: !on });
    await loadSwitches();
  } catch (error) {
    toast(error.message, "error");
  }
}

bus.addEventListener("hello", () => switches.peek() && loadSwitches().catch(() => null));
