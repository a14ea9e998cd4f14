// @ts-check
// Owns how an emoji's name becomes its character. The table of names comes from the server.

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
 * The character that rich text's own code points stand for ("1f44d-1f3fd"); null if they are bad.
 * @param {unknown} points
 * @returns {string | null}
 */
export function emojiAt(points) {
  if (typeof points !== "string" || !/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(points)) return null;
  const numbers = points.split("-").map((point) => parseInt(point, 16));
  return numbers.every((number) => number <= 0x10ffff) ? String.fromCodePoint(...numbers) : null;
}
