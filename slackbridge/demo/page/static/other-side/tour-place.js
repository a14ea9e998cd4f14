// The position of the tour's card, beside its target, and the ring around the target.
// @ts-check

const GAP = 14;
const EDGE = 12;
const NARROW = 640;
const RING = "data-tour-target";

/** Put the ring around `target` only. It is an attribute, because Preact keeps attributes it did not set. */
export function ring(target) {
  for (const old of document.querySelectorAll(`[${RING}]`)) {
    if (old !== target) old.removeAttribute(RING);
  }
  target?.setAttribute(RING, "");
}

/** Scroll a new target into view if necessary. */
export function bring(target) {
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) target.scrollIntoView({ block: "center" });
}

/**
 * The card's position in pixels; null = where the style sheet puts it.
 * On a phone it is a sheet at the bottom, or at the top when the target is at the bottom.
 * @returns {{left: number, top: number} | null}
 */
export function placed(card, target, below) {
  if (!isShown(target)) return null;
  const [width, height] = [card.offsetWidth, card.offsetHeight];
  const box = target.getBoundingClientRect();
  if (innerWidth <= NARROW) return box.bottom > innerHeight - height ? { left: 0, top: 0 } : null;
  const sides = around(box, width, height);
  const fits = (below ? [sides[2], ...sides] : sides).map((at) => within(at, width, height));
  return fits.find((at) => !overlaps(at, width, height, box)) ?? null;
}

const isShown = (target) => Boolean(target?.getClientRects().length);

/** Right, left, above and below of the target. */
function around(box, width, height) {
  return [
    { left: box.right + GAP, top: box.top },
    { left: box.left - GAP - width, top: box.bottom - height },
    { left: box.left, top: box.bottom + GAP },
    { left: box.left, top: box.top - GAP - height },
  ];
}

function within({ left, top }, width, height) {
  return {
    left: Math.round(Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))),
    top: Math.round(Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))),
  };
}

function overlaps({ left, top }, width, height, box) {
  return left < box.right && left + width > box.left && top < box.bottom && top + height > box.top;
}
