// The sidebar: places, their unread counts, and the person to act as.
// @ts-check
import { signal } from "@preact/signals";
import { html } from "../html.js";
import { actAs, me, myChannels, route, state, users } from "../state.js";
import { tryAct } from "./act.js";
import { Avatar } from "./avatar.js";
import { showHelp } from "./help.js";
import { Icon } from "./icon.js";
import { openMenu } from "./menu.js";
import { fresh } from "./seen.js";

/** Whether the sidebar is open; it is a drawer on a phone only. */
export const drawer = signal(false);

/** Opens the drawer; the style sheet shows it on a phone only. */
export function MenuButton() {
  const news = Object.values(fresh.value).some((list) => list.length);
  return html`<button type="button" class="icon-button menu-button" aria-label="Menu" aria-expanded=${String(drawer.value)}
    aria-controls="sidebar" onClick=${() => openDrawer()}>
    <${Icon} name="menu" />${news && html`<span class="dot"><span class="unseen">, something is new</span></span>`}
  </button>`;
}

function openDrawer() {
  drawer.value = true;
  requestAnimationFrame(() => /** @type {any} */ (document.querySelector("#sidebar a[aria-current]"))?.focus());
}

export function closeDrawer() {
  if (!drawer.peek()) return;
  drawer.value = false;
  requestAnimationFrame(() => /** @type {any} */ (document.querySelector(".menu-button"))?.focus());
}

export function Sidebar() {
  return html`
    ${drawer.value && html`<div class="drawer-shade" onClick=${closeDrawer}></div>`}
    <nav id="sidebar" class=${drawer.value ? "sidebar open" : "sidebar"} aria-label="Workspace" data-region onClick=${picked}>
      <header class="team">
        <strong>${state.value.team.name}</strong>
        <button type="button" class="icon-button" aria-label="Keys and help" title="Keys and help (?)" onClick=${showHelp}><${Icon} name="help" /></button>
        <p>sandbox: nothing leaves this machine</p>
      </header>
      <div class="places">
        <${Group} title="Channels">${myChannels.value.map((each) => html`<${ChannelLink} key=${each.id} channel=${each} />`)}</${Group}>
        <${Group} title="Apps">
          <${Place} view="home" label=${state.value.bot.name} mark=${html`<${Avatar} small author=${{ key: "", name: "", ours: true }} />`} />
          <${Shortcuts} />
        </${Group}>
        <${Group} title="The other side">
          <${Place} view="customers" label="Customers" mark=${html`<${Icon} name="people" />`} />
          <${Place} view="faults" label="Faults and ledger" mark=${html`<${Icon} name="ledger" />`} />
        </${Group}>
      </div>
      <${ActAs} />
    </nav>`;
}

/** Close the drawer when a place was chosen. @param {any} event */
function picked(event) {
  if (event.target.closest("a")) drawer.value = false;
}

/** @param {{title: string, children?: any}} props */
function Group({ title, children }) {
  return html`<section class="group" aria-label=${title}><h2>${title}</h2><ul role="list">${children}</ul></section>`;
}

/** @param {{channel: any}} props */
function ChannelLink({ channel }) {
  const count = fresh.value[channel.id]?.length ?? 0;
  const here = route.value.view === "channel" && route.value.channel === channel.id;
  const icon = channel.kind === "group" ? "lock" : "hash";
  return html`<li><a href="#/${channel.id}" data-channel=${channel.id} class=${count ? "unread" : ""}
    aria-current=${here ? "page" : undefined}>
    <${Icon} name=${icon} /><span class="name">${channel.name}</span>
    ${channel.archived && html`<small>archived</small>`}
    ${count > 0 && html`<span class="count">${count > 99 ? "99+" : count}<span class="unseen"> new</span></span>`}
  </a></li>`;
}

/** @param {{view: string, label: string, mark: any}} props */
function Place({ view, label, mark }) {
  return html`<li><a href="#/${view}" data-view=${view} aria-current=${route.value.view === view ? "page" : undefined}>
    ${mark}<span class="name">${label}</span>
  </a></li>`;
}

/** The app's global shortcuts, if it has any. */
function Shortcuts() {
  const known = state.value.shortcuts.filter((each) => each.type === "global");
  if (!known.length) return null;
  const entries = known.map(({ callback_id, name }) => ({
    label: name,
    icon: "bolt",
    act: () => tryAct("global_shortcut", { callback_id }),
  }));
  const show = (event) => openMenu({ anchor: event.currentTarget, label: "Shortcuts", groups: [entries] });
  return html`<li><button type="button" aria-haspopup="menu" onClick=${show}><${Icon} name="bolt" /><span class="name">Shortcuts</span></button></li>`;
}

/** Selects the person whom the page acts as. */
function ActAs() {
  const user = users.value.get(me.value);
  const known = state.value.act_as.map((id) => users.value.get(id)).filter(Boolean);
  return html`<footer class="act-as">
    ${user && html`<${Avatar} author=${{ key: user.id, name: user.real_name }} />`}
    <label><span>Act as</span>
      <select id="act-as" value=${me.value} onChange=${(event) => actAs(event.target.value)}>
        ${known.map((each) => html`<option key=${each.id} value=${each.id}>${each.real_name} (${role(each)})</option>`)}
      </select>
    </label>
  </footer>`;
}

/** @param {any} user */
function role(user) {
  return user.guest ? "guest" : "agent";
}
