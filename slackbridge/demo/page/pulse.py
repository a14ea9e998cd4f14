"""From what the servers commit to what open pages are told, in bursts.

A ledger speaks before the act is through; so everything is looked at in the next turn of the loop,
and a message that changed five times in one turn is told once.
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

BOOKS_SECONDS = 0.5
MEMBERS = frozenset({"joined", "archived", "unarchived"})
UNSEEN = frozenset({"clicked", "shortcut", "ephemeral"})  # change no message that all see
Json = dict[str, Any]


class Pulse:
    """Watches a workspace and marketplaces; `books` makes the state of the books."""

    def __init__(
        self,
        feed: Feed,
        workspace: Workspace,
        markets: Iterable[Market],
        books: Callable[[], Json],
    ) -> None:
        self._feed = feed
        self._workspace = workspace
        self._books = books
        self._marks: dict[tuple[str, ...], None] = {}
        self._messages: dict[tuple[str, str], str] = {}
        self._turn: asyncio.Handle | None = None
        self._tick: asyncio.TimerHandle | None = None
        workspace.ledger.watch(self._in_slack)
        workspace.views.watch(self._in_view)
        for market in markets:
            market.desk.ledger.watch(partial(self._at_market, market.name))

    def books_changed(self) -> None:
        """Tell the books soon; at most twice a second, and only if anybody listens."""
        if self._tick is None and self._feed.heard:
            loop = asyncio.get_running_loop()
            self._tick = loop.call_later(BOOKS_SECONDS, self._tell_books)

    def close(self) -> None:
        for due in (self._turn, self._tick):
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
        self.books_changed()

    def _in_view(self, view: View) -> None:
        self._mark("person", view.user)

    def _at_market(self, market: str, entry: Entry) -> None:
        self._mark("ticket", market, str(entry.data.get("ticket_id", "")))
        self.books_changed()

    def _mark_message(self, channel: str, ts: str, root: str | None) -> None:
        """A reply changes the count on its thread's root."""
        self._messages[channel, ts] = root or self._messages.get((channel, ts), "")
        if root:
            self._messages.setdefault((channel, root), "")
        self._wake()

    def _mark(self, *what: str) -> None:
        self._marks.setdefault(what)
        self._wake()

    def _wake(self) -> None:
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._turn = None
        marks, self._marks = self._marks, {}
        messages, self._messages = self._messages, {}
        if not self._feed.heard:
            return
        for (channel, ts), root in messages.items():
            self._tell_message(channel, ts, root)
        for type, *what in marks:
            match type:
                case "person":
                    self._feed.publish(type, {"user": what[0]})
                case "ticket":
                    self._feed.publish(type, {"market": what[0], "ticket": what[1]})
                case _:
                    self._feed.publish(type, {})

    def _tell_message(self, channel: str, ts: str, root: str) -> None:
        message = self._workspace.message(channel, ts)
        thread = (message or {}).get("thread_ts", root)
        place = {"channel": channel, "ts": ts, "root": "" if thread == ts else thread}
        self._feed.publish("message", {**place, "message": message})

    def _tell_books(self) -> None:
        self._tick = None
        self._feed.publish("books", self._books())
