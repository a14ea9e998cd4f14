// @ts-check
// The names of people, channels and groups in a text. Pure.

/**
 * @typedef {{users?: Map<string, any>, channels?: Map<string, any>, usergroups?: Map<string, any>,
 *   emoji?: Record<string, string>}} Names  by id, as in the page's state
 */

/** @type {Record<string, (node: any, names: Names) => string>} */
const SHOWN = {
  user: ({ id, label }, { users }) => at(person(users?.get(id)) || label || id),
  channel: ({ id, label }, { channels }) => `#${channels?.get(id)?.name || label || id}`,
  usergroup: ({ id, label }, { usergroups }) => at(usergroups?.get(id)?.handle || label || id),
  broadcast: ({ range }) => at(range),
};

/**
 * The text of a mention: "@Anna Huber", "#support", "@agents", "@here".
 * @param {{type: string}} node
 * @param {Names} names
 * @returns {string}
 */
export function mentioned(node, names) {
  return SHOWN[node.type](node, names);
}

/** @param {{real_name?: string, name?: string} | undefined} user */
export function person(user) {
  return user?.real_name || user?.name || "";
}

function at(name) {
  return `@${name.replace(/^@/, "")}`;
}
