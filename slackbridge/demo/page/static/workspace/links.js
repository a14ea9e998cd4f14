// Links to Slack messages ("…/archives/C1/p17…"): opened on this page.
// @ts-check
import { go } from "../state.js";

const PERMALINK = /^\/archives\/(\w+)\/p(\d{10,})(\d{6})$/;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

/** Listen until the page is closed. */
export function watchLinks() {
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    const hash = link && here(/** @type {HTMLAnchorElement} */ (link).href);
    if (!hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(hash);
  });
}

/** @param {string} address @returns {string} where it is on this page, "" for elsewhere */
function here(address) {
  const url = new URL(address, location.href);
  const match = PERMALINK.exec(url.pathname);
  if (!match || !LOOPBACK.has(url.hostname)) return "";
  return `#/${match[1]}/${url.searchParams.get("thread_ts") ?? `${match[2]}.${match[3]}`}`;
}
