// The title of the window: the current place and the number of unread messages.
// @ts-check
import { effect } from "@preact/signals";
import { channels, route } from "../state.js";
import { fresh } from "./seen.js";

const VIEWS = { home: "slackbridge", customers: "Customers", faults: "Faults and ledger" };

effect(() => {
  const news = Object.values(fresh.value).reduce((sum, list) => sum + list.length, 0);
  const channel = channels.value.get(route.value.channel);
  const where = VIEWS[route.value.view] ?? (channel ? `#${channel.name}` : "");
  document.title = `${news ? `(${news}) ` : ""}${where ? `${where} · ` : ""}slackbridge sandbox`;
});
