// @ts-check
// The overflow menu: a button with three dots, and a menu after the WAI-ARIA pattern.

import { useId, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { useActing } from "./acting.js";
import { followable } from "./addresses.js";
import { below } from "./place.js";
import { label } from "./text.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** @param {{element: any, block: any, host: any}} props */
export function Overflow({ element, block, host }) {
  const { busy, act, shown } = useActing(host, block, element);
  const [open, setOpen] = useState(false);
  const [button, menu] = [useRef(null), useRef(null)];
  const id = useId();
  const toggled = (event) => {
    setOpen(event.newState === "open");
    if (event.newState === "open" && !menu.current.contains(document.activeElement))
      items(menu.current)[0]?.focus();
  };
  const choose = (option) => {
    close(menu.current, button.current);
    act(option.value);
  };
  const opening = (event) => {
    if (busy || !STEPS[event.key]) return;
    event.preventDefault();
    if (!open) menu.current.showPopover();
    items(menu.current)
      .at(event.key === "ArrowDown" ? 0 : -1)
      ?.focus();
  };
  return html`<span class="bk-overflow">
    <button ref=${button} type="button" class=${`bk-button bk-dots ${busy ? "is-busy" : ""}`}
      data-action-id=${element.action_id} aria-label="More actions" aria-haspopup="menu"
      aria-expanded=${String(open)} aria-controls=${id} aria-disabled=${busy ? "true" : undefined}
      popovertarget=${busy ? undefined : id} onKeyDown=${opening}><span>⋯</span></button>
    <div ref=${menu} id=${id} class="bk-menu" role="menu" aria-label="More actions" popover="auto"
      onBeforeToggle=${() => below(menu.current, button.current, element.options.length)}
      onToggle=${toggled} onKeyDown=${(event) => move(event, menu.current, button.current)}>
      ${element.options.map(
        (option) => html`<${Item} option=${option} host=${host} onChoose=${choose} />`,
      )}
    </div>
  </span>${shown}`;
}

function Item({ option, host, onChoose }) {
  const url = followable(option.url);
  const description = label(option.description, host);
  const inner = html`<span>${label(option.text, host)}</span>
    ${description && html`<span class="bk-description">${description}</span>`}`;
  const props = { role: "menuitem", tabIndex: -1, "data-value": option.value, class: "bk-item" };
  const click = () => onChoose(option);
  if (!url) return html`<button type="button" ...${props} onClick=${click}>${inner}</button>`;
  return html`<a ...${props} href=${url} target="_blank" rel="noopener noreferrer" onClick=${click}>
    ${inner}
  </a>`;
}

function items(menu) {
  return [...menu.querySelectorAll("[role=menuitem]")];
}

function close(menu, button) {
  menu.hidePopover();
  button.focus();
}

function move(event, menu, button) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { Home: 0, End: all.length - 1 }[event.key] ?? at + (STEPS[event.key] ?? NaN);
  if (event.key === "Escape" || event.key === "Tab") close(menu, button);
  if (event.key === "Escape") event.preventDefault();
  event.stopPropagation();
  if (Number.isNaN(to)) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}
