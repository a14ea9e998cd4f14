// The form in which a customer opens a ticket: prefilled, so that one click suffices.
// @ts-check
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { post } from "/static/api.js";
import { html } from "/static/html.js";
import { toast } from "/static/state.js";
import { Picker, packed } from "/static/other-side/attach.js";
import { goTo, marketOf } from "/static/other-side/customer-state.js";

const PEOPLE = ["Kim Muster", "Noor Haddad", "Lars Nyberg", "Chloé Martin", "Ruth Okafor", "Jonas Weiß"];
const WORDS = {
  refurbed: [
    "Hello, the battery of my phone drains within an hour. Can I send it back?",
    "Hi, my parcel should have been here on Monday. Where is it?",
    "Hello, one of the two chargers is missing from the box.",
  ],
  clickbank: [
    "Hello, I bought the course but the download stops at 40 %. Could you send me a new link?",
    "Hi, I was charged twice for the same order. Can you look into it?",
  ],
  sellapp: ["Hello, the key I bought is refused as already used. Could I have another one?"],
  sellgate: ["Hello, the licence key I bought is not accepted. What can I do?"],
};

const any = (list) => list[Math.floor(Math.random() * list.length)];
const address = (name) =>
  `${name.normalize("NFD").replace(/[̀-ͯ]/g, "").replace("ß", "ss").toLowerCase().replaceAll(" ", ".")}@example.com`;

function invented(market) {
  const name = any(PEOPLE);
  return { name, email: address(name), text: any(WORDS[market] ?? WORDS.refurbed) };
}

/** The form, shown in place of a ticket. */
export function NewTicket({ market }) {
  const entered = useSignal(null);
  const files = useSignal([]);
  const busy = useSignal(false);
  const first = useRef(null);
  entered.value ??= invented(market);
  useEffect(() => first.current?.focus(), []);
  const about = marketOf(market) ?? {};
  const set = (name) => (event) => (entered.value = { ...entered.value, [name]: event.target.value });
  const submit = (event) => {
    event.preventDefault();
    send(market, entered.value, files.value, busy);
  };
  return html`
    <form class="os-new" aria-labelledby="os-new-title" onSubmit=${submit}>
      <h2 id="os-new-title">A customer writes to ${about.label ?? market}</h2>
      <p class="os-hint">All filled in: change what you like, or just send it. A thread appears in Slack.</p>
      <${Line} label="Name" name="name" value=${entered.value.name} onInput=${set("name")} />
      <${Line} label="E-mail" name="email" type="email" value=${entered.value.email} onInput=${set("email")} />
      <label class="os-field">
        <span>Message</span>
        <textarea name="text" rows="4" required dir="auto" value=${entered.value.text} onInput=${set("text")}></textarea>
      </label>
      ${about.files && html`<${Picker} files=${files} id="new-ticket-files" />`}
      <div class="os-row os-end-row">
        <button type="button" class="os-button os-quiet" onClick=${() => goTo(market)}>Cancel</button>
        <button class="os-button os-main" ref=${first} disabled=${busy.value}>Send the ticket</button>
      </div>
    </form>`;
}

function Line({ label, name, value, onInput, type = "text" }) {
  return html`
    <label class="os-field">
      <span>${label}</span>
      <input name=${name} type=${type} required dir="auto" autocomplete="off" value=${value} onInput=${onInput} />
    </label>`;
}

async function send(market, entered, picked, busy) {
  busy.value = true;
  try {
    const files = await packed(picked);
    const { ticket } = await post(`/page/markets/${market}/open`, { ...entered, files });
    goTo(market, String(ticket));
  } catch (error) {
    toast(error.message, "error");
  } finally {
    busy.value = false;
  }
}
