"""Everything behind the page, put together around one world."""

from __future__ import annotations

from typing import Any

from slackbridge.demo.page.arrivals import Arrivals
from slackbridge.demo.page.books import Books
from slackbridge.demo.page.feed import Feed
from slackbridge.demo.page.markets.desks import Desks
from slackbridge.demo.page.motor import Motor
from slackbridge.demo.page.pulse import Pulse
from slackbridge.demo.page.switches import Switches
from slackbridge.demo.page.workspace import Workspace
from slackbridge.demo.world import World

Json = dict[str, Any]


class Page:
    """Knows no HTTP but the stream of events."""

    def __init__(self, place: World) -> None:
        self.workspace = Workspace(place.slack)
        self.desks = Desks(place)
        for user in place.slack.workspace.users.values():
            if user.email:  # whoever claims a ticket in Slack must be known at refurbed
                place.refurbed.add_agent(user.email, user.real_name)
        markets = self.desks.all.values()
        self.switches = Switches(place.slack, markets)
        self.motor = Motor(place.bridge, lambda: self._pulse.books_changed())
        self.books = Books(place, markets, self.motor.shown)
        self.feed = Feed(lambda: self.arrivals.visited())
        self.arrivals = Arrivals(self.desks, lambda: self.feed.heard)
        self._pulse = Pulse(self.feed, place.slack.workspace, markets, self.books.shown)

    def state(self) -> Json:
        """All that seldom changes."""
        return self.workspace.shown() | {"markets": self.desks.shown()}

    async def close(self) -> None:
        """End every stream and all that is under way; the world stays as it is."""
        self._pulse.close()
        self.feed.close()
        await self.arrivals.close()
        await self.motor.close()
