"""The servers' ledgers for the page, and what a comparison of them finds lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slackbridge.demo.audit import lost_and_doubled
from slackbridge.demo.page import entry_text
from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.world import World
from slackbridge.sandbox.ledger import Entry, Ledger

LATEST = 12
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServerLedger:
    """One server's ledger; `describe` puts an entry into words."""

    name: str
    label: str
    ledger: Ledger
    describe: Callable[[Entry], str]

    def shown(self) -> Json:
        """`latest` has the newest entry first."""
        committed = self.ledger.all()
        counts = Counter(entry.act for entry in committed)
        return {
            "name": self.name,
            "label": self.label,
            "committed": len(committed),
            "acts": [{"act": act, "count": count} for act, count in counts.most_common()],
            "latest": [
                {"n": entry.n, "at": entry.at, "act": entry.act, "what": self.describe(entry)}
                for entry in committed[: -LATEST - 1 : -1]
            ],
        }


class Ledgers:
    """Slack's ledger and the marketplaces'; `bridge` returns the state of the bridge process."""

    def __init__(
        self, place: World, markets: Iterable[Market[Any]], bridge: Callable[[], Json]
    ) -> None:
        self._place = place
        self._bridge = bridge
        slack = place.slack
        in_slack = partial(entry_text.in_slack, workspace=slack.workspace)
        self._ledgers = [ServerLedger("slack", "Slack", slack.ledger, in_slack)]
        for each in markets:
            at_market = partial(entry_text.at_market, market=each)
            self._ledgers.append(
                ServerLedger(each.name, each.label, each.sandbox.ledger, at_market)
            )

    def shown(self) -> Json:
        """The result of `/page/books`. Compares all ledgers, which takes milliseconds."""
        lost, doubled = lost_and_doubled(self._place)
        return {
            "lost": lost,
            "doubled": doubled,
            "bridge": self._bridge(),
            "sides": [ledger.shown() for ledger in self._ledgers],
        }
