"""What a provider may offer beyond `ports.Provider`: small protocols, each a capability of its own.

A room asks with `isinstance` whether a provider fulfils one, and does without where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from slackbridge.model import Act


@runtime_checkable
class Measures(Protocol):
    """A provider whose limit on a reply is not a number of characters."""

    def too_long(self, text: str) -> str:
        """Why a reply does not fit, with the count, in words for the agent; '' if it fits."""


@runtime_checkable
class Previews(Protocol):
    """A provider that can say beforehand what an action would do."""

    async def preview(self, id: str, act: Act) -> str:
        """Exactly what will happen, amounts included, in words; changes nothing."""


@runtime_checkable
class Settles(Protocol):
    """A provider that can tell afterwards whether an action happened."""

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """Whether it happened after `since` (Unix seconds); None = it cannot be told."""


@runtime_checkable
class Hinted(Protocol):
    """A provider whose marketplace can say at once that a ticket changed."""

    def hint(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The id of the ticket that a webhook speaks of, '' for one that does not concern us.

        Raises Unauthorized if the signature does not hold or is too old.
        """


@runtime_checkable
class Warns(Protocol):
    """A provider that may come to a limit which people should hear of before it is reached."""

    def warning(self) -> str:
        """What comes to an end today, in words for the team; '' = nothing."""


@runtime_checkable
class Counts(Protocol):
    """A provider whose marketplace keeps figures of its own."""

    async def stats(self) -> Mapping[str, str]:
        """Label and figure, in the marketplace's own order."""
