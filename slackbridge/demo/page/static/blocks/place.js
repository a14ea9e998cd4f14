// @ts-check
// Positions a popup: below its opener, or above it if there is no room.

const GAP = 4;
const EDGE = 8;
const WIDEST = 300;
const LINE = 34;

/**
 * @param {HTMLElement} popup not shown yet, so its height is reckoned from its lines
 * @param {HTMLElement} opener
 * @param {number} lines
 */
export function below(popup, opener, lines) {
  const { left, top, bottom } = opener.getBoundingClientRect();
  const height = Math.min(lines, 8) * LINE + 2 * EDGE;
  const up = bottom + GAP + height > innerHeight && top > height;
  popup.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - WIDEST - EDGE))}px`;
  popup.style.top = up ? "auto" : `${bottom + GAP}px`;
  popup.style.bottom = up ? `${innerHeight - top + GAP}px` : "auto";
}
