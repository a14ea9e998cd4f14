"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` as if they had happened.

A file is a list of `[[ticket]]` with name, email, country, topic, item and `[[ticket.message]]`
with `by` (customer, merchant, refurbed, system), `ago` (hours before the start), `html`, and
optionally `internal`, `agent`, `attachments` (names of files). Optional on a ticket: `buyback`,
`assignee`, `notes`, `panic`, `urgent`, and `solved` or `closed` (hours before the start).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slackbridge.sandbox.refurbed.drivers import Drivers
from slackbridge.sandbox.refurbed.files import Upload, sample
from slackbridge.sandbox.refurbed.vocabulary import Urgency
from slackbridge.sandbox.seeds import Json, Step, replay


def seed(desk: Drivers) -> None:
    replay("refurbed", desk.clock, lambda story: _Story(desk, story).steps())


class _Story:
    """One ticket's past, as acts on the desk with their age in hours."""

    def __init__(self, desk: Drivers, story: Json) -> None:
        self._desk = desk
        self._story = story
        self._id = 0

    def steps(self) -> Iterator[Step]:
        opening, *later = self._story["message"]
        yield opening["ago"], partial(self._open, opening)
        for message in later:
            yield message["ago"], partial(self._write, message)
        yield self._story["message"][-1]["ago"], self._mark
        for end in ("solved", "closed"):
            if end in self._story:
                yield self._story[end], partial(self._end, end)

    def _open(self, message: Json) -> None:
        about = ("name", "email", "topic", "country", "item")
        self._id = self._desk.customer_opens(
            **{key: self._story[key] for key in about},
            html=message["html"],
            buyback=self._story.get("buyback", False),
            attachments=_uploads(message),
        )

    def _write(self, message: Json) -> None:
        desk, html, uploads = self._desk, message["html"], _uploads(message)
        internal = message.get("internal", False)
        match message["by"]:
            case "customer":
                desk.customer_writes(self._id, html, uploads)
            case "refurbed":
                desk.refurbed_writes(self._id, html, internal, uploads)
            case "merchant":
                agent = message.get("agent", "ines.weber@example.com")
                desk.merchant_writes(self._id, html, agent, internal, uploads)
            case "system":
                desk.system_writes(self._id, html, uploads)

    def _mark(self) -> None:
        desk, story, ticket = self._desk, self._story, self._desk.ticket(self._id)
        if "assignee" in story:
            desk.assign(ticket, story["assignee"])
        if "notes" in story:
            desk.set_notes(ticket, story["notes"])
        if story.get("panic"):
            desk.panic(self._id)
        if story.get("urgent"):
            desk.set_urgency(self._id, Urgency.URGENT)

    def _end(self, end: str) -> None:
        if end == "solved":
            self._desk.solve(self._id)
        else:
            self._desk.close(self._id)


def _uploads(message: Json) -> list[Upload]:
    return [sample(name) for name in message.get("attachments", [])]
