"""What the contract suite needs of a marketplace: people who use it, faults, and a provider.

Implement `Market` with a server that behaves like the marketplace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from slackbridge.sdk import Provider


class Call(StrEnum):
    """A kind of call, whatever the marketplace names it."""

    LIST = "list"  # a page of tickets
    READ = "read"  # one ticket; the first call of several
    REPLY = "reply"  # the one that adds a message


class When(StrEnum):
    """At which point of a call the trouble happens."""

    BEFORE = "before"  # the request is read, nothing is committed
    AFTER = "after"  # committed, nothing of the answer has left
    HALF = "half"  # half of the answer has left


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong with one call.

    With `seconds` the server is that slow; with `status` it answers this instead; with `other` it
    answers what it answered to the call of that kind before, about another ticket (one that cannot
    may cut the connection); else it cuts the connection.
    """

    when: When
    status: int = 0
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    other: bool = False


class Market(Protocol):
    """A marketplace without tickets, freshly started, whose clock stands still between `tick`s.

    `provider` talks to it with a time-out of about half a second and no limit on its pace. `token`
    is its credential. `missing` is a well-formed id of no ticket. Texts are plain.
    """

    provider: Provider
    token: str
    missing: str

    def customer_opens(self, text: str) -> str:
        """A customer opens a ticket with a message; its id."""

    def customer_writes(self, id: str, text: str) -> None: ...

    def merchant_writes(self, id: str, text: str) -> None:
        """An agent answers in the marketplace's own pages."""

    def stranger_writes(self, id: str, text: str) -> None:
        """A message by an unknown kind of sender."""

    def close(self, id: str) -> None:
        """The ticket is closed there."""

    def strange_status(self, id: str) -> str:
        """The ticket gets an unknown status; the word for it."""

    def bulk(self, n: int) -> list[str]:
        """`n` active tickets, all of the same instant; their ids."""

    def tick(self, seconds: float) -> None:
        """Time passes there."""

    def trouble(self, call: Call, trouble: Trouble) -> None:
        """The next call of that kind meets trouble."""

    def seen(self, call: Call) -> int:
        """How many calls of that kind have arrived."""

    def replies(self, id: str) -> list[str]:
        """The texts that were added through the API, as the customer reads them."""

    def revoke(self) -> None:
        """The credential is not accepted any more."""

    def restore(self) -> None:
        """The credential is accepted again."""
