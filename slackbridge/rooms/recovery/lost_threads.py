"""Finds the ticket of a thread that the map does not know any more.

Meets one fault: the map's entry has expired, or with it the whole record of a ticket that ended
long ago, and somebody writes or presses in its thread. The card that stands there tells the ticket.
A thread is asked for once in the life of a process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import structlog

from slackbridge.domain.account import not_carried
from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Failure
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Conversation, TicketKey
from slackbridge.domain.record import Change, Patch, Record
from slackbridge.domain.thread import Thread
from slackbridge.ports.archive import Archive
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import REBUILDING, Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rules import restore
from slackbridge.rules.intake import IntakeSettings

log = structlog.get_logger(__name__)
ROOM = 10_000
TICK = 0.000_001  # the smallest step of a ts
ELSEWHERE = "This ticket has a newer thread, in <#{channel}>: what is written here reaches nobody."


class LostThreads:
    """Implements `ports.front_desk.ThreadFinder`. `channels` are those that are asked about."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        desk: InboundDesk,
        providers: Mapping[str, Provider],
        rules: IntakeSettings,
        channels: Collection[str],
    ) -> None:
        self._store = store
        self._archive = archive
        self._desk = desk
        self._providers = providers
        self._rules = rules
        self._channels = frozenset(channels)
        self._asked: set[tuple[str, str]] = set()

    def worth_asking(self, channel: str, root: str) -> bool:
        """Whether a thread may be a ticket's, and was not asked for yet."""
        return bool(root) and channel in self._channels and (channel, root) not in self._asked

    async def find(self, channel: str, root: str, said: str = "") -> str:
        """Bind the thread to its ticket again, and have it read; `said` is the ts of what was
        written there just now. What is to be told to the person ('' = nothing). Raises nothing.
        """
        if not self.worth_asking(channel, root):
            return ""
        if len(self._asked) >= ROOM:
            self._asked.clear()
        self._asked.add((channel, root))
        try:
            return await self._find(channel, root, said)
        except Failure as failure:
            self._asked.discard((channel, root))
            log.warning("thread.not_found", channel=channel, why=failure.code)
            return ""

    async def _find(self, channel: str, root: str, said: str) -> str:
        if await self._store.map_began() in ("", REBUILDING):
            return ""  # everything was lost: that a record is missing proves nothing
        card = await self._archive.root(channel, root)
        if card is None or card.mark.effect != CARD or card.mark.key.is_account:
            return ""
        key = card.mark.key
        if key.account not in self._providers:
            return not_carried(key.account)
        record = await self._store.load(key)
        if not record.stored.root:
            record = await self._restored(key, channel, root, said)
        stored = record.stored
        if (stored.channel, stored.root) != (channel, root):
            return ELSEWHERE.format(channel=stored.channel)
        await self._store.bind(channel, root, key)
        await self._store.touch(key, self._store.now())
        await self._desk.look_again(key)
        log.info("thread.found", ticket=str(key))
        self._asked.discard((channel, root))
        return ""

    async def _restored(self, key: TicketKey, channel: str, root: str, said: str) -> Record:
        """The record, with what Slack shows of it: nothing must be posted there a second time."""
        thread = await self._archive.thread(key, channel, root)
        if said:
            thread = _before(thread, said)
        now = self._store.now()
        conversation = await self._read(key)
        found = restore.restore(thread, conversation, self._rules, (), now, now)
        settled = tuple[tuple[None, Intent], ...](
            (None, intent) for intent in found.intents if intent.state.settled
        )
        read_to = f"{float(said) - TICK:.6f}" if said else thread.newest
        patch: Patch = {**found.patch, "read_to": read_to, "unread_at": now}
        record = await self._store.load(key)
        if not record.stored.root:  # a lane may have opened another thread meanwhile
            await self._store.write(key, Change(swaps=settled, put=record.stored.lacking(patch)))
        return await self._store.load(key)

    async def _read(self, key: TicketKey) -> Conversation | None:
        try:
            return await self._providers[key.account].get(key.id)
        except Failure as failure:
            log.warning("ticket.unreadable", ticket=str(key), why=failure.code)
            return None


def _before(thread: Thread, ts: str) -> Thread:
    """The thread without what people wrote since then: that is taken in as usual."""
    return replace(thread, said=tuple(s for s in thread.said if float(s.heard.ts) < float(ts)))
