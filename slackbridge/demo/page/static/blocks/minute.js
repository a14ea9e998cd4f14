// @ts-check
// One clock for the whole page, ticking twice a minute.

import { useEffect, useState } from "preact/hooks";

const TICK_MS = 30_000;
/** @type {Set<(now: number) => void>} */
const readers = new Set();
let clock = 0;

/**
 * The time in seconds; redraws on a tick if the caller asks for it.
 * @param {boolean} matters
 * @returns {number}
 */
export function useMinute(matters) {
  const [, draw] = useState(0);
  useEffect(() => (matters ? listening(draw) : undefined), [matters]);
  return Date.now() / 1000;
}

function listening(reader) {
  readers.add(reader);
  clock ||= setInterval(tick, TICK_MS);
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    clearInterval(clock);
    clock = 0;
  };
}

function tick() {
  for (const reader of readers) reader(Date.now());
}
