"""What the page can ask of any marketplace; only the adapters beside this file know one of them.

An adapter shows tickets as sheets and acts through the marketplace's drivers. What a customer may
do at all stands in the sheet and is checked by whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from slackbridge.demo.page.markets.sheet import Sheet
from slackbridge.demo.page.problem import Problem, unknown
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.refurbed.files import Upload
from slackbridge.sandbox.refurbed.markup import plain

Json = dict[str, Any]
TITLE = 60
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show in place; anything else is only offered for download."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a customer writes, in words or in HTML; name, e-mail and title are of a new ticket."""

    text: str = ""
    html: str = ""
    files: Sequence[Upload] = ()
    name: str = ""
    email: str = ""
    title: str = ""

    @property
    def words(self) -> str:
        """The text alone. Raises Problem if there is none."""
        words = self.text.strip() or plain(self.html)
        if not words:
            raise Problem("Write something first.")
        return words

    @property
    def headline(self) -> str:
        """The title, or else the first words."""
        first = self.title.strip() or self.words.splitlines()[0]
        return first if len(first) <= TITLE else f"{first[: TITLE - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file."""

    name: str
    mimetype: str
    data: bytes


class Desk(Protocol):
    """What every marketplace of the sandbox has."""

    ledger: Ledger
    faults: Faults

    def pass_time(self, hours: float) -> None: ...


class Market(Protocol):
    """One marketplace. `writes` names the calls by which the bridge changes something there.

    An unknown ticket or file raises Problem (404).
    """

    name: str
    label: str
    account: str
    html: bool
    files: bool
    writes: tuple[str, ...]

    @property
    def desk(self) -> Desk: ...

    def sheets(self) -> list[Sheet]: ...

    def sheet(self, ticket: str) -> Sheet: ...

    def open(self, letter: Letter) -> str: ...

    def arrive(self, story: Json) -> str:
        """A ticket with all that only this marketplace's customers can say."""

    def write(self, ticket: str, letter: Letter) -> str: ...

    def close(self, ticket: str) -> None: ...

    def reopen(self, ticket: str) -> None: ...

    def file(self, number: str) -> Content: ...


class WordsOnly:
    """What marketplaces have in common whose customers can send neither HTML nor files."""

    label: str
    html = files = False

    def file(self, number: str) -> Content:
        raise unknown(f"file {number} at {self.label}")


def number(ticket: str) -> int:
    """An id of digits as a number; -1, which no ticket has, for anything else."""
    return int(ticket) if ticket.isascii() and ticket.isdigit() and len(ticket) < 20 else -1


def money(amount: float, currency: str) -> str:
    """`47.00 EUR`."""
    return f"{amount:,.2f} {currency}"
