"""The app's Home tab: the tickets that wait for the agent who opens it, read anew each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from slackbridge.domain.asking import Queue
from slackbridge.domain.errors import Failure
from slackbridge.ports.front_desk import Found, FrontDesk, Lookup
from slackbridge.ports.signal import Spawn
from slackbridge.slack.blocks import block_kit, command_answers, mrkdwn
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.home_tabs import HomeTabs, Tab, Texts

log = structlog.get_logger(__name__)
QUEUES = ((Queue.MINE, "Yours"), (Queue.OPEN, "Newest of all active tickets"))
HOME = "home"
HINT = "Read when you opened this tab. `{0} list overdue` shows what is late, `{0} help` more."
NOWHERE = (
    "No channel takes what stands above. It goes to `slack.ops_channel` as soon as that is set and "
    "the app can write there."
)


class Home:
    """Draws the tab of whoever opens it.

    `unposted` gives what no channel takes, in mrkdwn: for those who may move money if `by_money`,
    else for everyone who may act. A tab that shows some, or was opened lately, is drawn again when
    that changes; it is asked for every `every` seconds then. `slash` is the slash command's name.
    """

    def __init__(
        self,
        chat: SlackChat,
        desk: FrontDesk,
        lookup: Lookup,
        unposted: Callable[[], Awaitable[Texts]],
        spawn: Spawn,
        slash: str,
        *,
        by_money: bool,
        every: float,
    ) -> None:
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn
        self._hint = HINT.format(slash)
        self._by_money = by_money
        self._unposted = unposted
        self._tabs = HomeTabs(unposted, self._again, every)

    async def opened(self, event: Mapping[str, Any]) -> None:
        """Draw it; Slack sends the event for the Messages tab too."""
        if event.get("tab", HOME) == HOME:
            self._spawn(self._opened(str(event["user"])))

    async def _opened(self, user: str) -> None:
        await self._show(user)
        await self._tabs.watch()

    async def _show(self, user: str) -> None:
        self._tabs.forget(user)
        if why := await self._desk.refused(user):
            await self._publish(user, command_answers.said([why]).blocks)
            return
        try:
            reads = await self._reads(user)
            notices = await self._unposted() if reads else ()
            member = await self._chat.member(user)
            queues = [(name, await self._lookup.queue(which, member)) for which, name in QUEUES]
        except Failure as failure:
            why = f"The tickets could not be read: {failure.quoted}."
            await self._publish(user, command_answers.said([why]).blocks)
            return
        tickets = [block for name, found in queues for block in self._queue(name, found)]
        if reads:
            self._tabs.opened(user, notices, tickets)
        await self._publish(user, [*_told(notices), *tickets])

    async def _again(self, tab: Tab, notices: Texts) -> None:
        """Other notices than when the tab was opened."""
        if not await self._reads(tab.user):
            self._tabs.forget(tab.user)
            notices = ()
        await self._publish(tab.user, [*_told(notices), *tab.tickets])

    async def _reads(self, user: str) -> bool:
        """Whether notices are for them."""
        return not await self._desk.refused(user, money=self._by_money)

    async def _publish(self, user: str, blocks: Sequence[Block]) -> None:
        view = {
            "type": HOME,
            "blocks": [*blocks[:99], block_kit.context(self._hint)],
        }  # of Slack's 100
        try:
            await self._chat.show("views.publish", view, who=user, user_id=user)
        except Failure as failure:
            log.warning("home.not_shown", user=user, why=failure.loggable)

    def _queue(self, name: str, found: Found) -> Sequence[Block]:
        links = {key: self._chat.link(*place) for key, place in found.threads.items()}
        lines = command_answers.list_answer(found.cards, found.notes, links)
        return (block_kit.header(name), *lines.blocks)


def _told(notices: Texts) -> list[Block]:
    shown = [block_kit.section(mrkdwn.ours(text)) for text in notices]
    return [*shown, block_kit.context(NOWHERE)] if shown else []
