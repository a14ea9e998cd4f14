// A ticket's conversation; messages that the customer does not see are marked.
// @ts-check
import { useEffect, useRef } from "preact/hooks";
import { html } from "/static/html.js";
import { Files } from "/static/other-side/attach.js";
import { freshIds } from "/static/other-side/customer-state.js";
import { iso, when } from "/static/other-side/format.js";
import { Markup } from "/static/other-side/markup.js";

const ROLES = { customer: "customer", merchant: "you, the shop", marketplace: "marketplace", system: "automatic" };

/** All messages, oldest first; scrolls to the end on a new message or a change of size. */
export function Conversation({ ticket }) {
  const list = useRef(null);
  useEffect(() => keepAtEnd(list.current), [ticket.id]);
  useEffect(() => toEnd(list.current), [ticket.history.length]);
  return html`
    <ol class="os-conversation" aria-label="Conversation" tabindex="0" ref=${list}>
      ${ticket.history.map((said) => html`<${Said} key=${said.id} said=${said} />`)}
    </ol>`;
}

const toEnd = (list) => void (list.scrollTop = list.scrollHeight);

/** Returns a function that stops it. */
function keepAtEnd(list) {
  const watch = new ResizeObserver(() => toEnd(list));
  watch.observe(list);
  list.addEventListener("load", () => toEnd(list), true); // images change the height when loaded
  return () => watch.disconnect();
}

function Said({ said }) {
  const fresh = freshIds.value.has(said.id);
  const kind = `os-said os-by-${said.by}${said.internal ? " os-internal" : ""}${fresh ? " os-fresh" : ""}`;
  return html`
    <li class=${kind} data-message=${said.id}>
      <div class="os-said-head">
        <bdi class="os-name">${said.name}</bdi>
        <span class="os-role">${ROLES[said.by] ?? said.by}</span>
        <time datetime=${iso(said.at)}>${when(said.at)}</time>
        ${fresh && html`<strong class="os-tag os-tag-new">New answer</strong>`}
        ${said.internal && html`<strong class="os-tag">Not visible to the customer</strong>`}
      </div>
      <div class="os-bubble">
        <${Words} said=${said} />
        <${Files} files=${said.files} />
      </div>
    </li>`;
}

function Words({ said }) {
  if (said.html) return html`<div class="os-words" dir="auto"><${Markup} source=${said.html} /></div>`;
  if (!said.text) return null;
  return html`<div class="os-words os-plain" dir="auto">${said.text}</div>`;
}
