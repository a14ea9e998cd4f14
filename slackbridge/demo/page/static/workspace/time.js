// Formats times. A Slack `ts` is Unix seconds with six decimals.
// @ts-check
import { signal } from "@preact/signals";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const dated = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" });
const DAY = 86_400;

/** Unix seconds, updated twice a minute, for texts like "2 minutes ago". */
export const now = signal(Date.now() / 1000);
setInterval(() => (now.value = Date.now() / 1000), 30_000);

/** @param {string} ts */
export function time(ts) {
  return clock.format(Number(ts) * 1000);
}

/** @param {string} ts */
export function full(ts) {
  return `${dated.format(Number(ts) * 1000)}, ${time(ts)}`;
}

/** The local day, for comparing. @param {string} ts */
export function dayOf(ts) {
  return new Date(Number(ts) * 1000).toDateString();
}

/** @param {string} ts */
export function day(ts) {
  if (dayOf(ts) === dayOf(String(now.value))) return "Today";
  if (dayOf(ts) === dayOf(String(now.value - DAY))) return "Yesterday";
  return weekday.format(Number(ts) * 1000);
}

const STEPS = /** @type {[number, string][]} */ ([[DAY, "day"], [3600, "hour"], [60, "minute"]]);

/** @param {string} ts */
export function ago(ts) {
  const passed = Math.max(now.value, Date.now() / 1000 - 30) - Number(ts);
  for (const [seconds, word] of STEPS) {
    const count = Math.floor(passed / seconds);
    if (count >= 1) return `${count} ${word}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
