"""Optional protocols of a provider, one for each capability; rooms test with `isinstance`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from slackbridge.domain.model import Act, Action, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page


@runtime_checkable
class Measures(Protocol):
    """A provider whose limit of a reply is not a number of characters."""

    def too_long(self, text: str) -> str:
        """Why a reply does not fit, with the count, in words for the agent; '' if it fits."""


@runtime_checkable
class Previews(Protocol):
    """A provider that can tell beforehand what an action would do."""

    async def preview(self, id: str, act: Act) -> str:
        """Exactly what will happen, amounts included, in words; changes nothing."""


@runtime_checkable
class Pins(Protocol):
    """A provider that binds an action to the figures that were shown before it was confirmed."""

    async def pinned(self, id: str, act: Act) -> Mapping[str, str]:
        """The form's values with those figures beside them, for `preview` and the act itself.

        What they are no longer true of is refused then, instead of done with other figures.
        """


@runtime_checkable
class Adapts(Protocol):
    """A provider whose actions differ from ticket to ticket, or by what is entered."""

    def adapted(self, action: Action, ticket: Ticket | None, values: Mapping[str, str]) -> Action:
        """The action as it is for this ticket and these values: its words and fields, and whether
        it moves money. None = the ticket could not be read, or it is an action of the account.
        """


@runtime_checkable
class Stretches(Protocol):
    """A provider whose marketplace allows so many calls a day."""

    def stretch(self) -> float:
        """How much more slowly than configured to poll now; 1.0 = as configured."""


@runtime_checkable
class Settles(Protocol):
    """A provider that can tell afterwards whether an action happened."""

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """Whether it happened after `since` (Unix seconds); None = it cannot be told."""


@runtime_checkable
class Hinted(Protocol):
    """A provider whose marketplace sends webhooks."""

    def hint(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The id of the ticket that a webhook is about, '' for one to ignore.

        Raises Unauthorized if the signature is wrong or too old.
        """


@runtime_checkable
class Warns(Protocol):
    """A provider with a limit of which the team is warned before it is reached."""

    def warning(self) -> str:
        """The limit that is nearly reached, as a sentence; '' = none."""


@runtime_checkable
class Identifies(Protocol):
    """A provider whose marketplace tells whose credential it is."""

    async def identity(self) -> tuple[str, ...]:
        """The marketplace's own names of the store or stores that the credential opens.

        They never change, whatever the credential; () = it does not tell now, for example while
        there is no ticket. One cheap call. Raises the four failures.
        """


@runtime_checkable
class Watches(Protocol):
    """A provider that must ask for ended tickets to learn what customers write on them."""

    async def list_ended(self, since: float, cursor: str) -> Page:
        """A page, in `ended`, of a walk over the tickets that ended or changed after `since` (Unix
        seconds); cursor '' = the first page.

        Called at a start and every few full walks. A ticket that moves during such a walk may slip
        through it, but not through the next one.
        """


@runtime_checkable
class Counts(Protocol):
    """A provider whose marketplace has statistics of its own."""

    async def stats(self) -> Mapping[str, str]:
        """Label and figure, in the marketplace's own order."""


@runtime_checkable
class Orders(Protocol):
    """A provider whose marketplace can tell what was ordered."""

    async def order(self, ticket: Ticket) -> Order | None:
        """The order behind a ticket, read now; None = the ticket has none.

        Raises the four failures: Rejected with FORBIDDEN, naming the permission to ask for, where
        the credential may not read it.
        """
