"""The customers' side of one marketplace; a subclass per marketplace fills in what differs.

Rights are shown in the ticket and checked by `Marketplaces`, not here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from slackbridge.demo.markets import MarketSandbox
from slackbridge.demo.page.customer import CustomerMessage, CustomerTicket
from slackbridge.demo.page.responses import unknown
from slackbridge.sandbox.slack.files import Shared

S = TypeVar("S", bound=MarketSandbox)


class Market(ABC, Generic[S]):
    """`writes` names the API operations with which the bridge changes something.

    `html` and `files` tell what customers may send. An unknown ticket or file raises Problem (404).
    """

    name: str
    label: str
    account: str
    html = files = False
    writes: tuple[str, ...]

    def __init__(self, sandbox: S) -> None:
        self.sandbox = sandbox

    def tickets(self) -> list[CustomerTicket]:
        return [self._shown(ticket) for ticket in self.sandbox.tickets.values()]

    def ticket(self, id: str) -> CustomerTicket:
        found = self.sandbox.tickets.get(self._key(id))
        if found is None:
            raise unknown(f"ticket {id} at {self.label}")
        return self._shown(found)

    def open(self, message: CustomerMessage) -> str:
        """Open a ticket; returns its id."""
        return self.open_sample(self._opening(message))

    def open_sample(self, facts: dict[str, Any]) -> str:
        """Open a ticket with the arguments of this marketplace's own `customer_opens`."""
        return str(self.sandbox.customer_opens(**facts))

    def write(self, id: str, message: CustomerMessage) -> str:
        """Add a message to a ticket; returns the message's id."""
        return str(self.sandbox.customer_writes(self._key(id), message.words))

    def close(self, id: str) -> None:
        self.sandbox.close(self._key(id))

    @abstractmethod
    def reopen(self, id: str) -> None:
        """Raises Problem where the marketplace does not let customers reopen tickets."""

    def file(self, id: str) -> Shared:
        raise unknown(f"file {id} at {self.label}")

    def _key(self, id: str) -> Any:
        """The sandbox's key of a ticket; -1, which no ticket has, unless `id` is a number."""
        return int(id) if id.isascii() and id.isdigit() and len(id) < 20 else -1

    @abstractmethod
    def _opening(self, message: CustomerMessage) -> dict[str, Any]:
        """A message as arguments of `customer_opens`."""

    @abstractmethod
    def _shown(self, ticket: Any) -> CustomerTicket: ...


def money(amount: float, currency: str) -> str:
    """`47.00 EUR`."""
    return f"{amount:,.2f} {currency}"
