// The files a person has chosen for a message, before it is sent.
// @ts-check
import { html } from "../html.js";
import { size } from "./files.js";
import { Icon } from "./icon.js";

/** @typedef {{name: string, mimetype: string, base64: string, size: number}} Chosen */

/** @param {Iterable<File>} files @returns {Promise<Chosen[]>} */
export function read(files) {
  return Promise.all([...files].map(one));
}

/** @param {File} file @returns {Promise<Chosen>} */
function one(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    const done = () => String(reader.result).split(",")[1] ?? "";
    const mimetype = file.type || "application/octet-stream";
    reader.onload = () => resolve({ name: file.name, mimetype, base64: done(), size: file.size });
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}

/** @param {{files: Chosen[], remove: (at: number) => void}} props */
export function ChosenFiles({ files, remove }) {
  if (!files.length) return null;
  return html`<ul class="chosen" role="list">
    ${files.map((file, at) => html`<li key=${file.name + at}>
      <${Icon} name="file" />
      <span>${file.name} <small>${size(file.size)}</small></span>
      <button type="button" class="icon-button" aria-label="Remove ${file.name}" onClick=${() => remove(at)}>
        <${Icon} name="close" />
      </button>
    </li>`)}
  </ul>`;
}
