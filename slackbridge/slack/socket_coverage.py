"""Whether Slack was heard without a gap.

Slack keeps nothing for an app that is not connected, so a gap must be known for certain, and an
ordinary renewal must not be taken for one. A connection covers the time from its hello to the last
frame that came by it: frames come in order, so an answer to a ping shows that nothing before it is
outstanding. That a socket is open shows nothing.
"""

from __future__ import annotations

import math
from collections.abc import Hashable


class Coverage:
    """Times are seconds of one clock. At the start nothing is covered."""

    def __init__(self) -> None:
        self._until = -math.inf
        """Slack was heard without a gap up to then."""
        self._since: dict[Hashable, float] = {}
        """Since when each living connection covers."""

    def opened(self, link: Hashable, at: float) -> bool:
        """It was greeted, or is heard again; whether that shows a gap."""
        self._since[link] = at
        return self._gap()

    def heard(self, link: Hashable, at: float) -> None:
        """A frame came by it."""
        if self._since.get(link, math.inf) <= self._until:
            self._until = max(self._until, at)

    def ended(self, link: Hashable) -> bool:
        """It is over, or silent; whether that shows a gap.

        Only now: what it had still told would have covered the time until another one opened.
        """
        return self._since.pop(link, None) is not None and self._gap()

    def _gap(self) -> bool:
        """Whether nobody can fill a hole any more; what is covered then begins behind it."""
        begin = min(self._since.values(), default=-math.inf)
        if begin <= self._until:
            return False
        self._until = begin
        return True
