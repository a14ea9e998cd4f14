"""Shows one ticket in Slack: one post at a time, each stored before it is made.

A post of unknown outcome is looked for by the mark in its metadata. At most one is open per ticket,
so a look is never ambiguous. Edits and reactions are idempotent and simply repeated.
"""

from __future__ import annotations

from typing import Protocol

import structlog

from slackbridge.domain.chat import CARD, Mark, words_effect
from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unauthorized, Unknown
from slackbridge.domain.fields import OpenPost
from slackbridge.domain.intent import Intent, Receipt
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.refusal import Cause, cause
from slackbridge.domain.view import Item, Notice, Words, digest
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.frozen_cards import FrozenCards
from slackbridge.rooms.lane.kept_posts import Announce
from slackbridge.rooms.lane.shapes import Shapes
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import receipt
from slackbridge.rules.next_post import posted
from slackbridge.rules.plainer import Shape

log = structlog.get_logger(__name__)
EDITED_NO_MORE = (Cause.MESSAGE_GONE, Cause.UNEDITABLE)


class PostCheck(Protocol):
    """Makes sure that the record knows every post that stands in a thread."""

    async def check(self, pass_: TicketPass, channel: str, thread: str) -> None:
        """Raises RecordChanged if it did not know one."""

    def recorded(self, pass_: TicketPass) -> None:
        """The thread is new: its only post is in the record."""


class LeaseLoss(Protocol):
    """Makes up for calls that were made after a lease was lost."""

    async def record(self, pass_: TicketPass) -> None:
        """Write down what such a call may have left. Raises Later."""

    async def clear(self, pass_: TicketPass) -> None:
        """Take away what others' passes left."""


class Poster:
    """Shows things in one ticket's thread. Times are in seconds."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        check: PostCheck,
        loss: LeaseLoss,
        announce: Announce,
        *,
        timeout: float,
        settle: float,
        edit_every: float,
    ) -> None:
        self._store = store
        self._chat = chat
        self._timeout = timeout
        self._settle = settle
        self._edit_every = edit_every
        self._check = check
        self._loss = loss
        self._shapes = Shapes(chat, announce)
        self._frozen = FrozenCards(announce)
        self._arrives = timeout + settle  # at most, until a call has arrived or never will

    async def lease_lost(self, pass_: TicketPass) -> None:
        """The lease was lost, perhaps during a call to Slack. Raises Later."""
        await self._loss.record(pass_)

    async def post(
        self,
        pass_: TicketPass,
        channel: str,
        thread: str,
        effect: str,
        item: Item,
        *,
        live: bool,
        print: str = "",
    ) -> str:
        """Post once, in the richest form that Slack takes.

        Raises the four failures; after Unknown the post stays open.

        Raises Later, too, while an earlier post is open, and RecordChanged if more stands in the
        thread than was recorded.
        """
        if pass_.stored.open_post is not None:
            raise Later("an earlier post comes first", 0.5, code=Code.PACED)
        if thread:
            await self._check.check(pass_, channel, thread)
        await self._chat.turn(channel, str(pass_.key), live)
        mark, ts = Mark(pass_.key, effect), ""
        shape: Shape | None = self._shapes.first(pass_.key, effect, item)
        while shape is not None:
            post = await self._begin(pass_, effect, channel, thread, print)
            try:
                ts = await self._chat.post(channel, thread, shape.item, mark, shape.form)
                break
            except Unknown as failure:
                log.warning("post.unknown_outcome", effect=effect, why=failure.loggable)
                raise
            except Failure as failure:
                shape = await self._shapes.next(pass_, effect, item, shape, failure)
                if shape is None:
                    await self._declined(pass_, post, failure)
                    raise
        await self._stands(pass_, post, ts)
        if not thread:
            self._check.recorded(pass_)
        return ts

    async def _begin(
        self, pass_: TicketPass, effect: str, channel: str, thread: str, print: str
    ) -> OpenPost:
        """Write down the post that is made next. Raises Later if there is no time left for it."""
        now = pass_.now()
        post = OpenPost(
            effect=effect,
            channel=channel,
            thread=thread,
            at=now,
            deadline=now + self._timeout,
            print=print,
        )
        await pass_.write(Change(put=Patch(open_post=post)))
        if pass_.now() >= post.deadline:  # this process was stopped; the post may be given up
            raise Later("there was no time left", 1.0, code=Code.LATE)
        return post

    async def _declined(self, pass_: TicketPass, post: OpenPost, failure: Failure) -> None:
        """Slack said no. A 429 may come from a proxy after Slack has accepted the post."""
        if failure.code != Code.RATE_LIMITED:
            await pass_.write(Change(put=Patch(open_post=None)))
            return
        # One look before the next try is enough: the call is over.
        past = {"absent_at": pass_.now(), "deadline": pass_.now() - self._settle}
        await pass_.write(Change(put=Patch(open_post=post.model_copy(update=past))))

    async def _stands(self, pass_: TicketPass, post: OpenPost, ts: str) -> None:
        """Record where the post stands."""
        if post.effect == CARD:
            await self._store.bind(post.channel, ts, pass_.key)
        swaps: tuple[tuple[Intent, Intent], ...] = ()
        for intent in pass_.intents:
            if post.effect == words_effect(intent.id):
                swaps = ((intent, receipt.placed(intent, ts, post.channel)),)
        put = posted(post.effect, ts, post.channel, pass_.stored, post.print)
        put["open_post"] = None
        await pass_.write(Change(swaps=swaps, put=put))

    async def settle(self, pass_: TicketPass) -> bool:
        """Find out whether an open post was made. False: not known yet, the pass ends here."""
        if settled := await self._settled(pass_):
            await self._loss.clear(pass_)
        return settled

    async def _settled(self, pass_: TicketPass) -> bool:
        post = pass_.stored.open_post
        if post is None:
            return True
        mark = Mark(pass_.key, post.effect)
        async with pass_.held():
            found = await self._chat.find(post.channel, post.thread, mark, post.since)
        if found:
            await self._remove_twins(pass_, post.channel, found)
            await self._stands(pass_, post, found[0])
            if post.effect == CARD:
                now = pass_.now()  # an agent may have answered it already
                await pass_.write(Change(put=Patch(missed_at=now)))
                pass_.wake_at(now)
            return True
        now = pass_.now()
        if post.absent_at and now >= post.deadline + self._settle:
            await pass_.write(Change(put=Patch(open_post=None)))
            return True
        if not post.absent_at:
            seen = post.model_copy(update={"absent_at": now})
            await pass_.write(Change(put=Patch(open_post=seen)))
        pass_.wake_at(max(post.deadline + self._settle, now + 0.5))
        return False

    async def _remove_twins(self, pass_: TicketPass, channel: str, found: tuple[str, ...]) -> None:
        for twin in found[1:]:
            log.error("post.twin_deleted", channel=channel, ts=twin)
            await self._chat.delete(channel, twin, pass_.key)

    # -- the card ------------------------------------------------------------------------------

    async def card(self, pass_: TicketPass, item: Item) -> bool:
        """Show the card as it must be now; edits of one thread are merged to one a second.

        False: not yet; the ticket is due again when the card may be edited.
        """
        stored, now = pass_.stored, pass_.now()
        wanted = digest(item)
        calm = not 0 < stored.redraw_at <= now
        if wanted == stored.card and calm:
            return True
        if now < stored.card_at + self._edit_every:
            pass_.wake_at(stored.card_at + self._edit_every)
            return False
        if stored.card:  # until the end of the edit is recorded, either card may stand
            await pass_.write(Change(put=Patch(card=None)))
        try:
            await self._shapes.edit(pass_, CARD, stored.channel, stored.root, item)
        except Unknown:
            # It may arrive after a newer edit: by then the card is drawn once more.
            await pass_.write(Change(put=Patch(redraw_at=self._over(pass_.now()))))
            raise
        except Rejected as failure:
            if cause(failure.code) not in EDITED_NO_MORE:
                raise
            log.warning("card.not_editable", why=failure.code)
            await self._frozen.refused(pass_, item, failure.code)
        else:
            await self._frozen.edited(pass_)
        put = Patch(card=wanted, card_at=now)
        if not calm:
            put["redraw_at"] = None
        await pass_.write(Change(put=put))
        return True

    def _over(self, now: float) -> float:
        """When a call that begins now has arrived, or never will."""
        return now + self._arrives

    # -- receipts ------------------------------------------------------------------------------

    async def receipts(self, pass_: TicketPass, channel: str = "") -> None:
        """Bring every intent's reaction and words up to date; one that must wait stops no other.

        Words stand in the ticket's thread, or in `channel` for what belongs to no ticket.
        """
        place = (channel, "") if channel else (pass_.stored.channel, pass_.stored.root)
        for intent in pass_.intents:
            if intent.kind is Kind.NOTICE and pass_.key.is_account:
                continue  # `notices` posts it
            for at in (intent.receipt.until, intent.receipt.redo):
                if at > pass_.now():
                    pass_.wake_at(at)
            try:
                fresh = await self._react(pass_, intent)
                await self._words(pass_, fresh, *place)
            except Later as failure:
                if failure.code == Code.REDIS:
                    raise
                pass_.wake_at(pass_.now() + failure.seconds)

    async def _react(self, pass_: TicketPass, intent: Intent) -> Intent:
        now = pass_.now()
        wanted, at = receipt.reaction(intent, now), intent.reacts_at
        before = intent.receipt
        shown, perhaps = before.reaction, before.reacting
        if not at or (wanted == shown and (not perhaps or now < before.until)):
            return intent
        # A reaction that was given up may arrive until then: it is removed once more.
        late = (perhaps, before.until) if now < before.until else ("", 0.0)
        try:
            if perhaps not in ("", shown, wanted):
                await self._chat.react(intent.channel, at, "", perhaps)
            if wanted not in ("", shown, perhaps):
                # Stored first: after a crash it must be known, so that it is removed in its turn.
                intent = await _reacts(pass_, intent, shown, wanted, self._over(now))
            gone = shown if shown != wanted else ""
            await self._chat.react(intent.channel, at, wanted, gone)
        except Rejected as failure:
            if isinstance(failure, Unauthorized) or cause(failure.code).needs_person:
                raise  # Slack refuses us altogether: this is done once it accepts us again
            log.warning("reaction.refused", intent=intent.id, why=failure.code)
        return await _reacts(pass_, intent, wanted, *late)

    async def _words(self, pass_: TicketPass, intent: Intent, channel: str, root: str) -> None:
        item = receipt.words(intent, pass_.key, pass_.now())
        calm = not 0 < intent.receipt.redo <= pass_.now()
        if item is None or (digest(item) == intent.receipt.shown and calm) or not channel:
            return
        if intent.receipt.ts:
            await self.edit_words(pass_, intent, item, channel)
            return
        await self.post(pass_, channel, root, words_effect(intent.id), item, live=True)
        current = pass_.current(intent)
        shown = current.receipt.model_copy(update={"shown": digest(item)})
        await _swap(pass_, current, shown)

    async def edit_words(
        self, pass_: TicketPass, intent: Intent, item: Words | Notice, channel: str
    ) -> None:
        """Replace the words of an intent; those that cannot be edited are to be posted anew."""
        now = pass_.now()
        shown: dict[str, str | float] = {"shown": digest(item)}
        if intent.receipt.redo <= now:
            shown["redo"] = 0.0
        if intent.receipt.shown:  # until the end is recorded, either words may stand
            intent = await _swap(pass_, intent, intent.receipt.model_copy(update={"shown": ""}))
        try:
            effect = words_effect(intent.id)
            await self._shapes.edit(pass_, effect, channel, intent.receipt.ts, item)
        except Unknown:
            redo = {"redo": self._over(pass_.now())}
            await _swap(pass_, intent, intent.receipt.model_copy(update=redo))
            raise
        except Rejected as failure:
            if cause(failure.code) not in EDITED_NO_MORE:
                raise
            # Its words are not true any more.
            await self._chat.delete(channel, intent.receipt.ts, pass_.key)
            shown = {"ts": "", "shown": ""}
        await _swap(pass_, intent, intent.receipt.model_copy(update=shown))


async def _swap(pass_: TicketPass, intent: Intent, shown: Receipt) -> Intent:
    return await pass_.swap(intent, intent.but(receipt=shown))


async def _reacts(
    pass_: TicketPass, intent: Intent, reaction: str, reacting: str, until: float
) -> Intent:
    shown = {"reaction": reaction, "reacting": reacting, "until": until}
    return await _swap(pass_, intent, intent.receipt.model_copy(update=shown))
