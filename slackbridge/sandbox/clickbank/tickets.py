"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` as if they had happened.

A file is a list of `[[ticket]]` with the arguments of `customer_opens`, `ago` (hours before the
start), and `[[ticket.then]]` with `by` (a role), `ago`, `text` and optionally `action` (CLOSED and
REOPENED close and reopen the ticket).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from typing import Any

from slackbridge.sandbox.clickbank.drivers import Drivers
from slackbridge.sandbox.clickbank.records import HOUR

Json = dict[str, Any]
Step = tuple[float, Callable[[], None]]


def seed(desk: Drivers) -> None:
    """Replay all stories in the order of time, so that ids and times grow together."""
    steps = [step for story in stories() for step in _Story(desk, story).steps()]
    now = desk.clock.now()
    for ago, act in sorted(steps, key=lambda step: -step[0]):
        with desk.clock.pinned(now - ago * HOUR):
            act()


def stories() -> list[Json]:
    """All tickets of all seed files."""
    folder = files("slackbridge.sandbox.clickbank") / "seed"
    texts = (
        file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    )
    return [story for text in texts for story in tomllib.loads(text)["ticket"]]


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
