// @ts-check
// Decides which URLs may be opened from a message; loads and rewrites none.

const FOLLOWED = new Set(["http:", "https:", "mailto:", "tel:"]);

/**
 * The address if it is absolute and has a safe scheme, else null.
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
