// Untrusted HTML as Preact nodes: known tags and safe links, everything else as text.
// Never sets innerHTML, loads no image, and keeps no attribute but a link's href.
// @ts-check
import { Fragment, h } from "preact";

const KEPT = new Set(
  "p br div span b strong i em u s ul ol li blockquote pre code".split(" "),
);
const DROPPED = new Set(
  "script x-style head title template iframe object embed svg math noscript textarea select".split(" "),
);
const RENAMED = { h1: "strong", h2: "strong", h3: "strong", h4: "strong", h5: "strong", h6: "strong" };
const ROWS = new Set(["tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "table"]);
const TAG = /<\/?[a-z][^>]*>/gi;
const SAFE = /^(https?:\/\/|mailto:)/i;

/** A message's HTML. */
export function Markup({ source }) {
  return h(Fragment, null, within(parsed(source)));
}

/** The body of an inert document: nothing in it runs or loads. */
export function parsed(source) {
  return new DOMParser().parseFromString(source.replace(TAG, quiet), "text/html").body;
}

const BASE = /^<\/?base\b/i;

/** Disables base, style and handlers: they are dropped anyway, but the parser logs an error for each. */
const quiet = (tag) =>
  BASE.test(tag)
    ? ""
    : tag
        .replace(/^(<\/?)style\b/i, "$1x-style")
        .replace(/([\s"'/])style(?=\s*=)/gi, "$1x-style")
        .replace(/(\s)(on\w+\s*=)/gi, "$1x-$2");

const within = (element) => [...element.childNodes].map(drawn);

function drawn(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  return element(node, node.localName);
}

function element(node, tag) {
  if (DROPPED.has(tag)) return null;
  if (tag === "br") return h("br", null);
  if (tag === "a") return link(node);
  if (tag === "img") return placeholder(node);
  if (KEPT.has(tag)) return h(tag, null, within(node));
  return other(node, tag);
}

/** The content of an unknown tag is kept, for block tags on a line of its own. */
function other(node, tag) {
  const inside = within(node);
  if (tag === "td" || tag === "th") return h("span", null, inside, " ");
  const words = tag in RENAMED ? h(RENAMED[tag], null, inside) : h(Fragment, null, inside);
  return ROWS.has(tag) ? h("div", null, words) : words;
}

function link(node) {
  const href = (node.getAttribute("href") ?? "").trim();
  if (!SAFE.test(href)) return h(Fragment, null, within(node));
  return h("a", { href, rel: "noopener noreferrer", target: "_blank" }, within(node));
}

function placeholder(node) {
  const label = node.getAttribute("alt")?.trim() || "without a description";
  return h("span", { class: "os-no-image" }, `Image: ${label}`);
}
