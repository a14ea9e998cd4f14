// @ts-check
// The stage: draws a test's blocks and records the actions of their elements.

import { render } from "preact";
import { html } from "/static/html.js";
import * as dates from "/static/blocks/dates.js";
import * as mrkdwn from "/static/blocks/mrkdwn-tree.js";
import * as words from "/static/blocks/text.js";
import * as forms from "/static/blocks/values.js";
import { Blocks, Mrkdwn } from "/static/blocks/render.js";

const acted = [];
const values = {};
const answers = [];
let cards = [];
let errors = {};

const host = {
  me: "U0ANNA",
  users: new Map([
    ["U0ANNA", { name: "anna", real_name: "Anna Huber" }],
    ["U0BEN", { name: "ben", real_name: "" }],
    ["U0GONE", { name: "gone", real_name: "Gone Girl", deleted: true }],
  ]),
  channels: new Map([
    ["C0SUPPORT", { name: "support", kind: "channel" }],
    ["G0SECRET", { name: "secret", kind: "group" }],
    ["C0OLD", { name: "old", kind: "channel", archived: true }],
  ]),
  usergroups: new Map([["S0AGENTS", { handle: "agents" }]]),
  emoji: { wave: "👋", technologist: "🧑‍💻", "+1": "👍" },
  values,
  image: (url) => (url.startsWith("data:") ? url : null),
  setValue(block, action, value) {
    (values[block] ??= {})[action] = value;
    draw();
  },
  act(element, block, selected) {
    acted.push([element.action_id, block.block_id, selected]);
    document.body.dataset.acted = String(acted.length); // for tests to wait for
    return answers.length ? answers.shift()() : Promise.resolve();
  },
};

function draw() {
  const shown = cards.map(
    ([name, blocks]) => html`<section class="card" aria-label=${name} key=${name}>
      ${name && html`<h1>${name}</h1>`}
      <${Blocks} blocks=${blocks} host=${{ ...host, errors }} />
    </section>`,
  );
  render(html`${shown}`, document.getElementById("stage"));
}

/** The tests' API. */
window.stage = {
  acted,
  values,
  clear() {
    for (const list of [acted, answers]) list.length = 0;
    document.body.dataset.acted = "0";
    for (const block of Object.keys(values)) delete values[block];
    this.show([]);
  },
  show(given, wrong = {}) {
    cards = given;
    errors = wrong;
    draw();
  },
  say(text) {
    render(html`<${Mrkdwn} text=${text} ...${host} />`, document.getElementById("stage"));
  },
  answer: (how) => answers.push(how),
  /** The pure modules. */
  tree: mrkdwn.tree,
  dateText: dates.dateText,
  plain: (what) => words.plain(what, host),
  problems: forms.problems,
};
