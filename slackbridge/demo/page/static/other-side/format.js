// Formats times, sizes and names for the other side.
// @ts-check

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const FINE = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "14:05" today, "12 Mar, 14:05" on any other day; `at` is Unix seconds. */
export function when(at) {
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** "14:05:09". */
export const exactly = (at) => FINE.format(new Date(at * 1000));

/** The `datetime` of a <time> element. */
export const iso = (at) => new Date(at * 1000).toISOString();

/** "1 message", "3 messages". */
export const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** An act of a ledger in words: "customer_message" -> "customer message". */
export const inWords = (act) => act.replaceAll("_", " ");

/** "12 kB". */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A name's initials, for an avatar. */
export const initials = (name) =>
  name.split(/[\s@.]+/).filter(Boolean).slice(0, 2).map((part) => [...part][0].toUpperCase()).join("");
