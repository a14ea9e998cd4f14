// Files picked for a message, and the attachments of a message.
// @ts-check
import { html } from "/static/html.js";
import { size } from "/static/other-side/format.js";

/** The picked files for the server: [{name, base64}]. */
export const packed = (files) =>
  Promise.all(files.map(async (file) => ({ name: file.name, base64: await base64(file) })));

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}

/** A button that picks files, and the list of them; `files` is a signal. */
export function Picker({ files, id }) {
  const add = (event) => {
    files.value = [...files.value, ...event.target.files];
    event.target.value = "";
  };
  return html`
    <div class="os-picker">
      <input class="os-hidden" type="file" multiple id=${id} onChange=${add} />
      <label class="os-button os-quiet" for=${id}>Attach files</label>
      ${files.value.map((file) => html`<${Picked} key=${file.name} file=${file} files=${files} />`)}
    </div>`;
}

function Picked({ file, files }) {
  const drop = () => (files.value = files.value.filter((each) => each !== file));
  return html`
    <span class="os-chip">
      <bdi>${file.name}</bdi> ${size(file.size)}
      <button type="button" class="os-drop" aria-label=${`Remove ${file.name}`} onClick=${drop}>×</button>
    </span>`;
}

/** A message's attachments: images inline, anything else as a download. */
export function Files({ files }) {
  if (!files?.length) return null;
  return html`<ul class="os-files">
    ${files.map((file) => html`<li key=${file.url}><${Attached} file=${file} /></li>`)}
  </ul>`;
}

function Attached({ file }) {
  const ours = isOurs(file.url);
  if (!ours) return html`<span class="os-chip">File: <bdi>${file.name}</bdi></span>`;
  if (!file.image) return html`<a class="os-chip" href=${file.url} download=${file.name}>File: <bdi>${file.name}</bdi></a>`;
  return html`<a href=${file.url} target="_blank" rel="noopener">
    <img class="os-image" src=${file.url} alt=${file.name} loading="lazy" />
  </a>`;
}

const isOurs = (url) => new URL(url, location.href).origin === location.origin;
