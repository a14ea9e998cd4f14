// The scroll position of a message list: stays at the bottom or keeps its position, and loads
// older messages near the top.
// @ts-check
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { me, toast } from "../state.js";
import { loadOlder, message } from "./history.js";

const NEAR = 90;
const TOP = 300;

/**
 * @param {{current: HTMLElement|null}} scroller @param {any} place
 * @param {{value: {ts: string}[]}} items
 */
export function useScroll(scroller, place, items) {
  const stuck = useRef(true);
  const [unseen, setUnseen] = useState(0);
  const list = items.value;
  const ready = place.rows.value !== null;
  const toBottom = () => {
    stuck.current = true;
    setUnseen(0);
    bottom(scroller.current);
  };
  useEffect(() => follow(scroller.current, stuck), [ready]);
  useNews(place, list, stuck, setUnseen, toBottom);
  useAnchor(scroller, list[0]?.ts, stuck);
  const size = useRef("");
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const before = size.current;
    size.current = `${box.scrollHeight} ${box.clientHeight} ${box.clientWidth}`;
    const moved = before === size.current; // a change of size also fires scroll events
    if (moved || !stuck.current) stuck.current = atBottom(box);
    if (atBottom(box)) setUnseen(0);
    if (box.scrollTop < TOP) loadOlder(place).catch((error) => toast(error.message, "error"));
  };
  return { onScroll, unseen, toBottom };
}

/** @param {HTMLElement} box */
function atBottom(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

/** @param {HTMLElement|null} box */
function bottom(box) {
  if (box) box.scrollTop = box.scrollHeight;
}

/** Stay at the bottom when the content grows. @param {HTMLElement|null} box @param {{current: boolean}} stuck */
function follow(box, stuck) {
  if (!box) return undefined;
  bottom(box);
  const observer = new ResizeObserver(() => stuck.current && bottom(box));
  observer.observe(box);
  if (box.lastElementChild) observer.observe(box.lastElementChild);
  return () => observer.disconnect();
}

/** Scroll to one's own new messages; count others' while scrolled up. */
function useNews(place, list, stuck, setUnseen, toBottom) {
  const last = useRef("");
  useLayoutEffect(() => {
    const news = last.current ? list.filter((each) => each.ts > last.current) : [];
    last.current = list[list.length - 1]?.ts ?? "";
    if (!news.length) return;
    const mine = news.some((each) => each.whisper || author(place, each.ts) === me.peek());
    if (mine) toBottom();
    else if (!stuck.current) setUnseen((count) => count + news.length);
  }, [list]);
}

/** @param {any} place @param {string} ts */
function author(place, ts) {
  return message(place.channel, ts).peek()?.user;
}

/** Keep the position when older messages are added above. */
function useAnchor(scroller, first, stuck) {
  const was = useRef({ first: "", height: 0, top: 0 });
  const box = scroller.current;
  if (box) was.current = { ...was.current, height: box.scrollHeight, top: box.scrollTop };
  useLayoutEffect(() => {
    const [now, old] = [scroller.current, was.current];
    if (now && old.first && first && first < old.first && !stuck.current) {
      now.style.overflowAnchor = "none";
      now.scrollTop = old.top + (now.scrollHeight - old.height);
      requestAnimationFrame(() => (now.style.overflowAnchor = ""));
    }
    was.current.first = first ?? "";
  }, [first]);
}
