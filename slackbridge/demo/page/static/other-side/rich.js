// The small toolbar of marketplaces that take HTML: it wraps the selection in tags.
// @ts-check
import { html } from "/static/html.js";
import { Markup, parsed } from "/static/other-side/markup.js";

const TOOLS = [
  { label: "Bold", mark: "B", wrap: (text) => ["<b>", text, "</b>"] },
  { label: "Italic", mark: "I", wrap: (text) => ["<i>", text, "</i>"] },
  { label: "List", mark: "List", wrap: (text) => ["<ul>\n", items(text), "\n</ul>"] },
  { label: "Link", mark: "Link", wrap: (text) => ['<a href="https://example.com">', text || "link", "</a>"] },
];

const items = (text) => (text || "first\nsecond").split("\n").map((line) => `<li>${line}</li>`).join("\n");

/** Plain text as equivalent HTML. */
export function escaped(text) {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe.replaceAll("\n", "<br>\n");
}

/** Bold, italic, list, link; and whether the field holds HTML source. */
export function Toolbar({ text, source, field }) {
  const press = (tool) => {
    const at = [field.current.selectionStart, field.current.selectionEnd];
    const { before, within, after } = cut(text.value, at, source.value);
    const [opening, inside, closing] = tool.wrap(within);
    source.value = true;
    text.value = before + opening + inside + closing + after;
    select(field.current, (before + opening).length, inside.length);
  };
  const toggle = () => {
    text.value = source.value ? asPlain(text.value) : escaped(text.value);
    source.value = !source.value;
  };
  return html`
    <div class="os-toolbar" role="toolbar" aria-label="Formatting">
      ${TOOLS.map((tool) => html`
        <button type="button" class=${`os-tool os-tool-${tool.label.toLowerCase()}`} key=${tool.label}
          aria-label=${tool.label} title=${tool.label} onClick=${() => press(tool)}>${tool.mark}</button>`)}
      <button type="button" class="os-tool" aria-pressed=${source.value} onClick=${toggle}>HTML source</button>
      ${source.value && html`<span class="os-hint">HTML is allowed here</span>`}
    </div>`;
}

/** The text around a selection, converted to HTML if it was plain. */
function cut(text, [from, to], isSource) {
  const parts = { before: text.slice(0, from), within: text.slice(from, to), after: text.slice(to) };
  if (isSource) return parts;
  const { before, within, after } = parts;
  return { before: escaped(before), within: escaped(within), after: escaped(after) };
}

/** After the next render, when the field has the new text. */
function select(field, start, length) {
  requestAnimationFrame(() => {
    field.focus();
    field.setSelectionRange(start, start + length);
  });
}

/** The text of HTML source; blocks and breaks become new lines. */
function asPlain(source) {
  const lines = source.replaceAll("\n", "").replace(/<br\b[^>]*>|<\/(p|div|li)>/gi, "$&\n");
  return parsed(lines).textContent.trim();
}

/** A preview of the HTML. */
export function Preview({ source }) {
  if (!source.trim()) return null;
  return html`<div class="os-preview" role="group" aria-label="Preview"><${Markup} source=${source} /></div>`;
}
