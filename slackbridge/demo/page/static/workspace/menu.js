// A menu of actions in the floating panel.
// @ts-check
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { close, open } from "./layer.js";

/**
 * @typedef {{label: string, icon: string, act: () => unknown, danger?: boolean, note?: string}} Entry
 * @param {{anchor: Element, row?: string, label: string, groups: Entry[][], closed?: () => void}} what
 */
export function openMenu({ anchor, row = "", label, groups, closed }) {
  const filled = groups.filter((group) => group.length);
  open({ anchor, row, label, closed, content: () => html`<${Menu} label=${label} groups=${filled} />` });
}

/** @param {{label: string, groups: Entry[][]}} props */
function Menu({ label, groups }) {
  return html`<div class="menu" role="menu" aria-label=${label}>
    ${groups.map((group, at) => html`<div role="group" class="menu-group" key=${at}>
      ${group.map((entry) => html`<${Item} key=${entry.label} entry=${entry} />`)}
    </div>`)}
  </div>`;
}

/** @param {{entry: Entry}} props */
function Item({ entry }) {
  const act = () => {
    close();
    entry.act();
  };
  return html`<button type="button" role="menuitem" class=${entry.danger ? "danger" : ""} onClick=${act}>
    <${Icon} name=${entry.icon} />
    <span>${entry.label}</span>
    ${entry.note && html`<small>${entry.note}</small>`}
  </button>`;
}
