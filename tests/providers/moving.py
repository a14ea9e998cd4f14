"""Random walks over a sandbox marketplace whose tickets come, go and move between two pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.page import Page
from tests.contract.markets import Local

MOST = 4  # moves between two pages
CROWDED = 60  # active tickets; with more of them, none comes before one has gone
KINDS = ("opens", "ends", "writes", "reopens")
WEIGHTS = (3, 3, 2, 1)


@dataclass
class Crowd:
    """The tickets of a market and what people do with them; `stayed` were active all the time."""

    market: Local
    random: Random
    active: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    stayed: set[str] = field(default_factory=set)
    moves: int = 0

    def fill(self, number: int) -> None:
        """Open tickets, one after the other, and end some of them."""
        for _ in range(number):
            self._act("opens")
        for _ in range(number // 4):
            self._act("ends")
        self.stayed, self.moves = set(self.active), 0

    def move(self) -> None:
        for kind in self.random.choices(KINDS, WEIGHTS, k=self.random.randint(0, MOST)):
            many = len(self.active) > CROWDED
            self._act("ends" if many and kind in ("opens", "reopens") else kind)
            self.moves += 1

    async def walks(self) -> set[str]:
        """What one walk misses of the tickets that were active from its beginning to its end."""
        self.stayed = set(self.active)
        found, cursor = set[str](), ""
        while True:
            page = await self._page(cursor)
            found |= {ticket.key.id for ticket in page.tickets}
            if not (cursor := page.cursor):
                return self.stayed - found
            self.move()

    async def _page(self, cursor: str) -> Page:
        """The page, also of a machine that is too busy for the market's time-out."""
        while True:
            try:
                return await self.market.provider.list_active(cursor)
            except Later as failure:
                if failure.code != Code.UNREACHABLE:
                    raise

    def _act(self, kind: str) -> None:
        self.market.tick(1)
        if kind == "opens":
            self.active.add(self.market.customer_opens("Hi"))
        elif kind == "writes":
            self.market.customer_writes(self._one_of(self.active), "more")
        elif kind == "ends" and len(self.active) > 1:
            id = self._one_of(self.active)
            self.market.close(id)
            self._becomes(id, self.ended)
        elif kind == "reopens" and self.ended:
            id = self._one_of(self.ended)
            self.market.sandbox.reopen(self.market.key(id))
            self._becomes(id, self.active)

    def _one_of(self, ids: set[str]) -> str:
        return self.random.choice(sorted(ids))

    def _becomes(self, id: str, place: set[str]) -> None:
        for one in (self.active, self.ended, self.stayed):
            one.discard(id)
        place.add(id)
