// What Block Kit needs from the page: names, and the effect of an element's action.
// @ts-check
import { computed } from "@preact/signals";
import { channels, me, state, toast, usergroups, users } from "../state.js";
import { act, reloadPerson, sentence, SILENT } from "./act.js";

/** Common to all hosts. */
export const tables = computed(() => ({
  users: users.value,
  channels: channels.value,
  usergroups: usergroups.value,
  emoji: state.value?.emoji ?? {},
  me: me.value,
}));

/** Only images of this origin are loaded. @param {string} url */
export function image(url) {
  try {
    const there = new URL(url, location.href);
    return there.origin === location.origin ? there.href : null;
  } catch {
    return null;
  }
}

const NONE = Object.freeze({});

/** The host of the blocks of a message. @param {string} channel @param {any} message */
export function messageHost(channel, message) {
  /** @type {Record<string, Record<string, any>>} */
  const values = {};
  return {
    ...tables.value,
    image,
    values,
    errors: NONE,
    setValue: (block, action, value) => ((values[block] ??= {})[action] = value),
    act: (element, _block, selected) =>
      perform("click", { channel, message_ts: message.ts, ...chosen(element, selected) }),
  };
}

/**
 * The host of the blocks of a modal or of Home.
 * @param {any} view @param {Record<string, Record<string, any>>} values
 * @param {(block:string, action:string, value:any) => void} setValue
 * @param {Record<string, string>} errors
 */
export function viewHost(view, values, setValue, errors) {
  return {
    ...tables.value,
    image,
    values,
    errors,
    setValue,
    act: (element, _block, selected) =>
      perform("act_in_view", { view_id: view.id, ...chosen(element, selected) }),
  };
}

/** A refusal is shown beside the element; a missing response of the app in a toast. @param {string} what @param {object} body */
async function perform(what, body) {
  try {
    await act(what, body);
  } catch (error) {
    if (/** @type {any} */ (error).status !== SILENT) throw error;
    toast(sentence(error), "error");
  } finally {
    reloadPerson();
  }
}

/** @param {any} element @param {any} selected */
function chosen(element, selected) {
  const body = /** @type {Record<string, any>} */ ({ action_id: element.action_id });
  if (element.value !== undefined) body.value = element.value;
  if (selected !== undefined) body.selected_option = selected;
  return body;
}
