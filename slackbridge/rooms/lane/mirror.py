"""Shows a ticket as it was read: its card, its messages in order, and that all of it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.errors import Code, Later
from slackbridge.domain.intent import State, conclude
from slackbridge.domain.model import Conversation, Ticket
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.view import Card
from slackbridge.domain.view import digest as digest_of
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import REBUILDING, Store
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import after_end, card, echo, edits, evidence, next_post, routing
from slackbridge.rules.edits import Edited

log = structlog.get_logger(__name__)
LIVE_SECONDS = 900.0
EMPTIED_SECONDS = 5.0


class Mirror:
    """Closes the difference between a ticket and its thread, for one account."""

    def __init__(
        self, store: Store, provider: Provider, poster: Poster, settings: LaneSettings
    ) -> None:
        self._store = store
        self._provider = provider
        self._poster = poster
        self._settings = settings

    async def show(
        self, pass_: TicketPass, conversation: Conversation, edited: Sequence[Edited]
    ) -> bool:
        """Post what Slack does not show, `edited` messages too, and edit the card.

        False: the card must wait.
        """
        if not pass_.stored.root and not self._worth_a_thread(pass_, conversation):
            return True
        await self._note_end(pass_, conversation)
        live = self._live(pass_, conversation)
        if not pass_.stored.root or self._next(pass_, conversation, edited) is not None:
            # Before the post: an agent may answer it at once, even if this process dies meanwhile.
            await self._store.touch(pass_.key, pass_.now())
        await self._root(pass_, conversation, live)
        await self._claim_echoes(pass_, conversation)
        while (post := self._next(pass_, conversation, edited)) is not None:
            to = pass_.stored.channel, pass_.stored.root
            await self._poster.post(pass_, *to, post.effect, post.item, live=live, print=post.print)
        return await self._poster.card(pass_, self._drawn(pass_, conversation))

    def _next(
        self, pass_: TicketPass, conversation: Conversation, edited: Sequence[Edited]
    ) -> next_post.Post | None:
        part = next_post.next_part(pass_.stored, conversation)
        return part or next_post.next_edit(pass_.stored, edited, pass_.now())

    def _worth_a_thread(self, pass_: TicketPass, conversation: Conversation) -> bool:
        asked = conversation.ticket.status.active or not all(
            intent.is_tombstone for intent in pass_.intents
        )
        return asked or after_end.came_late(pass_.stored, conversation)

    async def _note_end(self, pass_: TicketPass, conversation: Conversation) -> None:
        """Before anything is posted: what is not yet shown then came after an end seen before."""
        unshown = any(not pass_.stored.whole(one.id) for one in conversation.messages)
        mark = after_end.ended_with(pass_.stored, conversation)
        if unshown and mark != pass_.stored.ended_with:
            await pass_.write(Change(put=Patch(ended_with=mark)))

    def _live(self, pass_: TicketPass, conversation: Conversation) -> bool:
        """Whether somebody waits for this: not backlog."""
        newest = max((m.at.timestamp() for m in conversation.messages), default=0.0)
        return bool(pass_.stored.revision) or pass_.now() - newest < LIVE_SECONDS

    async def _root(self, pass_: TicketPass, conversation: Conversation, live: bool) -> None:
        if pass_.stored.root:
            return
        lost = await self._store.map_began() in ("", REBUILDING)
        if lost:  # that a record names no thread proves nothing
            raise Later("Redis was emptied", EMPTIED_SECONDS, code=Code.REDIS)
        channel = self._route(conversation.ticket)
        item = self._drawn(pass_, conversation)
        await self._poster.post(pass_, channel, "", CARD, item, live=live)
        await pass_.write(Change(put=Patch(card=digest_of(item), card_at=pass_.now())))

    def _route(self, ticket: Ticket) -> str:
        to = self._settings
        return routing.route(ticket, to.provider, to.routes, to.channel)

    def channel(self, pass_: TicketPass) -> str:
        """The channel in which the ticket is shown, or would be; '' if that is not known."""
        if pass_.stored.root:
            return pass_.stored.channel
        return self._route(pass_.conversation.ticket) if pass_.conversation else ""

    def _drawn(self, pass_: TicketPass, conversation: Conversation) -> Card:
        stored, can = pass_.stored, self._provider.capabilities
        return card.card(
            conversation.ticket,
            self._settings.provider,
            can,
            stored,
            pass_.intents,
            pass_.now(),
            after_end.came_late(stored, conversation),
        )

    async def _claim_echoes(self, pass_: TicketPass, conversation: Conversation) -> None:
        """Recognise what an agent sent from here, so that it is not shown a second time."""
        if not any(intent.awaits_echo for intent in pass_.intents):
            return
        said = evidence.digests(conversation)
        found = echo.echoes(pass_.stored, conversation, pass_.intents, said)
        for message, intent in found.items():
            reason = intent.reason if intent.state is State.SENT else ""
            after = conclude(intent, State.SENT, message=message, reason=reason)
            await pass_.swap(intent, after, echo.shown_as(after))
            if intent.state is not State.SENT:
                log.info("intent.settled", intent=intent.id, state=State.SENT.value)
                pass_.wake_at(pass_.now())  # later intents waited for it

    async def shown(
        self, pass_: TicketPass, conversation: Conversation, edited: Sequence[Edited] = ()
    ) -> None:
        """Everything is shown: record of which revision; the record of an ended ticket expires.

        The ticket must have been read at least as late as the list that was seen last.
        """
        ticket = conversation.ticket
        put = Patch(revision=pass_.seen or ticket.revision, raw_status=ticket.raw_status)
        if again := [at for at in self._again(pass_, ticket, edited) if at is not None]:
            put["recheck_at"] = min(again)
        ended = not ticket.status.active
        mark = after_end.ended_with(pass_.stored, conversation)
        if mark != pass_.stored.ended_with:
            put["ended_with"] = mark
        if not pass_.stored.holds(put) or pass_.stored.wants_read:
            if prints := edits.unprinted(pass_.stored, conversation):
                put["parts"] = prints
            await self._remember(pass_, put, ended)
        if ended:
            await self._store.forget_seen(pass_.key.account, [pass_.key.id])

    def _again(
        self, pass_: TicketPass, ticket: Ticket, edited: Sequence[Edited]
    ) -> Iterator[float | None]:
        """When to read it again in any case (Unix seconds)."""
        now = pass_.now()
        if ticket.recheck and ticket.status.active:
            yield now + ticket.recheck
        yield card.changes_at(ticket, now)
        yield self._held_back(pass_, edited)

    def _held_back(self, pass_: TicketPass, edited: Sequence[Edited]) -> float | None:
        """When an edit may be shown that is one too many now (Unix seconds)."""
        later = []
        for message, _ in edits.unshown(pass_.stored, edited):
            if (at := edits.held_back(pass_.stored.shown(message.id), pass_.now())) is not None:
                log.warning("edit.held_back", message=message.id)
                later.append(at)
        return min(later, default=None)

    async def _remember(self, pass_: TicketPass, put: Patch, ended: bool) -> None:
        stored = pass_.stored
        ttl = self._settings.retention if ended else (0 if stored.ended else None)
        done = Patch(unread_at=None, undrawn_at=None, recheck_at=None)
        done["ended"] = True if ended else None
        if not ended:
            done["ended_with"] = None
        if stored.redraw_at <= pass_.now():
            done["redraw_at"] = None
        await pass_.write(Change(put={**done, **put}, ttl=ttl))
        if stored.root:  # the map of threads must live as long as the record
            await self._store.bind(stored.channel, stored.root, pass_.key)
