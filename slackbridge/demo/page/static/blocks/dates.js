// @ts-check
// Formats dates: the tokens of `<!date^…>` and of rich text's date element, as Slack's client
// in English shows them. Source: docs.slack.dev, "Formatting message text" and "Date element".

const DAY = 86_400;
const HALF_A_YEAR = 182 * DAY;
const LONG = { month: "long", day: "numeric", year: "numeric" };
const SHORT = { month: "short", day: "numeric", year: "numeric" };
const NEAR = new Map([
  [-1, "yesterday"],
  [0, "today"],
  [1, "tomorrow"],
]);
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", 3_600],
  ["minute", 60],
];
const SINCE = new Intl.RelativeTimeFormat("en");

/**
 * @typedef {{at: number, now: number, zone: string | undefined}} Moment
 *   seconds; the reader's time zone, undefined for the browser's
 */

/** @type {Record<string, (moment: Moment) => string>} */
const TOKENS = {
  date_num: (moment) => numbers(moment).join("-"),
  date_slash: (moment) => numbers(moment).reverse().join("/"),
  date: (moment) => ordinal(moment, LONG),
  date_short: (moment) => written(moment, yearless(moment, SHORT)),
  date_long: (moment) => ordinal(moment, { weekday: "long", ...LONG }),
  date_long_full: (moment) => written(moment, LONG),
  day_divider_pretty: (moment) => ordinal(moment, { weekday: "long", ...LONG }),
  time: (moment) => written(moment, { hour: "numeric", minute: "2-digit" }),
  time_secs: (moment) => written(moment, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (moment) => ago(moment),
};

/**
 * A time formatted with a template such as "{date_short_pretty} at {time}"; null if it is none.
 * @param {unknown} seconds since 1970
 * @param {string} format
 * @param {{now?: number, zone?: string}} [reader] seconds; an IANA time zone
 * @returns {string | null}
 */
export function dateText(seconds, format, { now = Date.now() / 1000, zone } = {}) {
  const at = Number(seconds);
  if (!Number.isFinite(at) || Number.isNaN(new Date(at * 1000).getTime())) return null;
  const moment = { at, now, zone };
  return format.replace(/\{(\w+)\}/g, (whole, name, place) => token(moment, name, place) ?? whole);
}

/** Whether a format's text changes as time passes. */
export function moves(format) {
  return /\{(ago|\w+_pretty)\}/.test(format);
}

function token(moment, name, place) {
  const plain = name.replace(/(?<=^date\w*)_pretty$/, "");
  const near = name.endsWith("_pretty")
    ? NEAR.get(day(moment.at, moment) - day(moment.now, moment))
    : undefined;
  if (near) return place === 0 ? near[0].toUpperCase() + near.slice(1) : near;
  return Object.hasOwn(TOKENS, plain) ? TOKENS[plain](moment) : undefined;
}

function written({ at, zone }, shape) {
  return new Intl.DateTimeFormat("en-US", { ...shape, timeZone: zone })
    .format(at * 1000)
    .replace(/\u202f/g, " ");
}

/** With "4th" for "4". */
function ordinal(moment, shape) {
  return written(moment, yearless(moment, shape)).replace(/\b\d{1,2}\b/, (number) => {
    const teen = Math.floor(Number(number) / 10) === 1;
    return number + ((!teen && { 1: "st", 2: "nd", 3: "rd" }[number.at(-1)]) || "th");
  });
}

function yearless({ at, now }, { year, ...shape }) {
  return Math.abs(at - now) < HALF_A_YEAR ? shape : { ...shape, year };
}

/** @returns {string[]} year, month, day */
function numbers({ at, zone }) {
  /** @type {Intl.DateTimeFormatOptions} */
  const shape = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone };
  const parts = new Intl.DateTimeFormat("en-US", shape).formatToParts(at * 1000);
  return ["year", "month", "day"].map((type) => parts.find((part) => part.type === type).value);
}

/** The day number of a time in the reader's zone. */
function day(at, { zone }) {
  const [year, month, date] = numbers({ at, zone }).map(Number);
  return Math.floor(Date.UTC(year, month - 1, date) / (DAY * 1000));
}

function ago({ at, now }) {
  const passed = at - now;
  const unit = UNITS.find(([, size]) => Math.abs(passed) >= size);
  return unit ? SINCE.format(Math.trunc(passed / unit[1]), unit[0]) : "just now";
}
