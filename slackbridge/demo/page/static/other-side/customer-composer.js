// Where the person writes as the customer.
// @ts-check
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { post } from "/static/api.js";
import { html } from "/static/html.js";
import { toast } from "/static/state.js";
import { Picker, packed } from "/static/other-side/attach.js";
import { marketOf } from "/static/other-side/customer-state.js";
import { Preview, Toolbar } from "/static/other-side/rich.js";

/** The composer of one ticket; says why when nobody can write there. */
export function CustomerComposer({ ticket }) {
  if (!ticket.can.write) {
    return html`<p class="os-note">This ticket is ${ticket.label.toLowerCase()}: the customer cannot write here any more.</p>`;
  }
  return html`<${Writing} key=${`${ticket.market}/${ticket.id}`} ticket=${ticket} />`;
}

function Writing({ ticket }) {
  const field = useRef(null);
  const draft = { text: useSignal(""), source: useSignal(false), files: useSignal([]), busy: useSignal(false) };
  const market = marketOf(ticket.market) ?? {};
  const submit = (event) => {
    event.preventDefault();
    send(ticket, draft).then(() => field.current?.focus());
  };
  return html`
    <form class="os-composer" onSubmit=${submit}>
      <label class="os-composer-label" for="customer-composer">Write as <bdi>${ticket.customer}</bdi></label>
      ${market.html && html`<${Toolbar} text=${draft.text} source=${draft.source} field=${field} />`}
      <textarea id="customer-composer" rows="2" dir="auto" ref=${field} value=${draft.text.value}
        placeholder="What the customer writes; it appears in the Slack thread"
        onInput=${(event) => (draft.text.value = event.target.value)} onKeyDown=${sendsOnEnter}></textarea>
      ${draft.source.value && html`<${Preview} source=${draft.text.value} />`}
      <div class="os-row">
        ${market.files && html`<${Picker} files=${draft.files} id="customer-files" />`}
        <span class="os-hint os-grow">Enter sends, Shift+Enter is a new line</span>
        <button class="os-button os-main" disabled=${isEmpty(draft) || draft.busy.value}>Send as customer</button>
      </div>
    </form>`;
}

const isEmpty = (draft) => !draft.text.value.trim() && !draft.files.value.length;

/** Enter that confirms an IME composition does not send. */
export function sendsOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

async function send(ticket, draft) {
  if (isEmpty(draft) || draft.busy.value) return;
  draft.busy.value = true;
  try {
    const said = draft.source.value ? { html: draft.text.value } : { text: draft.text.value };
    const files = await packed(draft.files.value);
    await post(`/page/markets/${ticket.market}/tickets/${encodeURIComponent(ticket.id)}/write`, { ...said, files });
    draft.text.value = "";
    draft.source.value = false;
    draft.files.value = [];
  } catch (error) {
    toast(error.message, "error");
  } finally {
    draft.busy.value = false;
  }
}
