"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` as if they had happened.

A file is a list of `[[ticket]]` with the arguments of `customer_opens`, `ago` (hours before the
start), and `[[ticket.then]]` with `by` (a role), `ago`, `text` and optionally `action` (CLOSED and
REOPENED close and reopen the ticket).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slackbridge.sandbox.clickbank.drivers import Drivers
from slackbridge.sandbox.seeds import Json, Step, replay


def seed(desk: Drivers) -> None:
    replay("clickbank", desk.clock, lambda story: _Story(desk, story).steps())


class _Story:
    """One ticket's past, as acts on the desk with their age in hours."""

    def __init__(self, desk: Drivers, story: Json) -> None:
        self._desk = desk
        self._story = story
        self._id = 0

    def steps(self) -> Iterator[Step]:
        yield self._story["ago"], self._open
        for entry in self._story.get("then", []):
            yield entry["ago"], partial(self._then, entry)

    def _open(self) -> None:
        about = {k: v for k, v in self._story.items() if k not in ("ago", "then")}
        self._id = self._desk.customer_opens(**about)

    def _then(self, entry: Json) -> None:
        text, role = entry.get("text", ""), entry["by"]
        match entry.get("action", "COMMENTED"):
            case "CLOSED":
                self._desk.close(self._id, role, text)
            case "REOPENED":
                self._desk.reopen(self._id, text, role)
            case action:
                self._desk.someone_writes(self._id, role, text, action)
