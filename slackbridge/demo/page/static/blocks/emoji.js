// @ts-check
// Converts an emoji's name into its character. The server provides the table.

const TONES = { 2: "🏻", 3: "🏼", 4: "🏽", 5: "🏾", 6: "🏿" };

/**
 * The character of a name such as "wave" or "wave::skin-tone-3"; null if the table has none.
 * @param {string} name without colons around it
 * @param {Record<string, string> | undefined} table
 * @returns {string | null}
 */
export function emojiOf(name, table) {
  const [base, tone] = name.split("::skin-tone-");
  if (!table || !Object.hasOwn(table, base)) return null;
  return table[base] + (TONES[tone] ?? "");
}

/**
 * The character of code points in rich text ("1f44d-1f3fd"); null if invalid.
 * @param {unknown} points
 * @returns {string | null}
 */
export function emojiAt(points) {
  if (typeof points !== "string" || !/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(points)) return null;
  const numbers = points.split("-").map((point) => parseInt(point, 16));
  return numbers.every((number) => number <= 0x10ffff) ? String.fromCodePoint(...numbers) : null;
}
