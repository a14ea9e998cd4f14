"""Whether an account may be taken over by the place it is now configured for. Pure.

Adopting means: it is the same store at another address, so everything that is known of it holds.
For another store nothing of it would, so that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from slackbridge.domain.account import BoundStore
from slackbridge.domain.intent import Intent, State, mark_unknown
from slackbridge.domain.model import Ticket, TicketKey
from slackbridge.rules.binding import NEW_NAME

SHOWN = 20  # tickets that are compared
MOVED = "The account was moved to another address while this waited"


class Found(StrEnum):
    """What the new place has under the number of a ticket that is on record."""

    SAME = "as it was"
    CHANGED = "has changed, or is another ticket"
    ABSENT = "is not there"


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A ticket on record: its thread ('' = none) and the revision that was seen last."""

    key: TicketKey
    link: str
    revision: str
    active: bool
    waiting: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What adopting would do. `now` is the new place, with what it says of itself."""

    account: str
    bound: BoundStore
    now: BoundStore
    records: Sequence[OnRecord]
    there: Mapping[TicketKey, Ticket | None] = field(default_factory=dict)

    @property
    def certain(self) -> bool:
        """Whether the marketplace itself says that it is the same store."""
        return self.bound.confirms(self.now)

    @property
    def waiting(self) -> tuple[OnRecord, ...]:
        return tuple(one for one in self.records if one.waiting)

    @property
    def compared(self) -> tuple[tuple[OnRecord, Found], ...]:
        return tuple(
            (one, _found(one, self.there[one.key])) for one in self.records if one.key in self.there
        )

    @property
    def refusal(self) -> str:
        """Why it must not be adopted; '' if it may."""
        if self.bound.provider != self.now.provider:
            return f"That is another marketplace: nothing on record would mean the same. {NEW_NAME}"
        if self.bound.denies(self.now):
            return f"The marketplace says that this is another store. {NEW_NAME}"
        results = [found for _, found in self.compared]
        if results and not self.certain and Found.SAME not in results:
            return (
                f"Of {len(results)} tickets that were compared none is there as it was, so this is "
                f"taken for another store, whose customers would get the answers to others. "
                f"{NEW_NAME}"
            )
        return ""

    @property
    def lines(self) -> list[str]:
        """What is on record, and which threads would answer to whom."""
        tickets = [one for one in self.records if not one.key.is_account]
        threads = sum(bool(one.link) and one.active for one in tickets)
        intents = sum(len(one.waiting) for one in self.records)
        return [
            f"{self.account} is bound to {self.bound}",
            f"and is now configured for {self.now}.",
            f"On record: {len(tickets)} tickets, {threads} open threads, {intents} requests "
            "that wait to be sent.",
            *(_line(one, found, self.there[one.key]) for one, found in self.compared),
            *([self.refusal] if self.refusal else self._promise),
        ]

    @property
    def _promise(self) -> list[str]:
        told = "The marketplace says that it is the same store."
        meant = "It is taken to be the same store: everything on record is kept and believed."
        if self.certain:
            return [f"{told} Everything on record is kept, and what waits is sent."]
        if not self.waiting:
            return [meant]
        return [meant, "What waits to be sent is held: each asks in its thread first."]


def on_hold(intent: Intent) -> Intent:
    """A request that was to be sent to the old address."""
    if intent.state is State.SENDING:
        return mark_unknown(intent, f"{MOVED.lower()}, so its outcome cannot be checked")
    return intent.but(state=State.HELD, reason=f"{MOVED}.", undoable=False)


def sample(records: Sequence[OnRecord]) -> list[OnRecord]:
    """The tickets to compare: those with the most to lose first."""
    known = [one for one in records if one.revision]
    return sorted(known, key=lambda one: (not one.waiting, not one.active))[:SHOWN]


def _found(one: OnRecord, ticket: Ticket | None) -> Found:
    if ticket is None:
        return Found.ABSENT
    return Found.SAME if ticket.revision == one.revision else Found.CHANGED


def _line(one: OnRecord, found: Found, ticket: Ticket | None) -> str:
    who = f" of {ticket.customer.name or ticket.customer.email}" if ticket is not None else ""
    return f"  {one.key} {one.link or '(no thread)'}: {found}{who}"
