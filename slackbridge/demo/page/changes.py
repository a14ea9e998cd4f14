"""Turns commits of the servers into events for the open pages.

A ledger calls its watchers before the act is complete. So state is read in the next iteration of
the event loop, and several changes of one message in one iteration become one event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from slackbridge.demo.page.feed import Feed
from slackbridge.demo.page.markets.market import Market
from slackbridge.sandbox.ledger import Entry
from slackbridge.sandbox.slack.views import View
from slackbridge.sandbox.slack.workspace import Workspace

LEDGERS_SECONDS = 0.5
MEMBERS = frozenset({"joined", "archived", "unarchived"})
UNSEEN = frozenset({"clicked", "shortcut", "ephemeral"})  # change no message in a channel
FACTS = {"channels": (), "person": ("user",), "ticket": ("market", "ticket")}
Json = dict[str, Any]


class Changes:
    """Watches a workspace and marketplaces; `ledgers` returns the data of the `books` event."""

    def __init__(
        self,
        feed: Feed,
        workspace: Workspace,
        markets: Iterable[Market[Any]],
        ledgers: Callable[[], Json],
    ) -> None:
        self._feed = feed
        self._workspace = workspace
        self._ledgers = ledgers
        self._marks: dict[tuple[str, ...], None] = {}
        self._messages: dict[tuple[str, str], str] = {}
        self._flush: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        workspace.ledger.watch(self._in_slack)
        workspace.views.watch(self._in_view)
        for market in markets:
            market.sandbox.ledger.watch(partial(self._at_market, market.name))

    def ledgers_changed(self) -> None:
        """Publish the ledgers, at most every LEDGERS_SECONDS and only to open pages."""
        if self._timer is None and self._feed.has_listeners:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LEDGERS_SECONDS, self._publish_ledgers)

    def close(self) -> None:
        for due in (self._flush, self._timer):
            if due is not None:
                due.cancel()

    def _in_slack(self, entry: Entry) -> None:
        data = entry.data
        if entry.act in MEMBERS:
            self._mark("channels")
        if user := data.get("to") or (entry.act == "response_url" and data.get("user")):
            self._mark("person", str(user))
        if entry.act not in UNSEEN and data.get("channel") and data.get("ts"):
            self._mark_message(data["channel"], data["ts"], data.get("thread_ts"))
        self.ledgers_changed()

    def _in_view(self, view: View) -> None:
        self._mark("person", view.user)

    def _at_market(self, market: str, entry: Entry) -> None:
        self._mark("ticket", market, str(entry.data.get("ticket_id", "")))
        self.ledgers_changed()

    def _mark_message(self, channel: str, ts: str, root: str | None) -> None:
        """A reply also changes its root's reply count."""
        self._messages[channel, ts] = root or self._messages.get((channel, ts), "")
        if root:
            self._messages.setdefault((channel, root), "")
        self._schedule()

    def _mark(self, *what: str) -> None:
        self._marks.setdefault(what)
        self._schedule()

    def _schedule(self) -> None:
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        self._flush = None
        marks, self._marks = self._marks, {}
        messages, self._messages = self._messages, {}
        if not self._feed.has_listeners:
            return
        for (channel, ts), root in messages.items():
            self._publish_message(channel, ts, root)
        for type, *what in marks:
            self._feed.publish(type, dict(zip(FACTS[type], what, strict=True)))

    def _publish_message(self, channel: str, ts: str, root: str) -> None:
        message = self._workspace.message(channel, ts)
        thread = (message or {}).get("thread_ts", root)
        place = {"channel": channel, "ts": ts, "root": "" if thread == ts else thread}
        self._feed.publish("message", {**place, "message": message})

    def _publish_ledgers(self) -> None:
        self._timer = None
        self._feed.publish("books", self._ledgers())
