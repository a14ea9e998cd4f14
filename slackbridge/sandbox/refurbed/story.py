"""The tickets of `seed/*.toml`.

A file is a list of `[[ticket]]` with name, email, country, topic, item and `[[ticket.message]]`
with `by` (customer, merchant, refurbed, system), `ago` (hours before the start), `html`, and
optionally `internal`, `agent`, `attachments` (names of files). Optional on a ticket: `buyback`,
`assignee`, `notes`, `panic`, `urgent`, and `solved` or `closed` (hours before the start).
"""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.sandbox.refurbed.drivers import Drivers
from slackbridge.sandbox.refurbed.files import Upload, sample
from slackbridge.sandbox.refurbed.vocabulary import Urgency
from slackbridge.sandbox.seeds import BaseStory, Json


class Story(BaseStory[Drivers, int]):
    def _open(self, entry: Json) -> None:
        about = ("name", "email", "topic", "country", "item")
        self._id = self._drivers.customer_opens(
            **{key: self._story[key] for key in about},
            html=entry["html"],
            buyback=self._story.get("buyback", False),
            attachments=_uploads(entry),
        )

    def _add(self, entry: Json) -> None:
        drivers, html, uploads = self._drivers, entry["html"], _uploads(entry)
        internal = entry.get("internal", False)
        match entry["by"]:
            case "customer":
                drivers.customer_writes(self._id, html, uploads)
            case "refurbed":
                drivers.refurbed_writes(self._id, html, internal, uploads)
            case "merchant":
                agent = entry.get("agent", "ines.weber@example.com")
                drivers.merchant_writes(self._id, html, agent, internal, uploads)
            case "system":
                drivers.system_writes(self._id, html, uploads)

    def _mark(self) -> None:
        drivers, story, ticket = self._drivers, self._story, self._drivers.ticket(self._id)
        if "assignee" in story:
            drivers.assign(ticket, story["assignee"])
        if "notes" in story:
            drivers.set_notes(ticket, story["notes"])
        if story.get("panic"):
            drivers.panic(self._id)
        if story.get("urgent"):
            drivers.set_urgency(self._id, Urgency.URGENT)

    def _ends(self) -> dict[str, Callable[[int], None]]:
        return {"solved": self._drivers.solve, "closed": self._drivers.close}


def _uploads(entry: Json) -> list[Upload]:
    return [sample(name) for name in entry.get("attachments", [])]
