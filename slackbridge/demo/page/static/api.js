// Calls the page's server: JSON in, `result` out, an Error with the server's sentence.
// @ts-check

/** Thrown by a failed request. `status` is 0 when the server was not reached. */
export class Failure extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.name = "Failure";
    this.status = status;
  }
}

const UNREACHED = "The sandbox is not reachable. Is slackbridge demo still running?";

/** @param {string} path */
export function get(path) {
  return ask(path, { headers: { Accept: "application/json" } });
}

/** @param {string} path @param {unknown} [body] */
export function post(path, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** @param {string} path @param {RequestInit} options @returns {Promise<any>} */
async function ask(path, options) {
  const response = await reach(path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.ok === false) throw failure(response, answer);
  return answer.result;
}

/** @param {string} path @param {RequestInit} options */
async function reach(path, options) {
  try {
    return await fetch(path, { ...options, cache: "no-store" });
  } catch {
    throw new Failure(0, UNREACHED);
  }
}

/** @param {Response} response @param {any} answer */
function failure(response, answer) {
  return new Failure(response.status, answer.error || `The server answered ${response.status}.`);
}
