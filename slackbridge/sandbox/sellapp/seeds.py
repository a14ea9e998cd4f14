"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` as if they had happened.

A file is a list of `[[ticket]]` with email, title, optionally order_id, product_id, reason, and
`closed`, `archived` (hours before the start), and of `[[ticket.message]]` with `by` (customer or
store), `ago` (hours before the start) and `text`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from typing import Any

from slackbridge.sandbox.sellapp.drivers import HOUR, Drivers

Json = dict[str, Any]
Step = tuple[float, Callable[[], object]]


def seed(desk: Drivers) -> None:
    """Replay all stories in the order of time, so that ids and times grow together."""
    steps = [step for story in stories() for step in _Story(desk, story).steps()]
    now = desk.clock.now()
    for ago, act in sorted(steps, key=lambda step: -step[0]):
        with desk.clock.pinned(now - ago * HOUR):
            act()


def stories() -> list[Json]:
    """All tickets of all seed files."""
    folder = files("slackbridge.sandbox.sellapp") / "seed"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in found if file.name.endswith(".toml")]
    return [story for text in texts for story in tomllib.loads(text)["ticket"]]


class _Story:
    """One ticket's past, as acts on the desk with their age in hours."""

    def __init__(self, desk: Drivers, story: Json) -> None:
        self._desk = desk
        self._story = story
        self._id = 0

    def steps(self) -> Iterator[Step]:
        opening, *later = self._story["message"]
        yield opening["ago"], partial(self._open, opening["text"])
        for message in later:
            yield message["ago"], partial(self._write, message)
        if "closed" in self._story:
            yield self._story["closed"], lambda: self._desk.close(self._id)
        if "archived" in self._story:
            yield self._story["archived"], lambda: self._desk.archive(self._id)

    def _open(self, text: str) -> None:
        about = ("title", "email", "order_id", "product_id", "reason")
        given = {key: self._story[key] for key in about if key in self._story}
        self._id = self._desk.customer_opens(**given, text=text)

    def _write(self, message: Json) -> None:
        if message["by"] == "store":
            self._desk.merchant_writes(self._id, message["text"])
        else:
            self._desk.customer_writes(self._id, message["text"])
