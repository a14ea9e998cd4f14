// @ts-check
// Owns which addresses may be followed from a message. Must not load or rewrite any.

const FOLLOWED = new Set(["http:", "https:", "mailto:", "tel:"]);

/**
 * The address if it is absolute and of a kind that is safe to follow, else null.
 * @param {unknown} address
 * @returns {string | null}
 */
export function followable(address) {
  if (typeof address !== "string" || /[\s\u0000-\u001f]/.test(address)) return null;
  try {
    return FOLLOWED.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
