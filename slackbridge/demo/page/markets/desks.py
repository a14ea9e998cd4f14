"""All marketplaces of a world by name, and what a customer may do at them."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.page.markets.clickbank import ClickBank
from slackbridge.demo.page.markets.market import Letter, Market
from slackbridge.demo.page.markets.refurbed import Refurbed
from slackbridge.demo.page.markets.sellapp import SellApp
from slackbridge.demo.page.markets.sellgate import Sellgate
from slackbridge.demo.page.markets.sheet import Rights
from slackbridge.demo.page.problem import Problem, unknown
from slackbridge.demo.world import World

YEAR = 365 * 24.0
Json = dict[str, Any]


class Desks:
    """The marketplaces in the order in which the page shows them."""

    def __init__(self, place: World) -> None:
        markets: list[Market] = [Refurbed(place.refurbed)]
        if others := place.others:
            markets += [
                ClickBank(others.clickbank),
                SellApp(others.sellapp),
                Sellgate(others.sellgate),
            ]
        self.all = {market.name: market for market in markets}

    def market(self, name: str) -> Market:
        """Raises Problem (404)."""
        if name not in self.all:
            raise unknown(f"marketplace {name}")
        return self.all[name]

    def shown(self) -> list[Json]:
        """What the page has to know about each."""
        facts = ("name", "label", "account", "html", "files")
        return [{fact: getattr(each, fact) for fact in facts} for each in self.all.values()]

    def tickets(self, name: str) -> list[Json]:
        """Every ticket's row, the newest first."""
        rows = [sheet.row() for sheet in self.market(name).sheets()]
        return sorted(rows, key=lambda row: -float(row["at"]))

    def ticket(self, name: str, ticket: str) -> Json:
        return self.market(name).sheet(ticket).whole()

    def open(self, name: str, letter: Letter) -> str:
        """A new ticket's id."""
        market = self._takes(name, letter)
        return market.open(letter)

    def write(self, name: str, ticket: str, letter: Letter) -> str:
        """A new message's id."""
        market = self._takes(name, letter)
        if not self._may(name, ticket).write:
            raise Problem("This ticket is closed; its customer cannot write any more.")
        return market.write(ticket, letter)

    def close(self, name: str, ticket: str) -> None:
        if not self._may(name, ticket).close:
            raise Problem("This ticket is closed already.")
        self.market(name).close(ticket)

    def reopen(self, name: str, ticket: str) -> None:
        market = self.market(name)
        if market.sheet(ticket).open:
            raise Problem("This ticket is open.")
        market.reopen(ticket)

    def pass_time(self, name: str, hours: float) -> None:
        """Let hours go by at one marketplace."""
        if not 0 < hours <= YEAR:
            raise Problem("hours must be more than 0 and at most a year's.")
        self.market(name).desk.pass_time(hours)

    def _takes(self, name: str, letter: Letter) -> Market:
        market = self.market(name)
        if letter.files and not market.files:
            raise Problem(f"{market.label} takes no files.")
        return market

    def _may(self, name: str, ticket: str) -> Rights:
        return self.market(name).sheet(ticket).can
