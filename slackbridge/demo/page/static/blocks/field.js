// @ts-check
// Connects an element with its label, hint and error, and marks it with its `action_id`.

/**
 * @typedef {{id: string, labelled: string, described: string | undefined, wrong: boolean,
 *   required: boolean}} Field  ids of the parts of an `input` block
 */

/**
 * The attributes of a control that a `<label for>` can name.
 * @param {Field | undefined} field undefined outside of an `input` block
 * @param {any} element
 * @param {string} otherwise what it is called without a label
 */
export function named(field, element, otherwise) {
  const own = {
    "data-action-id": element.action_id,
    autofocus: element.focus_on_load || undefined,
  };
  if (!field) return { ...own, "aria-label": otherwise };
  return {
    ...own,
    ...told(field),
    id: field.id,
    "aria-required": field.required ? "true" : undefined,
  };
}

/** The attributes of a group of controls. */
export function group(field, element, otherwise) {
  const name = field
    ? { "aria-labelledby": field.labelled, ...told(field) }
    : { "aria-label": otherwise };
  return { "data-action-id": element.action_id, ...name };
}

function told({ described, wrong }) {
  return { "aria-describedby": described, "aria-invalid": wrong ? "true" : undefined };
}
