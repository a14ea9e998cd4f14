"""The app's Home tab: what waits for the agent who opens it.

It reads the marketplaces each time it is opened, and changes nothing but the tab itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from slackbridge.errors import Failure
from slackbridge.front import Found, FrontDesk, Lookup
from slackbridge.slack import answers, kit
from slackbridge.slack.actions import Spawn
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.kit import Block

log = structlog.get_logger(__name__)
QUEUES = (("mine", "Yours"), ("open", "Newest of all active tickets"))
HINT = (
    "Read when you opened this tab. `/ticket list overdue` shows what is late, `/ticket help` more."
)


class Home:
    """Draws the tab of whoever opens it."""

    def __init__(self, chat: SlackChat, desk: FrontDesk, lookup: Lookup, spawn: Spawn) -> None:
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn

    async def opened(self, event: Mapping[str, Any]) -> None:
        """Slack tells of the Messages tab, too, which is not ours to draw."""
        if event.get("tab", "home") == "home":
            self._spawn(self._publish(str(event["user"])))

    async def _publish(self, user: str) -> None:
        try:
            await self._chat.publish(user, home_view(await self._blocks(user)))
        except Failure as failure:
            log.warning("no Home tab", user=user, why=failure.loggable)

    async def _blocks(self, user: str) -> list[Block]:
        if why := await self._desk.refused(user):
            return answers.said([why]).blocks
        try:
            member = await self._chat.member(user)
            queues = [(name, await self._lookup.queue(which, member)) for which, name in QUEUES]
        except Failure as failure:
            return answers.said([f"The tickets could not be read: {failure.quoted}."]).blocks
        return [block for name, found in queues for block in self._queue(name, found)]

    def _queue(self, name: str, found: Found) -> Sequence[Block]:
        links = {key: self._chat.link(*place) for key, place in found.threads.items()}
        lines = answers.list_answer(found.cards, found.notes, links)
        return (kit.header(name), *lines.blocks)


def home_view(blocks: Sequence[Block]) -> Block:
    """The tab. Slack allows 100 blocks."""
    return {"type": "home", "blocks": [*blocks[:99], kit.context(HINT)]}
