// Sends a draft: as a message or as a slash command.
// @ts-check
import { state, toast } from "../state.js";
import { act, reloadPerson, sentence, SILENT } from "./act.js";
import { blank, set } from "./draft.js";
import { commandIn } from "./suggest.js";
import { encode } from "./typed.js";

/**
 * Send a draft; on failure it is kept, with the error.
 * @param {import("@preact/signals").Signal<import("./draft.js").Draft>} cell
 * @param {{channel: string, thread: string}} place
 */
export async function send(cell, place) {
  const draft = cell.peek();
  if (draft.busy || !(draft.text.trim() || draft.files.length)) return;
  const command = draft.files.length ? null : commandIn(draft.text);
  set(cell, { busy: true, error: "" });
  try {
    await (command ? run(command, place) : say(draft, place));
    cell.value = { ...blank(), broadcast: false };
  } catch (error) {
    const silent = /** @type {any} */ (error).status === SILENT;
    const text = silent && command ? `${command.name} failed with the error “operation_timeout”` : sentence(error);
    if (silent) toast(sentence(error), "error");
    set(cell, { busy: false, error: text });
  }
  reloadPerson();
}

/** @param {{name: string, text: string}} command @param {{channel: string, thread: string}} place */
async function run(command, place) {
  const known = (state.value?.commands ?? []).some((each) => each.command === command.name);
  if (!known) throw new Error(unknown(command.name));
  if (place.thread) throw new Error(`${command.name} is not supported in threads. Sorry!`);
  await act("command", { ...command, channel: place.channel });
}

/** @param {string} name */
function unknown(name) {
  return (
    `${name} is not a valid command. In Slack, all messages that start with the “/” character are ` +
    "interpreted as commands. To send it as a message, put a space before it."
  );
}

/** @param {import("./draft.js").Draft} draft @param {{channel: string, thread: string}} place */
async function say(draft, { channel, thread }) {
  const files = draft.files.map(({ name, mimetype, base64 }) => ({ name, mimetype, base64 }));
  await act("say", {
    channel,
    text: encode(draft.text.trim(), draft.picked),
    ...(thread ? { thread_ts: thread } : {}),
    ...(files.length ? { files } : {}),
    ...(thread && draft.broadcast ? { broadcast: true } : {}),
  });
}
