// The Faults view: fault switches, the bridge's process, and the ledgers.
// @ts-check
import { useEffect } from "preact/hooks";
import { html } from "/static/html.js";
import { BridgeProcess } from "/static/other-side/bridge.js";
import { Books } from "/static/other-side/ledger.js";
import { loadSwitches, Switches } from "/static/other-side/switches.js";
import { loadBooks, toast } from "/static/state.js";

/** The whole view. */
export function Faults() {
  useEffect(() => void load(), []);
  return html`
    <section class="other-side os-faults" aria-labelledby="os-faults-title">
      <header class="os-top">
        <h1 id="os-faults-title">Faults and ledger</h1>
        <p class="os-lead">Kill it, write as a customer and as Anna, start it: nothing is lost, nothing twice.</p>
      </header>
      <div class="os-faults-body">
        <div class="os-column">
          <${BridgeProcess} />
          <${Switches} />
        </div>
        <div class="os-column"><${Books} /></div>
      </div>
    </section>`;
}

async function load() {
  try {
    await Promise.all([loadBooks(), loadSwitches()]);
  } catch (error) {
    toast(error.message, "error");
  }
}
