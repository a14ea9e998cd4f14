"""Ended tickets of one account: when they are listed, and which of them must be read again.

A marketplace need not reopen a ticket when its customer writes on it. What its lists show besides
the active tickets costs nothing; where that is not enough, ended tickets have a list of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from math import inf

import structlog

from slackbridge.domain.errors import Code, Failure, Unauthorized
from slackbridge.domain.model import Ticket
from slackbridge.domain.page import Page
from slackbridge.domain.record import AccountFacts
from slackbridge.ports.capabilities import Watches
from slackbridge.ports.provider import Provider
from slackbridge.rules.after_end import Watch
from slackbridge.rules.evidence import CLOCK_SKEW_SECONDS

log = structlog.get_logger(__name__)
WALKS, WALKS_BESIDE = 2, 12
"""Full walks between two listings: of their own, and where recent changes show them besides."""


class EndedWatch:
    """`seconds` is for how long after its end a ticket is looked at (0 = not at all)."""

    def __init__(self, provider: Provider, seconds: float, full_walk: float) -> None:
        self._provider = provider
        self._seconds = seconds
        self._full_walk = full_walk
        self._since = inf  # nothing is known of the account yet
        self._due_at = 0.0

    def learn(self, facts: AccountFacts) -> None:
        """Since when what happens on unknown tickets is shown; before the first walk nothing is."""
        known_at = facts.shown_at or facts.born_at
        self._since = known_at - CLOCK_SKEW_SECONDS if known_at else inf

    def covered(self, tickets: Iterable[Ticket], now: float) -> list[Ticket]:
        """Those that are looked at."""
        watch = self._watch(now)
        return [one for one in tickets if watch.covers(one)] if self._seconds else []

    def stirred(
        self, tickets: Iterable[Ticket], known: Iterable[str | None], now: float
    ) -> list[Ticket]:
        """Those that must be read again; `known` is what `Store.revisions` has of them."""
        watch, found = self._watch(now), zip(tickets, known, strict=True)
        return [ticket for ticket, revision in found if watch.stirred(ticket, revision)]

    def _watch(self, now: float) -> Watch:
        final = self._provider.capabilities.closed_is_final
        return Watch(now - self._seconds, self._since, final)

    async def pages(self, now: float) -> AsyncIterator[Page]:
        """Their own list, if it is time for it. A failure of it alone does not stop the poll."""
        if not (self._seconds and isinstance(self._provider, Watches) and now >= self._due_at):
            return
        beside = self._provider.capabilities.recent_first
        self._due_at = now + self._full_walk * (WALKS_BESIDE if beside else WALKS)
        cursor, more = "", True
        while more:
            try:
                page = await self._provider.list_ended(now - self._seconds, cursor)
            except Unauthorized:
                raise
            except Failure as failure:
                if failure.code == Code.REDIS:
                    raise
                log.warning("ended.not_listed", why=failure.loggable)
                self._due_at = now + self._full_walk
                return
            yield page
            cursor, more = page.cursor, bool(page.cursor)
