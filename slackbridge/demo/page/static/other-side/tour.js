// The guided tour: a small non-modal card that takes no focus and advances by itself.
// @ts-check
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "/static/html.js";
import { bring, placed, ring } from "/static/other-side/tour-place.js";
import { advance, dismiss, finished, lingering, resume, tour } from "/static/other-side/tour-progress.js";
import { STEPS } from "/static/other-side/tour-steps.js";
import { state } from "/static/state.js";
import { closeDrawer } from "/static/workspace/sidebar.js";

const FOLLOW_MS = 250;

/** The card, or the button that reopens it. */
export function Tour() {
  if (!state.value) return null;
  if (!tour.value.open) return html`<${Resume} />`;
  return finished.value ? html`<${Card} key="end" number=${STEPS.length + 1}><${End} /><//>` : html`<${Current} />`;
}

function Resume() {
  return html`<button type="button" class="tour-resume" onClick=${again}>Tour</button>`;
}

/** On a phone the button is in the drawer, which must be closed. */
function again() {
  closeDrawer();
  resume();
}

function Current() {
  const step = STEPS[tour.value.step];
  const well = lingering.value;
  const act = well ? null : step.act(tour.value);
  return html`
    <${Card} number=${tour.value.step + 1} below=${step.below} target=${() => step.target(tour.peek())}>
      <h2 id="tour-title">${step.title}</h2>
      <p class=${well ? "tour-well" : ""}>${well ? step.well(tour.value) : step.text(tour.value)}</p>
      <div class="tour-row">
        <${Dots} at=${tour.value.step} />
        ${act && html`<button type="button" class="tour-main" onClick=${act.act}>${act.label}</button>`}
        ${well && html`<button type="button" class="tour-main" onClick=${advance}>Next</button>`}
      </div>
    <//>`;
}

function End() {
  const [{ command }] = state.value.commands;
  return html`
    <h2 id="tour-title">That is slackbridge</h2>
    <p>You answered a customer from Slack, saw it arrive, and killed the bridge without losing a word. Look around:
      press the buttons on a card, try <code>${command} help</code>, or write as a customer.</p>
    <div class="tour-row"><button type="button" class="tour-main" onClick=${dismiss}>Finish</button></div>`;
}

/** The frame: stays beside its target and closes on Escape. */
function Card({ number, below = false, target = () => null, children }) {
  const card = useRef(null);
  const at = useSignal(null);
  useEffect(() => follow({ card, target, below, at }), [number]);
  useEffect(onEscape, []);
  const where = at.value ? { left: `${at.value.left}px`, top: `${at.value.top}px` } : { left: "", top: "" };
  const onKeyDown = (event) => event.key === "Escape" && (event.preventDefault(), dismiss());
  return html`
    <div ref=${card} role="dialog" onKeyDown=${onKeyDown} aria-modal="false" aria-labelledby="tour-title" style=${where}
      class=${`tour-card${at.value ? " tour-placed" : ""}`} data-tour-step=${number}>
      <button type="button" id="tour-dismiss" class="tour-close" aria-label="Close the tour" onClick=${dismiss}>×</button>
      <div aria-live="polite">${children}</div>
    </div>`;
}

function Dots({ at }) {
  return html`
    <span class="tour-dots" role="img" aria-label=${`Step ${at + 1} of ${STEPS.length}`}>
      ${STEPS.map((step, n) => html`<i key=${step.title} class=${n < at ? "tour-past" : n === at ? "tour-now" : ""}></i>`)}
    </span>`;
}

/** Follow the target when panes scroll or messages arrive. Returns a function that stops it. */
function follow({ card, target, below, at }) {
  let last = null;
  const look = () => {
    const found = target();
    ring(found);
    if (found && found !== last) bring(found);
    last = found;
    const now = card.current ? placed(card.current, found, below) : null;
    if (now?.left !== at.peek()?.left || now?.top !== at.peek()?.top) at.value = now;
  };
  look();
  const timer = setInterval(look, FOLLOW_MS);
  addEventListener("resize", look);
  return () => {
    clearInterval(timer);
    removeEventListener("resize", look);
    ring(null);
  };
}

/** Elsewhere Escape belongs to dialogs, threads and fields first. */
function onEscape() {
  const hear = (event) => {
    const busy = event.defaultPrevented || document.querySelector("dialog[open]");
    if (event.key === "Escape" && !busy && !isField(document.activeElement)) dismiss();
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}

const isField = (element) => element?.matches?.("input, textarea, select, [contenteditable=true]");
