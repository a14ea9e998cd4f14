// Owns the template tag: htm bound to Preact. Text is text; there is no raw HTML anywhere.
// @ts-check
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
