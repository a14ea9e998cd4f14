// The files of a message: pictures inline, anything else as a link to download.
// @ts-check
import { html } from "../html.js";
import { Icon } from "./icon.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {{files: any[]|undefined}} props */
export function Files({ files }) {
  if (!files?.length) return null;
  return html`<ul class="files" role="list">
    ${files.map((file) => html`<li key=${file.id}>${PICTURES.has(file.mimetype) ? picture(file) : other(file)}</li>`)}
  </ul>`;
}

/** @param {any} file */
function picture(file) {
  const url = `/page/files/${file.id}`;
  return html`<a class="picture" href=${url} target="_blank" rel="noopener">
    <img src=${url} alt=${file.title || file.name} loading="lazy" />
  </a>`;
}

/** @param {any} file */
function other(file) {
  return html`<a class="file" href="/page/files/${file.id}" download=${file.name}>
    <${Icon} name="file" />
    <span><b>${file.name}</b><small>${file.pretty_type} · ${size(file.size)}</small></span>
  </a>`;
}
