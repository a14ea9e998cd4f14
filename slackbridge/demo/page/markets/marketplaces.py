"""All marketplaces of a world by name, and the checked actions of their customers."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.page.customer import CustomerMessage, Rights
from slackbridge.demo.page.markets.clickbank import ClickBank
from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.page.markets.refurbed import Refurbed
from slackbridge.demo.page.markets.sellapp import SellApp
from slackbridge.demo.page.markets.sellgate import Sellgate
from slackbridge.demo.page.responses import Problem, unknown
from slackbridge.demo.world import World
from slackbridge.sandbox.slack.files import Shared

MAX_HOURS = 365 * 24.0
Json = dict[str, Any]


class Marketplaces:
    """In the order in which the page shows them."""

    def __init__(self, place: World) -> None:
        markets: list[Market[Any]] = [Refurbed(place.refurbed)]
        if others := place.others:
            markets += [
                ClickBank(others.clickbank),
                SellApp(others.sellapp),
                Sellgate(others.sellgate),
            ]
        self.all = {market.name: market for market in markets}

    def market(self, name: str) -> Market[Any]:
        """Raises Problem (404)."""
        if name not in self.all:
            raise unknown(f"marketplace {name}")
        return self.all[name]

    def shown(self) -> list[Json]:
        """Each marketplace's properties."""
        facts = ("name", "label", "account", "html", "files")
        return [{fact: getattr(each, fact) for fact in facts} for each in self.all.values()]

    def tickets(self, name: str) -> list[Json]:
        """The summaries of all tickets, latest change first."""
        rows = [ticket.summary() for ticket in self.market(name).tickets()]
        return sorted(rows, key=lambda row: -float(row["at"]))

    def ticket(self, name: str, id: str) -> Json:
        return self.market(name).ticket(id).details()

    def file(self, name: str, id: str) -> Shared:
        return self.market(name).file(id)

    def open(self, name: str, message: CustomerMessage) -> str:
        return self._accepting(name, message).open(message)

    def write(self, name: str, id: str, message: CustomerMessage) -> str:
        """Add a message to a ticket; returns the message's id."""
        market = self._accepting(name, message)
        if not self._rights(name, id).write:
            raise Problem("This ticket is closed; its customer cannot write any more.")
        return market.write(id, message)

    def close(self, name: str, id: str) -> None:
        if not self._rights(name, id).close:
            raise Problem("This ticket is closed already.")
        self.market(name).close(id)

    def reopen(self, name: str, id: str) -> None:
        market = self.market(name)
        if market.ticket(id).open:
            raise Problem("This ticket is open.")
        market.reopen(id)

    def pass_time(self, name: str, hours: float) -> None:
        """Advance one marketplace's clock."""
        if not 0 < hours <= MAX_HOURS:
            raise Problem("hours must be more than 0 and at most a year's.")
        self.market(name).sandbox.pass_time(hours)

    def _accepting(self, name: str, message: CustomerMessage) -> Market[Any]:
        market = self.market(name)
        if message.files and not market.files:
            raise Problem(f"{market.label} takes no files.")
        return market

    def _rights(self, name: str, id: str) -> Rights:
        return self.market(name).ticket(id).can
