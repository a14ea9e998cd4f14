"""Composes everything behind the page for one world."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.page.bridge_control import BridgeControl
from slackbridge.demo.page.changes import Changes
from slackbridge.demo.page.fault_switches import FaultSwitches
from slackbridge.demo.page.feed import Feed
from slackbridge.demo.page.ledgers import Ledgers
from slackbridge.demo.page.markets.marketplaces import Marketplaces
from slackbridge.demo.page.sample_tickets import SampleTickets
from slackbridge.demo.page.workspace import Workspace
from slackbridge.demo.world import World

Json = dict[str, Any]


class Page:
    """Independent of HTTP, except for the event stream."""

    def __init__(self, place: World) -> None:
        self.workspace = Workspace(place.slack)
        self.markets = Marketplaces(place)
        for user in place.slack.workspace.users.values():
            if user.email:  # a claim is assigned to an agent known at refurbed
                place.refurbed.add_agent(user.email, user.real_name)
        markets = self.markets.all.values()
        self.switches = FaultSwitches(place.slack, markets)
        self.bridge = BridgeControl(place.bridge, lambda: self._changes.ledgers_changed())
        self.ledgers = Ledgers(place, markets, self.bridge.shown)
        self.feed = Feed(lambda: self.samples.start())
        self.samples = SampleTickets(self.markets, lambda: self.feed.has_listeners)
        self._changes = Changes(self.feed, place.slack.workspace, markets, self.ledgers.shown)

    def state(self) -> Json:
        """Workspace and marketplaces, without messages and tickets."""
        return self.workspace.shown() | {"markets": self.markets.shown()}

    async def close(self) -> None:
        """End the event streams and background tasks; the world keeps running."""
        self._changes.close()
        self.feed.close()
        await self.samples.close()
        await self.bridge.close()
