"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` as if they had happened.

A file is a list of `[[ticket]]` with email, title, optionally order_id, product_id, reason, and
`closed`, `archived` (hours before the start), and of `[[ticket.message]]` with `by` (customer or
store), `ago` (hours before the start) and `text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slackbridge.sandbox.seeds import Json, Step, replay
from slackbridge.sandbox.sellapp.drivers import Drivers


def seed(desk: Drivers) -> None:
    replay("sellapp", desk.clock, lambda story: _Story(desk, story).steps())


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
