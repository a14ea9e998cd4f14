// The five steps of the tour: text, target, and the condition under which each is done.
// @ts-check
import { post } from "/static/api.js";
import { books, go, route, state, toast } from "/static/state.js";

const hashOf = ({ channel, ts }) => `#/${channel}/${ts}`;
const customersHash = ({ market, ticket }) => `#/customers/${market}/${encodeURIComponent(ticket)}`;
const composer = () => document.querySelector("#thread-composer");
const box = () => composer()?.closest(".composer-box") ?? composer();
const first = (...selectors) => selectors.map((each) => document.querySelector(each)).find(Boolean) ?? null;

/** The Undo button of the latest reply that is not sent yet. */
const undo = () => [...document.querySelectorAll('[data-action-id="intent:undo"]')].at(-1);

/** The target of step three: Undo, then the reply; after an undo, the composer. */
const waiting = ({ reply, mark }) => (mark === "undone" ? box() : (undo() ?? first(`[data-ts="${reply}"]`)));

/** A reply that suits any ticket. */
const SUGGESTION = "Hello and thank you for writing! We are looking into it and will have an answer for you today.";

/** Put the suggestion into the composer, as if it were typed; the person sends it. */
function suggest() {
  const field = composer();
  if (!field) return;
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  set.call(field, SUGGESTION);
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  field.focus();
}

async function another() {
  try {
    const { market } = await post("/page/arrive");
    toast(`A customer has written on ${market}; the thread is on its way.`);
  } catch (error) {
    toast(error.message, "error");
  }
}

const inThread = (card) => route.value.view === "channel" && route.value.thread === card?.ts;
const atCustomer = (card) =>
  route.value.view === "customers" && route.value.market === card?.market && route.value.ticket === card.ticket;
const atFaults = () => route.value.view === "faults";
const backToThread = (card) => (inThread(card) ? null : { label: "Back to the thread", act: () => go(hashOf(card)) });

/**
 * title, text(tour): what to do and why; target(tour): the element to point at, or null;
 * below: whether the card is placed below its target instead of beside it;
 * act(tour): {label, act} or null, a button; done(tour): whether the person has done it;
 * well(tour): the text shown then, for `linger` milliseconds.
 */
export const STEPS = [
  {
    title: "A ticket has arrived",
    text: ({ offered }) => offered
      ? `Open the thread of ${offered.customer}’s ticket: every ticket of every marketplace becomes one thread.`
      : "Every ticket becomes a thread in Slack. None is open right now, so let a customer write.",
    target: ({ offered }) => offered && first(
      `[data-ts="${offered.ts}"] [data-open-thread]`, `[data-ts="${offered.ts}"]`, `[data-channel="${offered.channel}"]`),
    act: ({ offered }) => offered
      ? { label: "Open it for me", act: () => go(hashOf(offered)) }
      : { label: "Let a customer write", act: another },
    done: ({ card }) => Boolean(card),
    well: () => "That is the whole ticket, with what the customer wrote.",
    linger: 700,
  },
  {
    title: "Answer the customer",
    text: ({ card }) => `Write in the thread and press Enter: ${card.customer} gets it as an answer from your shop.`,
    target: ({ card }) => (inThread(card) ? box() : null),
    act: ({ card }) => backToThread(card) ?? { label: "Write it for me", act: suggest },
    done: ({ reply }) => Boolean(reply),
    well: () => "Written. It does not leave at once.",
    linger: 700,
  },
  {
    title: "You can still undo",
    text: ({ mark }) => (mark === "undone"
      ? "Taken back: the customer got nothing. Now write again, and let it go out."
      : "For a moment Undo takes it back; then the tick ✅ on your message says that the marketplace has it."),
    target: (tour) => (inThread(tour.card) ? waiting(tour) : null),
    act: ({ card }) => backToThread(card),
    done: ({ sent }) => sent,
    well: ({ card }) => `Sent to ${card.customer}, once: there is the tick.`,
    linger: 2500,
  },
  {
    title: "See it arrive",
    text: ({ card }) => `Look at it from the other side: what ${card.customer} reads at ${labelOf(card)}.`,
    target: ({ card }) => (atCustomer(card)
      ? first(".os-fresh .os-bubble", ".os-by-merchant:last-of-type .os-bubble")
      : first('[data-view="customers"]')),
    act: ({ card }) => (atCustomer(card) ? null : { label: "Show me", act: () => go(customersHash(card)) }),
    done: ({ card }) => atCustomer(card),
    well: ({ card }) => `There it is: your answer, as ${card.customer} reads it. You have answered a customer.`,
    linger: 9000,
  },
  {
    title: "Now break it",
    text: () => (books.value?.bridge.running === false
      ? "It is down. Start it again: it picks up where it was, and the books must still agree."
      : "Kill the bridge and start it again: nothing may be lost, and nothing may be sent twice."),
    target: (tour) => first(atFaults() ? brokenAt(tour) : '[data-view="faults"]'),
    below: true,
    act: () => (atFaults() ? null : { label: "Take me there", act: () => go("#/faults") }),
    done: (tour) => survived(tour, books.value),
    well: () => "Lost 0, doubled 0: it survived.",
    linger: 4000,
  },
];

const labelOf = (card) => state.value?.markets.find((each) => each.name === card.market)?.label ?? card.market;

function brokenAt(tour) {
  if (survived(tour, books.value)) return ".os-figures";
  return books.value?.bridge.running ? "#kill-bridge" : "#start-bridge";
}

function survived({ struck }, now) {
  if (struck === null || !now) return false;
  return now.bridge.killed > struck && now.bridge.running && !now.lost && !now.doubled;
}
