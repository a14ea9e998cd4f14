"""The ledgers of both sides for the page: what was committed, lost and doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slackbridge.demo.books import balance
from slackbridge.demo.page import entries
from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.world import World
from slackbridge.sandbox.ledger import Entry, Ledger

LATEST = 12
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One server's ledger and how to say an entry of it in words."""

    name: str
    label: str
    ledger: Ledger
    line: Callable[[Entry], str]

    def shown(self) -> Json:
        """`latest` has the newest first."""
        committed = self.ledger.all()
        counts = Counter(entry.act for entry in committed)
        return {
            "name": self.name,
            "label": self.label,
            "committed": len(committed),
            "acts": [{"act": act, "count": count} for act, count in counts.most_common()],
            "latest": [
                {"n": entry.n, "at": entry.at, "act": entry.act, "what": self.line(entry)}
                for entry in committed[: -LATEST - 1 : -1]
            ],
        }


class Books:
    """All sides, Slack first; `bridge` tells how the process does."""

    def __init__(self, place: World, markets: Iterable[Market], bridge: Callable[[], Json]) -> None:
        self._place = place
        self._bridge = bridge
        slack = place.slack
        in_slack = partial(entries.in_slack, workspace=slack.workspace)
        self._sides = [Side("slack", "Slack", slack.ledger, in_slack)]
        self._sides += [
            Side(
                each.name,
                each.label,
                each.desk.ledger,
                partial(entries.at_a_market, market=each),
            )
            for each in markets
        ]

    def shown(self) -> Json:
        """Compares all ledgers; some milliseconds of work."""
        lost, doubled = balance(self._place)
        return {
            "lost": lost,
            "doubled": doubled,
            "bridge": self._bridge(),
            "sides": [side.shown() for side in self._sides],
        }
