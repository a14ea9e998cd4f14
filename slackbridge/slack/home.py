"""The app's Home tab: the tickets that wait for the agent who opens it, read anew each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.ports.front_desk import Found, FrontDesk, Lookup, Queue
from slackbridge.ports.signal import Spawn
from slackbridge.slack.blocks import block_kit, command_answers, mrkdwn
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.chat import SlackChat

log = structlog.get_logger(__name__)
QUEUES = ((Queue.MINE, "Yours"), (Queue.OPEN, "Newest of all active tickets"))
HOME = "home"
Texts = Callable[[], Awaitable[Sequence[str]]]
HINT = "Read when you opened this tab. `{0} list overdue` shows what is late, `{0} help` more."


class Home:
    """Draws the tab of whoever opens it. `unposted` gives what no channel takes, in mrkdwn;
    `slash` is the slash command's name.
    """

    def __init__(
        self,
        chat: SlackChat,
        desk: FrontDesk,
        lookup: Lookup,
        unposted: Texts,
        spawn: Spawn,
        slash: str,
    ) -> None:
        self._unposted = unposted
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn
        self._hint = HINT.format(slash)

    async def opened(self, event: Mapping[str, Any]) -> None:
        """Draw it; Slack sends the event for the Messages tab too."""
        if event.get("tab", HOME) == HOME:
            self._spawn(self._publish(str(event["user"])))

    async def _publish(self, user: str) -> None:
        try:
            blocks = (await self._blocks(user))[:99]  # Slack allows 100
            view = {"type": HOME, "blocks": [*blocks, block_kit.context(self._hint)]}
            await self._chat.client.call("views.publish", who=user, user_id=user, view=view)
        except Failure as failure:
            log.warning("home.not_shown", user=user, why=failure.loggable)

    async def _blocks(self, user: str) -> list[Block]:
        if why := await self._desk.refused(user):
            return command_answers.said([why]).blocks
        try:
            notices = await self._unposted()
            member = await self._chat.member(user)
            queues = [(name, await self._lookup.queue(which, member)) for which, name in QUEUES]
        except Failure as failure:
            why = f"The tickets could not be read: {failure.quoted}."
            return command_answers.said([why]).blocks
        told = [block_kit.section(mrkdwn.ours(text)) for text in notices]
        return [*told, *(block for name, found in queues for block in self._queue(name, found))]

    def _queue(self, name: str, found: Found) -> Sequence[Block]:
        links = {key: self._chat.link(*place) for key, place in found.threads.items()}
        lines = command_answers.list_answer(found.cards, found.notes, links)
        return (block_kit.header(name), *lines.blocks)
