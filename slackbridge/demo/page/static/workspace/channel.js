// The channel pane: its head, its messages and its composer.
// @ts-check
import { html } from "../html.js";
import { post } from "../api.js";
import { channels, me, myChannels, route, toast, users } from "../state.js";
import { Avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { log } from "./history.js";
import { Icon } from "./icon.js";
import { MessageList } from "./list.js";
import { MenuButton } from "./sidebar.js";

const FACES = 4;

export function Channel() {
  const channel = channels.value.get(route.value.channel);
  const mine = channel && myChannels.value.includes(channel);
  if (!mine) return html`<${NoChannel} />`;
  const place = log(channel.id);
  const key = `${me.value}/${channel.id}`;
  return html`<section class="pane channel" aria-label="Channel ${channel.name}" data-region>
    <${Head} channel=${channel} />
    <${MessageList} key=${key} place=${place} label="Messages in ${channel.name}" empty=${html`<${Empty} channel=${channel} />`} />
    <${Composer} key=${`composer ${key}`} channel=${channel.id} id="composer" rows=${() => place.rows.peek() ?? []} />
  </section>`;
}

/** @param {{channel: any}} props */
function Head({ channel }) {
  const people = channel.members.map((id) => users.value.get(id)).filter((each) => each && !each.is_bot);
  const names = people.map((each) => each.real_name).join(", ");
  return html`<header class="pane-head">
    <${MenuButton} />
    <h1><${Icon} name=${channel.kind === "group" ? "lock" : "hash"} /> ${channel.name}</h1>
    ${channel.archived && html`<span class="badge plain">archived</span>`}
    <span class="members" title=${names}>
      <span class="faces">${people.slice(0, FACES).map(face)}</span>
      <span class="unseen">Members: ${names}</span><span aria-hidden="true">${people.length}</span>
    </span>
  </header>`;
}

/** @param {any} user */
function face(user) {
  return html`<${Avatar} key=${user.id} small author=${{ key: user.id, name: user.real_name }} />`;
}

/** @param {{channel: any}} props */
function Empty({ channel }) {
  return html`<div class="empty">
    <span class="empty-mark" aria-hidden="true"><${Icon} name="hash" /></span>
    <h2>No tickets here yet</h2>
    <p>A ticket becomes a thread in the channel that its rules name. Open one as a customer, and watch it arrive.</p>
    <p class="empty-acts">
      <button type="button" class="button primary" onClick=${arrive}>Let a customer write</button>
      <a class="button" href="#/customers">Write as a customer</a>
    </p>
    <p class="quiet">This is #${channel.name}; tickets may be routed to another channel.</p>
  </div>`;
}

/** Open the next sample ticket. */
export async function arrive() {
  try {
    const { market } = await post("/page/arrive");
    toast(`A customer wrote at ${market}. The thread appears in a moment.`, "ok");
  } catch (error) {
    toast(/** @type {Error} */ (error).message, "error");
  }
}

function NoChannel() {
  const first = myChannels.value[0];
  return html`<section class="pane channel" aria-label="No channel" data-region>
    <header class="pane-head"><${MenuButton} /><h1>Nothing here</h1></header>
    <div class="pane-body"><div class="empty">
      <h2>You are not in this channel</h2>
      <p>It does not exist, or the person you act as is not a member.</p>
      ${first && html`<p><a class="button primary" href="#/${first.id}">Go to #${first.name}</a></p>`}
    </div></div>
  </section>`;
}
