// The bridge's process: its state, and the buttons that kill and start it.
// @ts-check
import { useSignal } from "@preact/signals";
import { post } from "/static/api.js";
import { html } from "/static/html.js";
import { books, loadBooks, toast } from "/static/state.js";

/** The panel of the process. */
export function BridgeProcess() {
  const busy = useSignal(false);
  const bridge = books.value?.bridge;
  const press = (act) => () => order(act, busy);
  return html`
    <section class="os-panel" aria-labelledby="os-bridge-title">
      <h2 id="os-bridge-title">The bridge</h2>
      <p class=${`os-process ${bridge?.running ? "os-alive" : "os-dead"}`} role="status">${said(bridge)}</p>
      <div class="os-row">
        <button type="button" id="kill-bridge" class="os-button os-danger" onClick=${press("kill")}
          disabled=${busy.value || !bridge?.running}>Kill the bridge</button>
        <button type="button" id="start-bridge" class="os-button os-main" onClick=${press("start")}
          disabled=${busy.value || !bridge || bridge.running}>Start it</button>
      </div>
      <p class="os-hint">Killed means SIGKILL: no goodbye, no tidying up. What people write meanwhile waits at
        the marketplace and in Slack until the bridge is back.</p>
    </section>`;
}

function said(bridge) {
  if (!bridge) return "Looking for the bridge…";
  if (bridge.running) return `Running, process ${bridge.pid}${bridge.killed ? `; killed ${times(bridge.killed)} so far` : ""}`;
  return bridge.killed ? `Down: killed ${times(bridge.killed)}` : "Not running";
}

const times = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);

async function order(act, busy) {
  busy.value = true;
  try {
    await post("/page/bridge", { act });
    await loadBooks();
  } catch (error) {
    toast(error.message, "error");
  } finally {
    busy.value = false;
  }
}
