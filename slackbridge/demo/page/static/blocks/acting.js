// @ts-check
// The use of an element: confirmation, waiting, failure.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { ConfirmDialog } from "./confirm.js";
import { initial } from "./values.js";

/**
 * How an element acts. `act(selected, {done, undone})` asks for confirmation first if the element has one;
 * `shown` is drawn beside the element.
 * @param {any} host
 * @param {any} block
 * @param {any} element
 */
export function useActing(host, block, element) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const [asked, setAsked] = useState(/** @type {any} */ (null));

  const run = async (selected, done) => {
    setBusy(true);
    setFailure("");
    try {
      done?.();
      await host.act(element, block, selected);
    } catch (error) {
      setFailure(error.message);
    } finally {
      setBusy(false);
    }
  };
  const act = (selected, { done, undone } = /** @type {any} */ ({})) => {
    if (busy) return;
    if (element.confirm) setAsked({ selected, done, undone });
    else run(selected, done);
  };
  const answered = (yes) => {
    setAsked(null);
    if (yes) run(asked.selected, asked.done);
    else asked.undone?.();
  };
  const dialog =
    asked &&
    html`<${ConfirmDialog} confirm=${element.confirm} host=${host} onAnswer=${answered} />`;
  const said = failure && html`<span class="bk-failure" role="alert">${failure}</span>`;
  const shown = html`${dialog}${said}`;
  return { busy, act, shown };
}

/**
 * The value of an element and how to change it. Outside an `input` block a change acts at once,
 * and is reverted if the confirmation is declined.
 * @param {any} host
 * @param {any} block
 * @param {any} element
 */
export function useValue(host, block, element) {
  const [own, setOwn] = useState(/** @type {any} */ (undefined));
  const acting = useActing(host, block, element);
  const entered = host.values?.[block.block_id]?.[element.action_id];
  const value = [entered, own, initial(element)].find((each) => each !== undefined);
  const set = (next) => {
    setOwn(next);
    host.setValue?.(block.block_id, element.action_id, next);
  };
  const choose = (next) => {
    set(next);
    if (acts(block)) acting.act(next, { undone: () => set(value ?? null) });
  };
  return { value, set, choose, ...acting };
}

/** Whether the app gets a change at once. */
export function acts(block) {
  return block.type !== "input" || Boolean(block.dispatch_action);
}
