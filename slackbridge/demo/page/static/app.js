// The entry point: mounts the page; the route selects the main pane's content.
// @ts-check
import { effect } from "@preact/signals";
import { render } from "preact";
import { html } from "./html.js";
import { Customers } from "./other-side/customers.js";
import { Faults } from "./other-side/faults.js";
import { Tour } from "./other-side/tour.js";
import { go, myChannels, online, route, state } from "./state.js";
import { Announcer } from "./workspace/announce.js";
import { Channel } from "./workspace/channel.js";
import { Question } from "./workspace/dialog.js";
import { Help } from "./workspace/help.js";
import { Home } from "./workspace/home.js";
import { watchKeys } from "./workspace/keys.js";
import { LayerHost } from "./workspace/layer.js";
import { watchLinks } from "./workspace/links.js";
import { listen } from "./workspace/live.js";
import { ModalHost } from "./workspace/modal.js";
import { Banners, Toasts } from "./workspace/notices.js";
import { Sidebar, MenuButton } from "./workspace/sidebar.js";
import { Thread } from "./workspace/thread.js";
import "./workspace/title.js";

function App() {
  if (!state.value) return html`<${Booting} />`;
  const { view, thread } = route.value;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <div class="shell">
      <${Sidebar} />
      <main id="main" tabindex="-1" class=${thread ? "main threaded" : "main"}>
        <${Banners} />
        <div class="panes"><${View} view=${view} />${thread && html`<${Thread} />`}</div>
      </main>
    </div>
    <${ModalHost} /><${Question} /><${Help} /><${LayerHost} /><${Toasts} /><${Announcer} /><${Tour} />`;
}

/** @param {{view: string}} props */
function View({ view }) {
  if (view === "channel") return html`<${Channel} />`;
  if (view === "home") return html`<${Home} />`;
  return html`<section class="pane other" data-region aria-label=${view}>
    <div class="phone-head"><${MenuButton} /></div>
    ${view === "customers" ? html`<${Customers} />` : html`<${Faults} />`}
  </section>`;
}

function Booting() {
  const text = online.value === false ? "The sandbox is not reachable. Is slackbridge demo still running?" : "Opening the workspace…";
  return html`<p class="booting" role="status">${text}</p><${Toasts} />`;
}

/** The address is the route, so the skip link moves the focus itself. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** The first channel, if the address names no place. */
effect(() => {
  const { view, channel } = route.value;
  const first = myChannels.value[0];
  if (view === "channel" && !channel && first) go(`#/${first.id}`);
});

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${App} />`, root);
watchKeys();
watchLinks();
listen();
