// The state of the Customers view: its tickets, kept up to date, and which replies are unread.
// @ts-check
import { computed, signal } from "@preact/signals";
import { get } from "/static/api.js";
import { touring } from "/static/other-side/tour-progress.js";
import { bus, go, loadTickets, route, state, tickets, toast } from "/static/state.js";

/** The open ticket with its `market`; null = not loaded. */
export const open = signal(null);
/** The error if the list or the ticket could not be loaded. */
export const trouble = signal("");
export const missing = signal("");

/** The time of the latest merchant's message seen: {"market/id": unix seconds}. */
const seen = signal({});

export const keyOf = (market, id) => `${market}/${id}`;

/** Whether the ticket has an unread reply. */
export const isNews = (market, row) =>
  row.latest?.by === "merchant" && row.latest.at > (seen.value[keyOf(market, row.id)] ?? 0);

/** Ids of the open ticket's replies since the person last left it. */
export const freshIds = computed(() => {
  const ticket = open.value;
  const since = ticket ? (seen.value[keyOf(ticket.market, ticket.id)] ?? 0) : 0;
  const fresh = (ticket?.history ?? []).filter((said) => isAnswer(said) && said.at > since);
  return new Set(fresh.map((said) => said.id));
});

const isAnswer = (said) => said.by === "merchant" && !said.internal;
const pathOf = (market) => `/page/markets/${encodeURIComponent(market)}/tickets`;

/** Replies that exist when the page opens count as read. */
async function acquaint(market) {
  await loadList(market);
  const known = rowsOf(market).map((row) => [keyOf(market, row.id), row.latest?.at ?? 0]);
  seen.value = { ...Object.fromEntries(known), ...seen.peek() };
}

export async function loadList(market) {
  await quietly(() => loadTickets(market), trouble);
}

export async function loadTicket(market, id) {
  const ticket = await quietly(() => get(`${pathOf(market)}/${encodeURIComponent(id)}`), missing);
  const wanted = route.peek();
  if (!ticket || wanted.market !== market || wanted.ticket !== id) return;
  open.value = { ...ticket, market };
}

/** Mark a ticket's replies as read when the person leaves it. */
export function leave(market, id) {
  const ticket = open.peek();
  if (ticket?.market !== market || ticket.id !== id) return;
  const latest = Math.max(0, ...ticket.history.map((said) => said.at));
  seen.value = { ...seen.peek(), [keyOf(market, id)]: latest };
  open.value = null;
}

async function quietly(load, complaint) {
  try {
    const result = await load();
    complaint.value = "";
    return result;
  } catch (error) {
    complaint.value = error.message;
    return null;
  }
}

const isOpen = (market, id) => open.peek()?.market === market && open.peek()?.id === id;

async function onTicket({ market, ticket }) {
  const id = String(ticket);
  const before = rowOf(market, id);
  await Promise.all([loadList(market), isOpen(market, id) ? loadTicket(market, id) : null]);
  const after = rowOf(market, id);
  if (after && isNews(market, after) && after.latest.at > (before?.latest?.at ?? 0)) tell(market, after);
}

const rowsOf = (market) => tickets(market).peek() ?? [];
const rowOf = (market, id) => rowsOf(market).find((row) => row.id === id);

/** A toast for a new reply on other views, except during the tour, which shows it itself. */
function tell(market, row) {
  if (route.peek().view === "customers" || touring.peek()) return;
  const label = marketOf(market)?.label ?? market;
  toast(`Your answer has arrived at ${row.customer} (${label}).`, "ok");
}

export const marketOf = (name) => (state.value?.markets ?? []).find((market) => market.name === name);

async function loadAll() {
  const now = open.peek();
  const markets = state.peek()?.markets ?? [];
  await Promise.all(markets.map((market) => loadList(market.name)));
  if (now) await loadTicket(now.market, now.id);
}

export const goTo = (market, id = "") =>
  go(`#/customers/${encodeURIComponent(market)}${id ? `/${encodeURIComponent(id)}` : ""}`);

bus.addEventListener("ticket", (event) => onTicket(event.detail));
bus.addEventListener("hello", loadAll);
const stop = state.subscribe((now) => {
  if (!now?.markets) return;
  queueMicrotask(() => stop());
  now.markets.forEach((market) => acquaint(market.name));
});
