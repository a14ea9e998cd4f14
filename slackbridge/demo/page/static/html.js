// The template tag: htm bound to Preact. Values are always text; there is no raw HTML.
// @ts-check
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
