"""The tickets a fresh sandbox starts with, replayed from `seed/tickets.toml` as if they happened.

The file is a list of `[[ticket]]` with email, subject, optionally order, invoice, product, amount
and currency, and `[[ticket.message]]` with `by` (a sender), `ago` (hours before the start) and
`text`; optionally `closed` (hours before the start).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slackbridge.sandbox.seeds import Json, Step, replay
from slackbridge.sandbox.sellgate.drivers import Drivers

ABOUT = ("invoice_id", "product", "amount", "currency")


def seed(desk: Drivers) -> None:
    replay("sellgate", desk.clock, lambda story: _Story(desk, story).steps())


class _Story:
    """One ticket's past, as acts on the desk with their age in hours."""

    def __init__(self, desk: Drivers, story: Json) -> None:
        self._desk = desk
        self._story = story
        self._id = ""

    def steps(self) -> Iterator[Step]:
        opening, *later = self._story["message"]
        yield opening["ago"], partial(self._open, opening["text"])
        for message in later:
            yield message["ago"], partial(self._write, message["by"], message["text"])
        if "closed" in self._story:
            yield self._story["closed"], self._close

    def _open(self, text: str) -> None:
        story = self._story
        self._id = self._desk.customer_opens(
            email=story["email"],
            subject=story["subject"],
            text=text,
            order_id=story.get("order_id"),
            **{name: story[name] for name in ABOUT if name in story},
        )

    def _write(self, by: str, text: str) -> None:
        self._desk.someone_writes(self._id, by, text)

    def _close(self) -> None:
        self._desk.close(self._id)
