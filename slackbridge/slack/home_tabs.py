"""The Home tabs that people look at, so that they are drawn again when the notices change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from slackbridge.domain.errors import Failure
from slackbridge.slack.blocks.block_kit import Block

LATELY_SECONDS = 900.0
MOST = 100
Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Tab:
    """`notices` stand above `tickets`; `at` is when it was opened, on the monotonic clock."""

    user: str
    notices: tuple[str, ...]
    tickets: Sequence[Block]
    at: float


class HomeTabs:
    """Asks for notices only while some tab shows one, or was opened lately.

    What this process forgets at a restart is right again when the tab is next opened: Slack tells
    of every opening. `draw` shows other notices above the same tickets, so no marketplace is asked.
    """

    def __init__(
        self,
        notices: Callable[[], Awaitable[Texts]],
        draw: Callable[[Tab, Texts], Awaitable[None]],
        every: float,
    ) -> None:
        self._notices = notices
        self._draw = draw
        self._every = every
        self._tabs: dict[str, Tab] = {}
        self._watching = False

    def opened(self, user: str, notices: Texts, tickets: Sequence[Block]) -> None:
        """They see this now, and may see what else there will be."""
        self.forget(user)
        while len(self._tabs) >= MOST:
            self.forget(next(iter(self._tabs)))
        self._tabs[user] = Tab(user, tuple(notices), tickets, time.monotonic())

    def forget(self, user: str) -> None:
        """They may not see notices."""
        self._tabs.pop(user, None)

    async def watch(self) -> None:
        """Draw tabs again as long as there is one to watch; at once if that is done already."""
        if self._watching:
            return
        self._watching = True
        try:
            while self._tabs:
                await asyncio.sleep(self._every)
                await self._look()
        finally:
            self._watching = False

    async def _look(self) -> None:
        since = time.monotonic() - LATELY_SECONDS
        self._tabs = {u: tab for u, tab in self._tabs.items() if tab.notices or tab.at > since}
        if not self._tabs:
            return
        try:
            notices = tuple(await self._notices())
        except Failure:
            return  # the next look tells
        for user, tab in list(self._tabs.items()):
            if tab.notices != notices and self._tabs.get(user) is tab:
                self._tabs[user] = Tab(user, notices, tab.tickets, tab.at)
                await self._draw(tab, notices)
