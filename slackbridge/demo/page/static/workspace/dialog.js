// The page's own dialogs: a <dialog> element, and a yes-or-no question.
// @ts-check
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * @param {{title: string, onClose: () => void, children?: any, class?: string, [name: string]: any}} props
 * Escape and the cross call `onClose`; the browser traps and restores the focus.
 */
export function Dialog({ title, onClose, children, class: extra = "", ...rest }) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useLayoutEffect(() => {
    const [dialog, from] = [ref.current, /** @type {any} */ (document.activeElement)];
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (from?.isConnected) from.focus();
    };
  }, []);
  const cancel = (event) => {
    if (event.target !== ref.current) return;
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${ref} class="dialog ${extra}" aria-label=${title} onCancel=${cancel} ...${rest}>
    <header class="dialog-head">
      <h2>${title}</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    ${children}
  </dialog>`;
}

/** @type {import("@preact/signals").Signal<any>} */
const question = signal(null);

/** @param {{title: string, text: string, yes: string, danger?: boolean}} what @returns {Promise<boolean>} */
export function ask(what) {
  return new Promise((resolve) => (question.value = { ...what, resolve }));
}

/** The question that is open; mounted once. */
export function Question() {
  const open = question.value;
  if (!open) return null;
  const answer = (sure) => {
    question.value = null;
    open.resolve(sure);
  };
  return html`<${Dialog} title=${open.title} class="question" onClose=${() => answer(false)}>
    <p class="dialog-body">${open.text}</p>
    <footer class="dialog-foot">
      <button type="button" class="button" onClick=${() => answer(false)}>Cancel</button>
      <button type="button" class="button ${open.danger ? "danger" : "primary"}" autofocus
        onClick=${() => answer(true)}>${open.yes}</button>
    </footer>
  </${Dialog}>`;
}
