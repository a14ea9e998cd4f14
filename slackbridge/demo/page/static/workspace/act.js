// Acts in Slack as the person, through the sandbox's routes; puts failures into words.
// @ts-check
import { post } from "../api.js";
import { loadPerson, me, state, toast } from "../state.js";

export const SILENT = 504;

/**
 * Do `what` as the person; throws on failure.
 * @param {string} what @param {object} [body] @returns {Promise<any>}
 */
export function act(what, body = {}) {
  return post(`/sandbox/people/${me.peek()}/${what}`, body);
}

/** The same with a toast on failure; returns whether it succeeded. @param {string} what @param {object} [body] */
export async function tryAct(what, body = {}) {
  try {
    await act(what, body);
    return true;
  } catch (error) {
    toast(sentence(error), "error");
    return false;
  } finally {
    reloadPerson();
  }
}

/** The text of a failure; a missing response of the app is worded as in Slack. @param {any} error */
export function sentence(error) {
  if (error.status !== SILENT) return error.message;
  return `${state.peek()?.bot?.name ?? "The app"} did not respond (operation_timeout)`;
}

/** Reload without waiting for the server's event, to avoid flicker. */
export function reloadPerson() {
  loadPerson().catch((error) => toast(error.message, "error"));
}
