// One ticket open in the help centre: facts, conversation, composer, and actions.
// @ts-check
import { useEffect, useRef } from "preact/hooks";
import { post } from "/static/api.js";
import { html } from "/static/html.js";
import { toast } from "/static/state.js";
import { Conversation } from "/static/other-side/conversation.js";
import { CustomerComposer } from "/static/other-side/customer-composer.js";
import { freshIds, goTo, leave, loadTicket, marketOf, missing, open } from "/static/other-side/customer-state.js";

/** The ticket named by the address; loaded on entry, dropped on leaving. */
export function Ticket({ market, id }) {
  useEffect(() => {
    loadTicket(market, id);
    return () => leave(market, id);
  }, [market, id]);
  const ticket = open.value;
  if (ticket?.market !== market || ticket.id !== id) {
    return html`<p class="os-empty" role="status">${missing.value || `Looking for ticket ${id}…`}</p>`;
  }
  return html`
    <article class="os-ticket" aria-label=${`Ticket ${ticket.id}`}>
      <${Head} ticket=${ticket} />
      <${Conversation} ticket=${ticket} />
      <${News} ticket=${ticket} />
      <${CustomerComposer} ticket=${ticket} />
    </article>`;
}

function Head({ ticket }) {
  const title = useRef(null);
  useEffect(() => {
    if (document.activeElement === document.body) title.current.focus();
  }, [ticket.id]);
  return html`
    <header class="os-ticket-head">
      <a class="os-back" href=${`#/customers/${ticket.market}`}>All tickets</a>
      <h2 dir="auto" tabindex="-1" ref=${title}>${ticket.title}</h2>
      <div class="os-row">
        <span class=${`os-status ${ticket.open ? "os-status-open" : ""}`}>${ticket.label}</span>
        <span class="os-hint">Ticket ${ticket.id} · <bdi>${ticket.customer}</bdi></span>
        <span class="os-grow"></span>
        <${Acts} ticket=${ticket} />
      </div>
      <${Facts} ticket=${ticket} />
    </header>`;
}

function Facts({ ticket }) {
  return html`
    <details class="os-facts">
      <summary>About this ticket <bdi>· ${ticket.facts.map((fact) => fact.value).join(" · ")}</bdi></summary>
      <dl>${ticket.facts.map(({ name, value }) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}</dl>
    </details>`;
}

function Acts({ ticket }) {
  const label = marketOf(ticket.market)?.label ?? ticket.market;
  const path = `/page/markets/${ticket.market}/tickets/${encodeURIComponent(ticket.id)}`;
  return html`
    ${ticket.can.close && html`<${Act} path=${`${path}/close`} body=${{}}>Close at ${label}<//>`}
    ${ticket.can.reopen && html`<${Act} path=${`${path}/reopen`} body=${{}}>Reopen<//>`}`;
}

/** A button for one action at the marketplace. */
export function Act({ path, body, done = "", children }) {
  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await post(path, body);
      if (done) toast(done, "ok");
    } catch (error) {
      toast(error.message, "error");
    } finally {
      button.disabled = false;
    }
  };
  return html`<button type="button" class="os-button os-quiet" onClick=${press}>${children}</button>`;
}

/** Announces a new reply, to screen readers and in a line above the composer. */
function News({ ticket }) {
  const fresh = ticket.history.filter((said) => freshIds.value.has(said.id)).at(-1);
  return html`
    <p class=${fresh ? "os-news" : "os-hidden"} role="status">
      ${fresh && html`The answer has arrived: this is what <bdi>${ticket.customer}</bdi> reads.`}
      ${fresh && html`<span class="os-hidden">${fresh.name}: ${fresh.text}</span>`}
    </p>`;
}

/** The placeholder while no ticket is selected. */
export function NoTicket({ market }) {
  const label = marketOf(market)?.label ?? market;
  return html`
    <div class="os-empty">
      <h2>This is ${label}, not Slack</h2>
      <p>Choose a ticket to see what its customer sees, and to write as the customer.</p>
      <p>Or let somebody new write: a thread appears in Slack a moment later.</p>
      <button type="button" class="os-button os-main" onClick=${() => goTo(market, "new")}>Open a new ticket</button>
    </div>`;
}
