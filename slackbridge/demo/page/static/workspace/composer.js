// The composer below a channel or a thread, and in place of a message that is edited.
// @ts-check
import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { html } from "../html.js";
import { channels, me, state } from "../state.js";
import { act, sentence } from "./act.js";
import { ChosenFiles, read } from "./attach.js";
import { blank, draft as draftOf, set } from "./draft.js";
import { editing, editLast } from "./editing.js";
import { openPicker } from "./emoji-picker.js";
import { Icon } from "./icon.js";
import { nameOf } from "./people.js";
import { send } from "./send.js";
import { commandIn } from "./suggest.js";
import { TextBox } from "./text-box.js";
import { decode, encode } from "./typed.js";

/** @param {{channel: string, thread?: string, id: string, rows: () => string[]}} props */
export function Composer({ channel, thread = "", id, rows }) {
  const place = channels.value.get(channel);
  const cell = draftOf(`${me.value}/${channel}/${thread}`);
  const box = useRef(/** @type {any} */ (null));
  if (place?.archived) return html`<p class="composer-note">This channel is archived; nobody can write in it.</p>`;
  const add = async (files) => attach(cell, files);
  const where = thread ? "Reply" : `Message #${place?.name ?? ""}`;
  const hint = `${where} as ${nameOf(me.value)}`;
  return html`<form class="composer" onSubmit=${submit(() => send(cell, { channel, thread }))}
    onDragOver=${(event) => event.preventDefault()} onDrop=${dropped(add)}>
    <div class="composer-box">
      <${TextBox} id=${id} cell=${cell} inThread=${Boolean(thread)} hint=${hint} box=${box} onFiles=${add}
        onSend=${() => send(cell, { channel, thread })} onUp=${() => editLast(channel, rows())} />
      <${ChosenFiles} files=${cell.value.files} remove=${(at) => drop(cell, at)} />
      <${Tools} cell=${cell} box=${box} add=${add} />
    </div>
    <${Usage} text=${cell.value.text} inThread=${Boolean(thread)} />
    ${thread && html`<label class="broadcast"><input type="checkbox" checked=${cell.value.broadcast}
      onChange=${(event) => set(cell, { broadcast: event.target.checked })} /> Also send to #${place?.name}</label>`}
    <${Refused} cell=${cell} id=${id} />
  </form>`;
}

/** @param {{cell: any, box: any, add: (files: Iterable<File>) => void}} props */
function Tools({ cell, box, add }) {
  const picker = useRef(/** @type {HTMLInputElement|null} */ (null));
  const empty = !cell.value.text.trim() && !cell.value.files.length;
  const chosen = (event) => {
    add(event.target.files);
    event.target.value = "";
  };
  const smile = (event) =>
    openPicker({ anchor: event.currentTarget, pick: (name) => box.current?.insert(`:${name}: `) });
  return html`<div class="composer-tools">
    <input ref=${picker} type="file" multiple hidden onChange=${chosen} />
    <button type="button" class="icon-button" aria-label="Add files" title="Add files"
      onClick=${() => picker.current?.click()}><${Icon} name="clip" /></button>
    <button type="button" class="icon-button" aria-label="Emoji" title="Emoji" onClick=${smile}><${Icon} name="smile" /></button>
    <span class="quiet keys" aria-hidden="true"><kbd>Shift</kbd> + <kbd>Enter</kbd> for a new line</span>
    <button type="submit" class="send" aria-label="Send" title="Send" disabled=${empty || cell.value.busy}>
      <${Icon} name="send" />
    </button>
  </div>`;
}

/** The usage of a typed command. @param {{text: string, inThread: boolean}} props */
function Usage({ text, inThread }) {
  const called = !inThread && /\s/.test(text) ? commandIn(text) : null;
  const known = called && (state.value?.commands ?? []).find((each) => each.command === called.name);
  return known && html`<p class="quiet usage"><b>${known.command}</b> ${known.usage}</p>`;
}

/** @param {{cell: any, id: string}} props */
function Refused({ cell, id }) {
  return html`<p class="refused" id="${id}-error" role="alert">${cell.value.error}</p>`;
}

/** @param {{channel: string, message: any}} props */
export function EditComposer({ channel, message }) {
  const cell = useSignal(useMemo(() => ({ ...blank(), ...decode(message.text) }), []));
  const done = () => {
    editing.value = "";
    /** @type {HTMLElement|null} */ (document.querySelector(`li[data-ts="${message.ts}"]`))?.focus();
  };
  const save = () => change(cell, channel, message.ts, done);
  const stop = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    done();
  };
  return html`<form class="composer editor" onSubmit=${submit(save)} onKeyDown=${stop}>
    <div class="composer-box">
      <${TextBox} id="edit-${message.ts}" cell=${cell} inThread hint="Edit the message" focus onSend=${save} />
    </div>
    <div class="editor-foot">
      <button type="button" class="button" onClick=${done}>Cancel</button>
      <button type="submit" class="button primary" disabled=${cell.value.busy || !cell.value.text.trim()}>Save changes</button>
    </div>
    <${Refused} cell=${cell} id="edit-${message.ts}" />
  </form>`;
}

async function change(cell, channel, ts, done) {
  const { text, picked } = cell.peek();
  if (!text.trim()) return;
  set(cell, { busy: true, error: "" });
  try {
    await act("edit", { channel, ts, text: encode(text.trim(), picked) });
    done();
  } catch (error) {
    set(cell, { busy: false, error: sentence(error) });
  }
}

/** @param {() => unknown} what */
function submit(what) {
  return (event) => {
    event.preventDefault();
    what();
  };
}

/** @param {(files: Iterable<File>) => unknown} add */
function dropped(add) {
  return (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length) add(event.dataTransfer.files);
  };
}

async function attach(cell, files) {
  try {
    const more = await read(files);
    set(cell, { files: [...cell.peek().files, ...more], error: "" });
  } catch (error) {
    set(cell, { error: error.message });
  }
}

function drop(cell, at) {
  set(cell, { files: cell.peek().files.filter((_, each) => each !== at) });
}
