// @ts-check
// Initial values of elements, and validation of entered values.
// A value has the form that the sandbox's `submit` and `click` take: text, an option's value, a list of
// values, an id, "YYYY-MM-DD", "HH:MM" or seconds; null means cleared by the person.

/** @type {Record<string, (element: any) => any>} */
const INITIAL = {
  static_select: (element) => element.initial_option?.value,
  external_select: (element) => element.initial_option?.value,
  radio_buttons: (element) => element.initial_option?.value,
  checkboxes: options,
  multi_static_select: options,
  multi_external_select: options,
  users_select: (element) => element.initial_user,
  multi_users_select: (element) => element.initial_users,
  conversations_select: (element) => element.initial_conversation,
  multi_conversations_select: (element) => element.initial_conversations,
  channels_select: (element) => element.initial_channel,
  multi_channels_select: (element) => element.initial_channels,
  datepicker: (element) => element.initial_date,
  timepicker: (element) => element.initial_time,
  datetimepicker: (element) => element.initial_date_time,
};

/** @param {any} element @returns {any} its value before anybody touched it, else undefined */
export function initial(element) {
  return (INITIAL[element.type] ?? ((each) => each.initial_value))(element);
}

/**
 * The value of one element in a form: entered, else initial.
 * @param {any} block
 * @param {any} element
 * @param {Record<string, Record<string, any>> | undefined} values
 */
export function held(block, element, values) {
  const entered = values?.[block.block_id]?.[element.action_id];
  return entered === undefined ? initial(element) : entered;
}

/** @param {string} text @returns {number} characters as a person counts code points */
export function length(text) {
  return [...text].length;
}

/**
 * The errors that Slack's client shows before sending a form: block id -> sentence.
 * @param {any[]} blocks
 * @param {Record<string, Record<string, any>>} values
 * @returns {Record<string, string>}
 */
export function problems(blocks, values) {
  const inputs = blocks.filter((block) => block.type === "input");
  const said = inputs.map((block) => [
    block.block_id,
    problem(block, held(block, block.element, values)),
  ]);
  return Object.fromEntries(said.filter(([, sentence]) => sentence));
}

function problem({ element, optional }, value) {
  if (value === undefined || value === null || value.length === 0)
    return optional ? "" : "Please complete this required field.";
  if (typeof value !== "string") return "";
  const { min_length: low = 0, max_length: high = 3000 } = element;
  if (length(value) < low) return `Please enter at least ${low} characters.`;
  return length(value) > high
    ? `Please enter at most ${high} characters.`
    : malformed(element, value);
}

function malformed({ type, min_value: low, max_value: high }, value) {
  if (type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !/^https?:\/\/\S+$/i.test(value))
    return "Please enter a valid URL.";
  if (type !== "number_input") return "";
  const number = Number(value);
  if (Number.isNaN(number)) return "Please enter a number.";
  if (low !== undefined && number < Number(low)) return `Please enter at least ${low}.`;
  return high !== undefined && number > Number(high) ? `Please enter at most ${high}.` : "";
}

function options(element) {
  return element.initial_options?.map((option) => option.value);
}
