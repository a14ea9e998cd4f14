"""A marketplace as the rig needs it: customers who write, and what was committed there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackbridge.demo.markets import CLICKBANK, SELLAPP, SELLGATE
from slackbridge.demo.world import ACCOUNT, World
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.refurbed.files import sample
from slackbridge.sandbox.refurbed.vocabulary import Sender

Id = int | str


class Shop:
    """One account's marketplace; `html` says that customers write HTML there."""

    def __init__(self, account: str, server: Any, *, html: bool) -> None:
        self.account = account
        self.server = server
        self._html = html

    @property
    def faults(self) -> Faults:
        found: Faults = self.server.faults
        return found

    def opens(self, text: str) -> Id:
        """A customer opens a ticket."""
        said = {"html": f"<p>{text}</p>"} if self._html else {"text": text}
        ticket: Id = self.server.customer_opens(**said)
        return ticket

    def writes(self, ticket: Id, text: str, *pictures: str) -> None:
        """The customer writes once more; the names are of pictures that come with it."""
        more = {"attachments": [sample(name) for name in pictures]} if pictures else {}
        self.server.customer_writes(ticket, f"<p>{text}</p>" if self._html else text, **more)

    def pictures(self, ticket: Id) -> list[str]:
        """The names of all files of a ticket's customer."""
        found = []
        for message in self.server.messages(ticket) if self.account == ACCOUNT else ():
            if message.author.sender is not Sender.MERCHANT:
                found += [file.filename for file in message.attachments]
        return found

    def attached(self, tickets: Sequence[Id]) -> dict[str, list[str]]:
        """The names of the files that went with each of the sellers' replies."""
        return {
            str(e.data["text"]): list(e.data.get("attachments", ()))
            for e in self.server.ledger.all("reply")
            if e.data["ticket_id"] in tickets
        }

    def tickets(self) -> list[Id]:
        return list(self.server.tickets)

    def messages(self, ticket: Id) -> list[str]:
        """The ids of a ticket's messages, in order."""
        return [str(message.id) for message in self.server.messages(ticket)]

    def replies(self, tickets: Sequence[Id]) -> list[tuple[str, str]]:
        """What sellers wrote to customers by the API: id and text, in order."""
        return [
            (str(e.data.get("message_id") or e.data.get("comment_id")), str(e.data["text"]))
            for e in self.server.ledger.all("reply")
            if e.data["ticket_id"] in tickets and e.data.get("scope", "PUBLIC") == "PUBLIC"
        ]

    def created(self, tickets: Sequence[Id]) -> int:
        """How many of these tickets were opened by the API."""
        return sum(e.data["ticket_id"] in tickets for e in self.server.ledger.all("create"))


def shop(place: World, account: str) -> Shop:
    """The marketplace of an account. Raises KeyError where the world has none."""
    if account == ACCOUNT:
        return Shop(ACCOUNT, place.refurbed, html=True)
    others = place.others
    assert others is not None
    servers = {CLICKBANK: others.clickbank, SELLAPP: others.sellapp, SELLGATE: others.sellgate}
    return Shop(account, servers[account], html=False)
