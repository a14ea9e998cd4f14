// The Customers view: the marketplaces as their customers see them, one tab each.
// @ts-check
import { useEffect } from "preact/hooks";
import { html } from "/static/html.js";
import { route, state, tickets } from "/static/state.js";
import { goTo, isNews, loadList, marketOf, trouble } from "/static/other-side/customer-state.js";
import { NewTicket } from "/static/other-side/new-ticket.js";
import { Act, NoTicket, Ticket } from "/static/other-side/ticket.js";
import { TicketList } from "/static/other-side/ticket-list.js";

const DAY_LATER = {
  refurbed: "Waiting for the customer for 7 days makes a ticket solved; 28 more close it.",
  clickbank: "A refund ticket that nobody closes within a day is paid out.",
};
const OTHERWISE = "Time alone changes no ticket here; what waits just gets older.";

/** The whole view; the address selects marketplace and ticket. */
export function Customers() {
  const markets = state.value?.markets ?? [];
  const market = marketOf(route.value.market)?.name ?? markets[0]?.name;
  if (!market) return html`<p class="os-empty" role="status">Looking for the marketplaces…</p>`;
  const id = route.value.ticket ?? "";
  return html`
    <section class=${`other-side os-customers${id ? " os-one" : ""}`} data-at=${market} aria-labelledby="os-title">
      <${Top} market=${market} markets=${markets} />
      <div class="os-panes">
        <div class="os-list-pane"><${Listed} market=${market} id=${id} /></div>
        <div class="os-ticket-pane"><${Chosen} market=${market} id=${id} /></div>
      </div>
    </section>`;
}

function Chosen({ market, id }) {
  if (!id) return html`<${NoTicket} market=${market} />`;
  if (id === "new") return html`<${NewTicket} key=${market} market=${market} />`;
  return html`<${Ticket} market=${market} id=${id} />`;
}

function Top({ market, markets }) {
  return html`
    <header class="os-top">
      <div class="os-top-row">
        <h1 id="os-title">Help centre <span class="os-hint">what customers and marketplaces see</span></h1>
        <${DayLater} market=${market} />
      </div>
      <nav class="os-tabs" aria-label="Marketplaces">
        ${markets.map((each) => html`<${Tab} key=${each.name} each=${each} chosen=${each.name === market} />`)}
      </nav>
    </header>`;
}

function Tab({ each, chosen }) {
  const looked = chosen ? route.value.ticket : "";
  const news = (tickets(each.name).value ?? []).some((row) => row.id !== looked && isNews(each.name, row));
  return html`
    <a class="os-tab" href=${`#/customers/${each.name}`} data-market=${each.name} aria-current=${chosen ? "page" : null}>
      ${each.label}${news && html`<span class="os-dot"><span class="os-hidden">, new answer</span></span>`}
    </a>`;
}

function DayLater({ market }) {
  const label = marketOf(market)?.label ?? market;
  return html`
    <div class="os-pass">
      <span class="os-hint">${DAY_LATER[market] ?? OTHERWISE}</span>
      <${Act} path=${`/page/markets/${market}/pass`} body=${{ hours: 24 }} done=${`A day has passed at ${label}.`}>
        Let 24 hours pass
      <//>
    </div>`;
}

function Listed({ market, id }) {
  useEffect(() => void loadList(market), [market]);
  return html`
    <div class="os-list-tools">
      <button type="button" id="open-ticket" class="os-button os-main" onClick=${() => goTo(market, "new")}>Open a new ticket</button>
    </div>
    ${trouble.value && html`<p class="os-note" role="alert">${trouble.value}</p>`}
    <${TicketList} market=${market} rows=${tickets(market).value} chosen=${id} />`;
}
