// The app's modals: the topmost as a dialog, its entered values, and its errors.
// @ts-check
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Blocks } from "../blocks/render.js";
import { label } from "../blocks/text.js";
import { problems } from "../blocks/values.js";
import { html } from "../html.js";
import { person, state } from "../state.js";
import { act, reloadPerson, SILENT, sentence } from "./act.js";
import { Dialog } from "./dialog.js";
import { viewHost } from "./host.js";

const NO_CONNECTION = "We had some trouble connecting. Try again?";

/** @typedef {{values: any, errors: Record<string, string>, refused: string, busy: boolean}} Form */
/** View id -> entered values; kept when the view is updated or another is pushed on top. */
const forms = new Map();

/** @param {string} id @returns {import("@preact/signals").Signal<Form>} */
function form(id) {
  if (!forms.has(id)) forms.set(id, signal({ values: {}, errors: {}, refused: "", busy: false }));
  return forms.get(id);
}

/** @param {any} cell @param {Partial<Form>} change */
function set(cell, change) {
  cell.value = { ...cell.peek(), ...change };
}

/** The person's topmost modal; mounted once. */
export function ModalHost() {
  const open = person.value.modals;
  useEffect(() => forget(open), [open]);
  const top = open[open.length - 1];
  return top && html`<${Modal} key=${top.id} view=${top} below=${open.length > 1} />`;
}

/** @param {any[]} open */
function forget(open) {
  for (const id of forms.keys()) if (!open.some((view) => view.id === id)) forms.delete(id);
}

/** @param {{view: any, below: boolean}} props */
function Modal({ view, below }) {
  const cell = form(view.id);
  const { values, errors, refused, busy } = cell.value;
  const body = useRef(/** @type {HTMLElement|null} */ (null));
  useFocusOnError(body, errors);
  useLayoutEffect(() => first(body.current)?.focus(), []);
  const host = viewHost(view, values, (block, action, value) => enter(cell, block, action, value), errors);
  const title = label(view.title, host) || state.value.bot.name;
  const shut = () => close(cell, view);
  const onSubmit = (event) => {
    event.preventDefault();
    submit(cell, view);
  };
  return html`<${Dialog} title=${title} class="modal" onClose=${shut} data-modal=${view.callback_id || view.id}>
    <form class="modal-form" novalidate onSubmit=${onSubmit} aria-busy=${String(busy)}>
      <div class="dialog-body" ref=${body}>
        ${refused && html`<p class="refused" role="alert">${refused}</p>`}
        <${Blocks} blocks=${view.blocks} host=${host} />
      </div>
      <footer class="dialog-foot">
        <span class="quiet from">${state.value.bot.name}</span>
        <button type="button" class="button" onClick=${shut}>${label(view.close, host) || (below ? "Back" : view.submit ? "Cancel" : "Close")}</button>
        ${view.submit && html`<button type="submit" class="button primary" disabled=${busy}>${label(view.submit, host)}</button>`}
      </footer>
    </form>
  </${Dialog}>`;
}

function enter(cell, block, action, value) {
  const { values, errors } = cell.peek();
  const { [block]: _, ...others } = errors;
  set(cell, { values: { ...values, [block]: { ...values[block], [action]: value } }, errors: others });
}

async function submit(cell, view) {
  const { values, busy } = cell.peek();
  if (busy) return;
  const errors = problems(view.blocks, values);
  if (Object.keys(errors).length) return set(cell, { errors, refused: "" });
  set(cell, { busy: true, errors: {}, refused: "" });
  try {
    const answer = await act("submit", { view_id: view.id, entered: entered(view, values) });
    set(cell, { busy: false, errors: answer?.response_action === "errors" ? answer.errors : {} });
  } catch (error) {
    const silent = /** @type {any} */ (error).status === SILENT;
    set(cell, { busy: false, refused: silent ? NO_CONNECTION : sentence(error) });
  }
  reloadPerson();
}

/** The values of blocks that the view still has. @param {any} view @param {any} values */
function entered(view, values) {
  const there = new Set(view.blocks.map((block) => block.block_id));
  return Object.fromEntries(Object.entries(values).filter(([block]) => there.has(block)));
}

async function close(cell, view) {
  try {
    await act("close_view", { view_id: view.id });
  } catch (error) {
    set(cell, { refused: sentence(error) });
  }
  reloadPerson();
}

const FIELDS = "input:not([type=hidden]), textarea, select, [contenteditable], [role=combobox], [role=textbox]";

/** @param {HTMLElement|null} body @returns {HTMLElement|null|undefined} */
function first(body) {
  return body?.querySelector(FIELDS) ?? body?.closest("dialog")?.querySelector(".dialog-foot .button");
}

/** Focus the first invalid input. */
function useFocusOnError(body, errors) {
  const wrong = Object.keys(errors).length > 0;
  useEffect(() => {
    const place = wrong && body.current?.querySelector(".is-wrong, [aria-invalid=true]");
    if (place) (place.querySelector(FIELDS) ?? place).focus();
  }, [errors]);
}
