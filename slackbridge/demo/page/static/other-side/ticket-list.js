// The tickets of one marketplace, newest first.
// @ts-check
import { html } from "/static/html.js";
import { isNews } from "/static/other-side/customer-state.js";
import { counted, iso, when } from "/static/other-side/format.js";

/** `rows` null = not loaded yet. */
export function TicketList({ market, rows, chosen }) {
  if (!rows) return html`<p class="os-empty" role="status">Loading tickets…</p>`;
  if (!rows.length) {
    return html`<p class="os-empty">No tickets yet. “Open a new ticket” lets a customer write; the thread appears in Slack.</p>`;
  }
  return html`
    <ul class="os-list" aria-label="Tickets">
      ${rows.map((row) => html`<${Row} key=${row.id} market=${market} row=${row} chosen=${row.id === chosen} />`)}
    </ul>`;
}

function Row({ market, row, chosen }) {
  const news = !chosen && isNews(market, row);
  const href = `#/customers/${market}/${encodeURIComponent(row.id)}`;
  return html`
    <li>
      <a class=${`os-item${news ? " os-unread" : ""}`} href=${href} data-ticket=${row.id} aria-current=${chosen ? "true" : null}>
        <span class="os-item-head">
          <bdi class="os-name">${row.customer}</bdi>
          <time datetime=${iso(row.at)}>${when(row.at)}</time>
        </span>
        <span class="os-item-title" dir="auto">${row.title}</span>
        <span class="os-item-last" dir="auto">${row.latest?.text}</span>
        <span class="os-item-foot">
          <span class=${`os-status ${row.open ? "os-status-open" : ""}`}>${row.label}</span>
          <span class="os-hint">${counted(row.messages, "message")}</span>
          ${news && html`<strong class="os-tag os-tag-new">New answer</strong>`}
        </span>
      </a>
    </li>`;
}
