"""When a connection of Socket Mode is asked for, and when it is renewed: arithmetic on times that
are given to it (seconds of one steady clock).

`apps.connections.open` is of tier 1: about one call a minute after a small burst. Slack tells in
`hello` about how long a connection lasts; two that were opened in the same moment are also ended in
the same moment.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

NEAR = 0.25  # of a lifetime: ends that are closer to each other are moved apart


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. `call` is for one call, handshake or hello; a connection is pinged every `ping`
    and is silent after two pings without an answer.

    After a failure `first` is waited, then twice as long, `most` at most. After `burst` attempts
    there is one in `most` seconds, as long as another connection is there.
    """

    call: float = 10.0
    ping: float = 5.0
    first: float = 2.0
    most: float = 60.0
    burst: int = 6

    @property
    def steady(self) -> float:
        """A connection that ends earlier than that counts as a failed attempt."""
        return self.most / 2


class Attempts:
    """The attempts of one process; `chance` gives numbers from 0 to 1.

    Failures are counted as one series until they are twice `most` apart: a connection that is cut
    off once it was greeted proves nothing.
    """

    def __init__(self, patience: Patience, chance: Callable[[], float]) -> None:
        self._patience = patience
        self._chance = chance
        self._failures = 0
        self._failed = -math.inf
        self._not_before = -math.inf
        self._spent_until = -math.inf
        """When the burst is whole again."""

    def wait(self, now: float, *, alone: bool = False) -> float:
        """How long until the next attempt may be made; `alone` = no connection is left."""
        allowance = self._spent_until - (self._patience.burst - 1) * self._patience.most
        return max(0.0, self._not_before - now, 0.0 if alone else allowance - now)

    def made(self, now: float) -> None:
        """An attempt is made."""
        self._spent_until = max(self._spent_until, now) + self._patience.most

    def failed(self, now: float, at_least: float = 0.0) -> None:
        """It came to nothing; Slack may have said how long to wait."""
        first, most = self._patience.first, self._patience.most
        series = now - self._failed < 2 * most
        self._failures = self._failures + 1 if series else 1
        self._failed = now
        wait = min(most, first * 2.0 ** min(self._failures - 1, 30))
        # Jitter: many processes that lost Slack at the same moment do not all return at the same.
        wait = max(wait * (0.5 + self._chance() / 2), at_least)
        self._not_before = max(self._not_before, now + wait)


def renew_after(lifetime: float, other: float | None) -> float:
    """After how many seconds a connection that was just opened is renewed by us.

    It lasts `lifetime` (0 = Slack did not say), and the other one `other` seconds more (None =
    there is none). Infinite = Slack ends it in its own time.

    The second connection opens at once, as a start needs redundancy, too; but it is renewed once
    early, half a lifetime away from the first. From then on they end in turn.
    """
    if lifetime <= 0 or other is None or math.isinf(other):
        return math.inf
    rest = max(0.0, other) % lifetime
    if lifetime * NEAR <= rest <= lifetime * (1 - NEAR):
        return math.inf
    return rest + lifetime / 2 if rest < lifetime / 2 else rest - lifetime / 2
