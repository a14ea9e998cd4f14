// Owns what the person does in Slack: one call of the sandbox's drivers, and what a failure says.
// @ts-check
import { post } from "../api.js";
import { loadPerson, me, state, toast } from "../state.js";

export const SILENT = 504;

/**
 * Do `what` as the person; throws what went wrong.
 * @param {string} what @param {object} [body] @returns {Promise<any>}
 */
export function act(what, body = {}) {
  return post(`/sandbox/people/${me.peek()}/${what}`, body);
}

/** Do it and say in a toast what went wrong; whether it went well. @param {string} what @param {object} [body] */
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

/** What to tell about a failure; a silent app is told as Slack tells it. @param {any} error */
export function sentence(error) {
  if (error.status !== SILENT) return error.message;
  return `${state.peek()?.bot?.name ?? "The app"} did not respond (operation_timeout)`;
}

/** The server announces it too; this spares a blink. */
export function reloadPerson() {
  loadPerson().catch((error) => toast(error.message, "error"));
}
