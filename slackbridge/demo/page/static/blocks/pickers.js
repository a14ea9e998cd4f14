// @ts-check
// The pickers of dates and times: the browser's own.

import { html } from "../html.js";
import { useValue } from "./acting.js";
import { named } from "./field.js";

/**
 * @type {Record<string,
 *   {type: string, name: string, read: (text: string) => any, show: (value: any) => string}>}
 */
const KINDS = {
  datepicker: { type: "date", name: "Date", read: (text) => text, show: (value) => value },
  timepicker: { type: "time", name: "Time", read: (text) => text, show: (value) => value },
  datetimepicker: {
    type: "datetime-local",
    name: "Date and time",
    read: (text) => Math.floor(new Date(text).getTime() / 1000),
    show: local,
  },
};
const FIRST = { date: "1900-01-01", "datetime-local": "2001-09-10T00:00" }; // rejects a half-typed year

/** @param {{element: any, block: any, host: any, field?: any}} props */
export function Picker({ element, block, host, field }) {
  const { value, choose, busy, shown } = useValue(host, block, element);
  const { type, name, read, show } = KINDS[element.type];
  const changed = ({ currentTarget: control }) => {
    if (control.checkValidity()) choose(control.value ? read(control.value) : null);
  };
  return html`<input class="bk-field bk-picker" type=${type} min=${FIRST[type]} disabled=${busy}
    ...${named(field, element, element.placeholder?.text ?? name)}
    value=${value == null ? "" : show(value)} onChange=${changed} />${shown}`;
}

/** Seconds as the browser's local date and time without a zone. */
function local(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
