// The person's progress in the tour, derived from real events and kept in the browser.
// A step ends when its `done` holds, not when somebody pressed "next".
// @ts-check
import { computed, effect, signal } from "@preact/signals";
import { get } from "/static/api.js";
import { STEPS } from "/static/other-side/tour-steps.js";
import { books, bus, keep, loadBooks, me, recall, route, state } from "/static/state.js";

const KEY = "slackbridge.tour";
const FIRST = { step: 0, open: true, offered: null, card: null, reply: "", mark: "", sent: false, struck: null };

/**
 * step: index into STEPS, STEPS.length = finished; open: whether the tour is shown;
 * offered, card: {channel, ts, market, ticket, customer}, the ticket proposed and the one opened;
 * reply: ts of the answer; mark: "" | "held" | "undone"; sent: whether it went out; struck: kills counted when the last step began.
 */
export const tour = signal({ ...FIRST, ...remembered() });
export const finished = computed(() => tour.value.step >= STEPS.length);
export const touring = computed(() => tour.value.open && !finished.value);
/** True for the pause between a finished step and the next. */
export const lingering = signal(false);

function remembered() {
  try {
    return JSON.parse(recall(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function set(change) {
  tour.value = { ...tour.peek(), ...change };
  keep(KEY, JSON.stringify({ ...tour.peek(), offered: null }));
}

/** Close the tour; the "Tour" button reopens it at the same step. */
export const dismiss = () => set({ open: false });
export const resume = () => set(finished.peek() ? FIRST : { open: true });

/** Go to the next step at once. */
export function advance() {
  lingering.value = false;
  set({ step: tour.peek().step + 1, struck: books.peek()?.bridge.killed ?? 0 });
}

/** The step that has just been finished; -1 = none. */
const doneStep = computed(() => (tour.value.open && STEPS[tour.value.step]?.done(tour.value) ? tour.value.step : -1));

effect(() => {
  const step = STEPS[doneStep.value];
  if (!step) return;
  lingering.value = true;
  const timer = setTimeout(advance, step.linger);
  return () => {
    clearTimeout(timer);
    lingering.value = false;
  };
});

/** The ticket of a card's message; null for any other message. */
export function cardOf(channel, message) {
  const told = message?.metadata?.event_payload;
  if (told?.effect !== "card") return null;
  const market = (state.peek()?.markets ?? []).find((each) => each.account === told.account);
  return market ? { channel, ts: message.ts, market: market.name, ticket: String(told.ticket) } : null;
}

/** Propose the newest card whose ticket waits for a reply, else one that can be answered. */
export async function offer() {
  const channels = state.peek()?.channels.filter((each) => each.members.includes(me.peek()) && !each.archived) ?? [];
  const found = (await Promise.all(channels.map(cardsIn))).flat();
  const open = (await openTickets(found)).sort((a, b) => b.waits - a.waits || Number(b.ts) - Number(a.ts));
  if (open.length && !tour.peek().card) set({ offered: open[0] });
}

async function cardsIn({ id }) {
  const { messages } = await get(`/page/channels/${id}?limit=30`);
  return messages.map((message) => cardOf(id, message)).filter(Boolean);
}

async function openTickets(cards) {
  const markets = [...new Set(cards.map((card) => card.market))];
  const rows = await Promise.all(markets.map((market) => get(`/page/markets/${market}/tickets`)));
  const of = Object.fromEntries(markets.map((market, at) => [market, new Map(rows[at].map((row) => [row.id, row]))]));
  const known = cards.map((card) => ({ ...card, row: of[card.market].get(card.ticket) }));
  return known.filter(({ row }) => row?.open).map(({ row, ...card }) => ({ ...card, ...whose(row) }));
}

const whose = (row) => ({ customer: row.customer, waits: Number(row.latest?.by === "customer") });

/** A thread that the person has opened becomes the tour's ticket, until they have answered one. */
async function opened({ channel, thread }) {
  if (tour.peek().reply || tour.peek().card?.ts === thread) return;
  const { messages } = await get(`/page/channels/${channel}/${thread}`);
  const card = cardOf(channel, messages[0]);
  const same = card && tour.peek().offered?.ts === card.ts ? tour.peek().offered : card;
  if (card) set({ card: { ...(await named(same)) } });
}

async function named(card) {
  if (card.customer) return card;
  const [known] = await openTickets([card]);
  return known ?? { ...card, customer: "the customer" };
}

/** Whether a ticket arrived while the person was watching; such a proposal is not replaced. */
const isLive = (card) => Number(card?.ts ?? 0) > (state.peek()?.now ?? Infinity);

function heard({ channel, ts, root, message }) {
  const { card, offered, reply, sent, step } = tour.peek();
  if (!card && !isLive(offered) && cardOf(channel, message)) offer().catch(() => null);
  if (!card || sent || channel !== card.channel) return;
  if (root === card.ts && isAnswer(message) && ts > reply) set({ reply: ts, mark: "" });
  else if (reply === ts) set(told(message, step));
}

/** The reply's state by the bridge's reaction: waiting, sent, or undone. */
function told(message, step) {
  if (!message) return step === 2 ? { reply: "", step: 1 } : {};
  if (hasTick(message)) return { sent: true };
  if (message.reactions?.length) return { mark: "held" };
  return tour.peek().mark === "held" ? { mark: "undone" } : {};
}

const isAnswer = (message) => message?.user === me.peek() && !message.bot_id && !/^(\/\/|note:|🔒)/i.test(message.text ?? "");
const hasTick = (message) => (message?.reactions ?? []).some((each) => each.name === "white_check_mark");

/** After a (re)connection: whether the reply was sent meanwhile, or the sandbox was restarted. */
async function catchUp() {
  const { card, reply, open } = tour.peek();
  if (!card) return offer();
  const thread = await get(`/page/channels/${card.channel}/${card.ts}`).catch((error) => error);
  if (thread.status === 404 || thread.messages?.length === 0) return set({ ...FIRST, open });
  return hasTick(thread.messages?.find((message) => message.ts === reply)) ? set({ sent: true }) : null;
}

bus.addEventListener("message", (event) => heard(event.detail));
bus.addEventListener("hello", () => catchUp().catch(() => null));
effect(() => {
  if (route.value.view === "channel" && route.value.thread) opened(route.value).catch(() => null);
});
effect(() => {
  if (state.value && tour.value.open && !tour.value.card && !tour.value.offered) offer().catch(() => null);
});
effect(() => {
  if (tour.value.open && !books.value) loadBooks().catch(() => null);
});
