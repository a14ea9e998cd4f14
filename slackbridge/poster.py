"""The lane's half that changes Slack: one post at a time, each written down before it is made.

A post of unknown outcome is looked for by the mark in its metadata; at most one is open per
ticket, so a look is never ambiguous. Edits and reactions may simply be repeated.
"""

from __future__ import annotations

import structlog

from slackbridge import receipt
from slackbridge.errors import Failure, Later, Rejected, Unauthorized, Unknown
from slackbridge.intent import Intent, Receipt
from slackbridge.mirror import CARD, OpenPost, posted, words_effect
from slackbridge.model import Kind
from slackbridge.ports import Change, Chat, Mark, Store
from slackbridge.recorded import Recorded
from slackbridge.sleepers import Sleepers
from slackbridge.view import Item, Words, digest
from slackbridge.work import Work

log = structlog.get_logger(__name__)
SHUT_OUT = {
    "is_archived": "The channel is archived: unarchive it, or route its tickets elsewhere. ",
    "not_in_channel": "Invite the app to the channel. ",
    "channel_not_found": "Invite the app to the channel, or correct its id in the settings. ",
}
"""Slack's errors that end only when a person acts, and what that person can do."""
UNEDITABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's errors after which a message can never be edited again: it is gone, or too old."""


class Poster:
    """Shows things in one ticket's thread. Times are in seconds."""

    def __init__(
        self, store: Store, chat: Chat, *, timeout: float, settle: float, edit_every: float
    ) -> None:
        self._store = store
        self._chat = chat
        self._timeout = timeout
        self._settle = settle
        self._edit_every = edit_every
        self._recorded = Recorded(store, chat)
        self._takes = timeout + settle  # at most, until a call has come in
        self._sleepers = Sleepers(store, chat, self._takes)

    async def disowned(self, work: Work) -> None:
        """Another lane took the ticket over, perhaps while this one slept. Raises Later."""
        await self._sleepers.wake(work)

    async def post(
        self, work: Work, channel: str, thread: str, effect: str, item: Item, *, live: bool
    ) -> str:
        """Post once. Raises the four failures; after Unknown the post stays written down.

        Later, too, as long as an earlier post is written down; Again where more stands in the
        thread than was recorded.
        """
        if work.shown.open is not None:
            raise Later("an earlier post comes first", 0.5, code="pace")
        if thread:
            await self._recorded.check(work, channel, thread)
        await self._chat.turn(channel, str(work.key), live)
        now = work.now()
        note = OpenPost(
            effect=effect, channel=channel, thread=thread, at=now, deadline=now + self._timeout
        )
        await work.write(Change(put={"post": note.model_dump_json()}))
        if work.now() >= note.deadline:  # it slept, and somebody may have given the post up
            raise Later("there was no time left", 1.0, code="late")
        try:
            ts = await self._chat.post(channel, thread, item, Mark(work.key, effect))
        except Unknown:
            log.warning("post unknown", ticket=str(work.key), effect=effect)
            raise
        except Failure as failure:
            await self._declined(work, note, failure)
            raise
        await self._stands(work, note, ts)
        if not thread:  # it is new: nothing else stands in it
            self._recorded.sure(work)
        return ts

    async def _declined(self, work: Work, note: OpenPost, failure: Failure) -> None:
        """It was not done; but who asks us to wait may stand before Slack, and not know that."""
        if failure.code != "ratelimited":
            await work.write(Change(drop=("post",)))
            return
        # One look before it is posted again is enough: nobody is at work on it any more.
        past = {"absent_at": work.now(), "deadline": work.now() - self._settle}
        again = note.model_copy(update=past)
        await work.write(Change(put={"post": again.model_dump_json()}))

    async def _stands(self, work: Work, note: OpenPost, ts: str) -> None:
        """It is known where the post stands."""
        if note.effect == CARD:
            await self._store.bind(note.channel, ts, work.key)
        swaps: tuple[tuple[Intent, Intent], ...] = ()
        for intent in work.intents:
            if note.effect == words_effect(intent.id):
                swaps = ((intent, receipt.placed(intent, ts)),)
        put = posted(note.effect, ts, note.channel, work.shown)
        await work.write(Change(swaps=swaps, put=put, drop=("post",)))

    async def settle(self, work: Work) -> bool:
        """Find out about an open post. False: not known yet, the pass ends here."""
        if settled := await self._settled(work):
            await self._sleepers.clear(work)
        return settled

    async def _settled(self, work: Work) -> bool:
        note = work.shown.open
        if note is None:
            return True
        mark = Mark(work.key, note.effect)
        found = await self._chat.find(note.channel, note.thread, mark, note.since)
        if found:
            await self._remove_twins(note.channel, found)
            await self._stands(work, note, found[0])
            if note.effect == CARD:
                now = work.now()  # an agent may have answered it already
                await work.write(Change(put={"look": f"{now:.3f}"}))
                work.wake_at(now)
            return True
        now = work.now()
        if note.absent_at and now >= note.deadline + self._settle:
            await work.write(Change(drop=("post",)))
            return True
        if not note.absent_at:
            seen = note.model_copy(update={"absent_at": now})
            await work.write(Change(put={"post": seen.model_dump_json()}))
        work.wake_at(max(note.deadline + self._settle, now + 0.5))
        return False

    async def _remove_twins(self, channel: str, found: tuple[str, ...]) -> None:
        for twin in found[1:]:
            log.error("a post stood twice; the younger is removed", channel=channel, ts=twin)
            await self._chat.delete(channel, twin)

    # -- the card ------------------------------------------------------------------------------

    async def card(self, work: Work, item: Item) -> bool:
        """Show the card as it must be now; edits of one thread are merged to one a second.

        False: not yet; the pass that comes at `work.wake` shall do it.
        """
        shown, now = work.shown, work.now()
        wanted = digest(item)
        calm = not 0 < shown.late <= now
        if wanted == shown.card and calm:
            return True
        if now < shown.card_at + self._edit_every:
            work.wake_at(shown.card_at + self._edit_every)
            return False
        if shown.card:  # from here until the end is recorded, either may stand
            await work.write(Change(drop=("card",)))
        try:
            await self._chat.edit(shown.channel, shown.root, item)
        except Unknown:
            await work.write(Change(put=self._late(now)))
            raise
        except Rejected as failure:
            if failure.code not in UNEDITABLE:
                raise
            log.warning("the card stays as it is", ticket=str(work.key), why=failure.code)
        drop = () if calm else ("late",)
        await work.write(Change(put={"card": wanted, "card_at": f"{now:.3f}"}, drop=drop))
        return True

    def _late(self, now: float) -> dict[str, str]:
        """An edit that was given up may come in after a newer one: then it is drawn once more."""
        return {"late": f"{self._over(now):.3f}"}

    def _over(self, now: float) -> float:
        """When a call that begins now has certainly come in, or never will."""
        return now + self._takes

    # -- receipts ------------------------------------------------------------------------------

    async def receipts(self, work: Work, channel: str = "") -> None:
        """Bring every intent's reaction and words up to date; one that must wait stops no other.

        Words stand in the ticket's thread, or in `channel` for what belongs to no ticket.
        """
        place = (channel, "") if channel else (work.shown.channel, work.shown.root)
        for intent in work.intents:
            if intent.kind is Kind.NOTICE:
                continue  # it is words itself
            for at in (intent.receipt.until, intent.receipt.redo):
                if at > work.now():
                    work.wake_at(at)
            try:
                fresh = await self._react(work, intent)
                await self._words(work, fresh, *place)
            except Later as failure:
                if failure.code == "redis":
                    raise
                work.wake_at(work.now() + failure.seconds)

    async def _react(self, work: Work, intent: Intent) -> Intent:
        now = work.now()
        wanted = receipt.reaction(intent, now)
        before = intent.receipt
        shown, perhaps = before.reaction, before.reacting
        if not intent.ts or (wanted == shown and (not perhaps or now < before.until)):
            return intent
        # One that was given up may come in until then: it is taken away once more.
        late = (perhaps, before.until) if now < before.until else ("", 0.0)
        try:
            if perhaps not in ("", shown, wanted):
                await self._chat.react(intent.channel, intent.ts, "", perhaps)
            if wanted not in ("", shown, perhaps):
                # Written down first: after a crash it must be known, to be taken away in its turn.
                intent = await _reacts(work, intent, shown, wanted, self._over(now))
            gone = shown if shown != wanted else ""
            await self._chat.react(intent.channel, intent.ts, wanted, gone)
        except Rejected as failure:
            if isinstance(failure, Unauthorized) or failure.code in SHUT_OUT:
                raise  # nothing of ours is let in; once it is, this is not forgotten
            log.warning("no reaction", ticket=str(work.key), why=failure.code)
        return await _reacts(work, intent, wanted, *late)

    async def _words(self, work: Work, intent: Intent, channel: str, root: str) -> None:
        item = receipt.words(intent, work.key, work.now())
        calm = not 0 < intent.receipt.redo <= work.now()
        if item is None or (digest(item) == intent.receipt.shown and calm) or not channel:
            return
        if intent.receipt.ts:
            await self._edit_words(work, intent, item, channel)
            return
        await self.post(work, channel, root, words_effect(intent.id), item, live=True)
        current = next(i for i in work.intents if i.id == intent.id)
        shown = current.receipt.model_copy(update={"shown": digest(item)})
        await _swap(work, current, shown)

    async def _edit_words(self, work: Work, intent: Intent, item: Words, channel: str) -> None:
        now = work.now()
        shown: dict[str, str | float] = {"shown": digest(item)}
        if intent.receipt.redo <= now:
            shown["redo"] = 0.0
        if intent.receipt.shown:  # as with the card
            intent = await _swap(work, intent, intent.receipt.model_copy(update={"shown": ""}))
        try:
            await self._chat.edit(channel, intent.receipt.ts, item)
        except Unknown:
            redo = {"redo": self._over(now)}
            await _swap(work, intent, intent.receipt.model_copy(update=redo))
            raise
        except Rejected as failure:
            if failure.code not in UNEDITABLE:
                raise
            await self._chat.delete(channel, intent.receipt.ts)  # it says what is so no more
            shown = {"ts": "", "shown": ""}
        await _swap(work, intent, intent.receipt.model_copy(update=shown))


async def _swap(work: Work, intent: Intent, shown: Receipt) -> Intent:
    return await work.swap(intent, intent.but(receipt=shown))


async def _reacts(work: Work, intent: Intent, reaction: str, reacting: str, until: float) -> Intent:
    shown = {"reaction": reaction, "reacting": reacting, "until": until}
    return await _swap(work, intent, intent.receipt.model_copy(update=shown))
