"""Slack calls that a pass made after it had lost its lease.

Meets one fault: a process is stopped before a call and resumes when another lane works on the
ticket. It does not know what stands by then, so it only writes down what may be too much; the lane
that holds the lease takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Failure
from slackbridge.domain.intent import Intent
from slackbridge.domain.record import Change, Patch
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import receipt

log = structlog.get_logger(__name__)


class StrayEffects:
    """Implements `lane.poster.LeaseLoss`.

    `arrives` is after how many seconds a call that begins now has arrived, or never will.
    """

    def __init__(self, store: Store, chat: Chat, arrives: float) -> None:
        self._store = store
        self._chat = chat
        self._arrives = arrives

    async def record(self, pass_: TicketPass) -> None:
        """A pass has found that its lease is lost. Raises Later if Redis is away."""
        now = pass_.now()
        over = now + self._arrives
        put = Patch(redraw_at=over)  # the call may have been an edit of the card
        if (post := pass_.stored.open_post) is not None:
            put["strays"] = {post.effect: post.model_copy(update={"deadline": over})}
        await self._store.write(pass_.key, Change(put=put, due=now))
        current = {i.id: i for i in (await self._store.load(pass_.key)).intents}
        for mine in pass_.intents:
            if (theirs := current.get(mine.id)) is not None:
                await self._unreact(mine, *receipt.overtaken(mine, theirs, now))
                await self._edit_again(pass_, mine, theirs, over)

    async def _unreact(self, intent: Intent, add: str, remove: str) -> None:
        if not remove:
            return
        try:
            await self._chat.react(intent.channel, intent.reacts_at, add, remove)
        except Failure as failure:
            log.warning("reaction.may_be_stale", intent=intent.id, why=failure.code)

    async def _edit_again(
        self, pass_: TicketPass, mine: Intent, theirs: Intent, over: float
    ) -> None:
        if not mine.receipt.ts or mine.receipt.shown:
            return  # its words were not being edited
        redo = theirs.but(receipt=theirs.receipt.model_copy(update={"redo": over}))
        await self._store.write(pass_.key, Change(swaps=((theirs, redo),), due=pass_.now()))

    async def clear(self, pass_: TicketPass) -> None:
        """Delete stray posts. No post of the pass itself may be open."""
        for effect, post in {**pass_.stored.strays}.items():
            mark = Mark(pass_.key, effect)
            async with pass_.held():
                found = await self._chat.find(post.channel, post.thread, mark, post.since)
            # Proves that the lease still holds: without it, what was found may be another lane's.
            await pass_.write(Change(put=Patch(strays={effect: post})))
            await self._take_away(pass_, post.channel, found)
            if pass_.now() >= post.deadline:
                await pass_.write(Change(put=Patch(strays={effect: None})))
            else:
                pass_.wake_at(post.deadline)

    async def _take_away(self, pass_: TicketPass, channel: str, found: Iterable[str]) -> None:
        known = pass_.stored.timestamps() | {i.receipt.ts for i in pass_.intents}
        for ts in found:
            if ts not in known:
                log.error("post.stray_deleted", channel=channel, ts=ts)
                await self._chat.delete(channel, ts, pass_.key)
