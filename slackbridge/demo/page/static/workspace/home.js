// The app's Home tab, and a placeholder while the app shows nothing.
// @ts-check
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Blocks } from "../blocks/render.js";
import { html } from "../html.js";
import { me, person, state } from "../state.js";
import { tryAct } from "./act.js";
import { viewHost } from "./host.js";
import { Icon } from "./icon.js";
import { MenuButton } from "./sidebar.js";

const values = signal(/** @type {any} */ ({}));
const set = (block, action, value) =>
  (values.value = { ...values.peek(), [block]: { ...values.peek()[block], [action]: value } });

export function Home() {
  useEffect(() => void tryAct("open_home"), [me.value]);
  const { name } = state.value.bot;
  const view = person.value.home;
  return html`<section class="pane home" aria-label="${name} Home" data-region>
    <header class="pane-head"><${MenuButton} /><h1><${Icon} name="bridge" /> ${name}</h1><span class="badge">APP</span></header>
    <div class="pane-body"><div class="scroller" tabindex="0" role="region" aria-label="Home">
      <div class="sheet">${view ? html`<${Blocks} blocks=${view.blocks} host=${viewHost(view, values.value, set, {})} />` : html`<${About} name=${name} />`}</div>
    </div></div>
  </section>`;
}

/** @param {{name: string}} props */
function About({ name }) {
  const { commands, shortcuts } = state.value;
  return html`<div class="about">
    <h2>${name} lives in the channels</h2>
    <p>Every support ticket of your marketplaces is one thread. Write in the thread to answer the customer, press the
      buttons of its card to change the ticket, and see on your own message whether it was sent.</p>
    <p class="quiet">This page is the app's Home tab. ${name} has not shown anything here yet.</p>
    ${commands.length > 0 && html`<h3>Commands</h3><dl>${commands.map(command)}</dl>`}
    ${shortcuts.length > 0 && html`<h3>Shortcuts</h3><ul>${shortcuts.map((each) => html`<li key=${each.callback_id}>${each.name}</li>`)}</ul>`}
  </div>`;
}

/** @param {any} each */
function command(each) {
  return html`<dt><code>${each.command} ${each.usage}</code></dt><dd>${each.description}</dd>`;
}
