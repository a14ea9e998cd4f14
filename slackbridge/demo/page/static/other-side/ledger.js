// The servers' ledgers, and the messages found lost or doubled by comparing them.
// @ts-check
import { computed, effect, signal } from "@preact/signals";
import { html } from "/static/html.js";
import { exactly, inWords, iso } from "/static/other-side/format.js";
import { switches } from "/static/other-side/switches.js";
import { books } from "/static/state.js";

/** Messages missing for less than this, while the bridge runs, count as in transit. */
const GRACE_MS = 30_000;

/** Whether messages have been missing for longer than that. */
const overdue = signal(false);
/** Whether something holds messages back: the bridge is down, or a fault is switched on. */
const held = computed(() => !books.value?.bridge.running || (switches.value ?? []).some((each) => each.on));
const missing = computed(() => (books.value?.lost ?? 0) > 0);

effect(() => {
  overdue.value = false;
  if (!missing.value || held.value) return;
  const timer = setTimeout(() => (overdue.value = true), GRACE_MS);
  return () => clearTimeout(timer);
});

/** The panel of figures, and one panel for each side. */
export function Books() {
  const now = books.value;
  if (!now) return html`<p class="os-empty" role="status">Opening the books…</p>`;
  return html`
    <section class="os-panel" aria-labelledby="os-books-title">
      <h2 id="os-books-title">The ledgers compared</h2>
      <div class="os-figures" aria-live="polite">
        <${Figure} id="lost" n=${now.lost} ...${lostAs(now.lost)} />
        <${Figure} id="doubled" n=${now.doubled} kind=${now.doubled ? "bad" : "good"} label="doubled" />
      </div>
      <p class="os-hint">Messages of customers that Slack lacks, replies of agents that a marketplace lacks, and anything that is there twice, on any side.</p>
    </section>
    <div class="os-sides">${now.sides.map((side) => html`<${Side} key=${side.name} side=${side} />`)}</div>`;
}

function lostAs(n) {
  if (!n) return { kind: "good", label: "lost" };
  return overdue.value ? { kind: "bad", label: "lost" } : { kind: "waiting", label: "on its way" };
}

function Figure({ id, n, kind, label }) {
  return html`
    <p class=${`os-figure os-${kind}`}>
      <strong id=${id} data-kind=${kind}>${n}</strong>
      <span>${label}</span>
    </p>`;
}

function Side({ side }) {
  return html`
    <section class="os-panel os-side" aria-label=${`Ledger of ${side.label}`}>
      <h3>${side.label} <span class="os-hint">${side.committed} committed</span></h3>
      <ul class="os-acts">
        ${side.acts.map(({ act, count }) => html`<li key=${act} class="os-chip">${inWords(act)} <b>${count}</b></li>`)}
      </ul>
      <ol class="os-entries" tabindex="0" aria-label=${`Latest of ${side.label}`}>
        ${side.latest.map((entry) => html`<${Entry} key=${entry.n} entry=${entry} />`)}
      </ol>
    </section>`;
}

function Entry({ entry }) {
  return html`
    <li class="os-entry">
      <time datetime=${iso(entry.at)}>${exactly(entry.at)}</time>
      <b>${inWords(entry.act)}</b>
      <bdi>${entry.what}</bdi>
    </li>`;
}
