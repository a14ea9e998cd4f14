"""The lane: the only room that changes the outside world.

`reconcile` is level-triggered: it compares what is with what is shown and closes the difference,
one ticket at a time under a lease. A crash costs one repeat; a lane that has to wait gives its
lease back with the time at which to look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from slackbridge import evidence, mirror, policy
from slackbridge.document import digest
from slackbridge.door import Desk
from slackbridge.errors import Failure, Later, Rejected, Unknown
from slackbridge.intent import Intent, State, settle
from slackbridge.model import Conversation, Kind, Ticket
from slackbridge.mood import Health, Mood
from slackbridge.ports import (
    NOT_FOUND,
    REBUILDING,
    THREAD_GONE,
    Change,
    Chat,
    Claim,
    Provider,
    Stale,
    Store,
)
from slackbridge.poster import SHUT_OUT, Poster
from slackbridge.sender import Sender
from slackbridge.view import Card, Notice
from slackbridge.view import digest as digest_of
from slackbridge.work import Again, Unshown, Work

log = structlog.get_logger(__name__)
LIVE_SECONDS = 900.0
PACED = frozenset({"pace", "ratelimited"})
HARMLESS = PACED | {"redis"}
REMIND_SECONDS = 3_600.0
EMPTIED_SECONDS = 5.0
TICK = 0.000_001  # the smallest step of a ts
FLAGS = ("unread", "unshown", "again")
"""Fields that ask for a ticket to be read again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account's tickets go, and how long their records live after their end."""

    provider: str
    routes: tuple[policy.Route, ...]
    channel: str
    ops_channel: str
    retention: int
    retry: float
    retry_max: float
    quarantine_after: int


class Lane:
    """Reconciles the tickets of one account."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        provider: Provider,
        sender: Sender,
        poster: Poster,
        desk: Desk,
        place: Place,
    ) -> None:
        self._store = store
        self._chat = chat
        self._provider = provider
        self._sender = sender
        self._poster = poster
        self._desk = desk
        self._place = place
        self._unshown = Unshown()

    async def reconcile(self, claim: Claim) -> None:
        """One pass; the lease is given back whatever happens. Raises Later if Redis is away."""
        due: float | None = None
        work = Work(self._store, claim, await self._store.load(claim.key))
        try:
            due = await self._pass(work)
        except Stale:
            log.warning("lease lost; another lane goes on", ticket=str(work.key))
            await self._poster.disowned(work)
            return
        except Again:
            due = self._store.now()
        await self._store.release(claim, due)

    async def _pass(self, work: Work) -> float | None:
        try:
            await (self._account(work) if work.key.is_account else self._ticket(work))
        except Failure as failure:
            return await self._again(work, failure)
        except (Stale, Again):
            raise
        except Exception as failure:
            log.exception("pass failed", ticket=str(work.key))
            return await self._again(work, Rejected(f"internal error ({type(failure).__name__})"))
        if work.shown.tries:
            await work.write(Change(drop=("tries",)))
        return work.wake

    async def _again(self, work: Work, failure: Failure) -> float:
        """Come back later and later; after many tries say so once, and go on rarely."""
        wait = failure.seconds if isinstance(failure, Later) else 0.5
        if failure.code in HARMLESS:
            return _earlier(work.wake, work.now() + wait)
        if failure.code == THREAD_GONE:
            return await self._renew(work)
        tries = work.shown.tries + 1
        log.warning("comes back", ticket=str(work.key), why=failure.code, tries=tries)
        await work.write(Change(put={"tries": str(tries)}))
        patience = 1 if failure.code in SHUT_OUT else self._place.quarantine_after
        if tries == patience and not work.key.is_account:
            await self._stuck(work, failure)
        if tries > 1 or not isinstance(failure, Unknown):
            wait = max(wait, policy.backoff(tries, self._place.retry, self._place.retry_max))
        return _earlier(work.wake, work.now() + wait)

    async def _stuck(self, work: Work, failure: Failure) -> None:
        log.error("stuck", ticket=str(work.key), why=failure.loggable)
        account = work.key.account
        if Health.of(await self._store.facts(account)).mood is not Mood.OK:
            return  # the account says so itself, once for all its tickets
        # What keeps many tickets from going on is said of the first of them.
        cause = failure.code or digest(failure.reason)
        if not await self._store.once(f"stuck:{account}:{cause}", REMIND_SECONDS):
            return
        remedy = SHUT_OUT.get(failure.code, "")
        await self._desk.announce(
            account,
            f"stuck:{work.key.id}:{int(work.now())}",
            f"Ticket `{work.key}` cannot be brought up to date: {failure.quoted}. {remedy}It is "
            f"tried again from time to time; `slackbridge replay {work.key}` does so at once.",
        )

    async def _renew(self, work: Work) -> float:
        """Somebody deleted the thread: what comes from now on gets a new one."""
        log.warning("the thread was deleted by hand", ticket=str(work.key))
        now = work.now()
        gone = ("ch", "ts", "card", "card_at", "late")
        await work.write(Change(put={"unshown": f"{now:.3f}"}, drop=gone))
        return now

    # -- one ticket ----------------------------------------------------------------------------

    async def _ticket(self, work: Work) -> None:
        if work.shown.look and work.shown.root:
            await self._look(work)
        await self._sender.run(work)
        if not await self._poster.settle(work):
            return
        await self._poster.receipts(work)
        if self._must_read(work):
            work.conversation = self._unshown.of(work) or await self._read(work)
        if work.conversation is not None:
            self._unshown.keep(work, work.conversation)
            await self._mirror(work, work.conversation)
        await self._poster.receipts(work)
        for later in ("again", "late"):
            if (at := float(work.fields.get(later, "0"))) > work.now():
                work.wake_at(at)

    def _must_read(self, work: Work) -> bool:
        """Whether the marketplace may show something that Slack does not."""
        if work.conversation is not None:
            return False
        if work.seen is not None and (work.seen != work.shown.revision or "end" in work.fields):
            return True
        if any(work.now() >= float(work.fields.get(at, "inf")) for at in ("again", "late")):
            return True
        return "unread" in work.fields or "unshown" in work.fields

    async def _read(self, work: Work) -> Conversation | None:
        """The ticket; None for one that is gone and that the poll does not miss: a late hint."""
        try:
            return await self._provider.get(work.key.id)
        except Rejected as failure:
            if failure.code != NOT_FOUND or work.seen is not None:
                raise
        log.warning("the ticket is gone", ticket=str(work.key))
        gone = (*FLAGS, "late")
        await work.write(Change(drop=gone, ttl=self._place.retention))
        return None

    async def _mirror(self, work: Work, conversation: Conversation) -> None:
        ticket = conversation.ticket
        seen = work.seen
        if not work.shown.root and not self._worth_a_thread(work, ticket):
            await self._mirrored(work, ticket, seen)
            return
        live = self._live(work, conversation)
        if not work.shown.root or mirror.next_part(work.shown, conversation) is not None:
            # Before it is posted: an agent may answer at once, even if this process dies meanwhile.
            await self._store.touch(work.key, work.now())
        await self._root(work, ticket, live)
        await self._claim_echoes(work, conversation)
        while (post := mirror.next_part(work.shown, conversation)) is not None:
            shown = work.shown
            await self._poster.post(
                work, shown.channel, shown.root, post.effect, post.item, live=live
            )
        if await self._card(work, ticket):
            await self._mirrored(work, ticket, seen)

    def _worth_a_thread(self, work: Work, ticket: Ticket) -> bool:
        return ticket.status.active or bool(work.intents)

    def _live(self, work: Work, conversation: Conversation) -> bool:
        """Whether somebody waits for this: not backlog."""
        newest = max((m.at.timestamp() for m in conversation.messages), default=0.0)
        return bool(work.shown.revision) or work.now() - newest < LIVE_SECONDS

    async def _root(self, work: Work, ticket: Ticket, live: bool) -> None:
        if work.shown.root:
            return
        lost = await self._store.born() in ("", REBUILDING)
        if lost:  # that a record names no thread proves nothing
            raise Later("Redis was emptied", EMPTIED_SECONDS, code="redis")
        place = self._place
        channel = policy.route(ticket, place.provider, place.routes, place.channel)
        item = self._drawn(work, ticket)
        await self._poster.post(work, channel, "", mirror.CARD, item, live=live)
        now = work.now()
        await work.write(Change(put={"card": digest_of(item), "card_at": f"{now:.3f}"}))

    async def _card(self, work: Work, ticket: Ticket) -> bool:
        return await self._poster.card(work, self._drawn(work, ticket))

    def _drawn(self, work: Work, ticket: Ticket) -> Card:
        can = self._provider.capabilities
        provider = self._place.provider
        return mirror.card(ticket, provider, can, work.shown, work.intents, work.now())

    async def _claim_echoes(self, work: Work, conversation: Conversation) -> None:
        """What an agent sent from here is not shown a second time."""
        if not any(intent.awaits_echo for intent in work.intents):
            return
        said = evidence.digests(conversation)
        found = mirror.echoes(work.shown, conversation, work.intents, said)
        for message, intent in found.items():
            reason = intent.reason if intent.state is State.SENT else ""
            after = settle(intent, State.SENT, message=message, reason=reason)
            await work.swap(intent, after, **mirror.shown_as(after))
            if intent.state is not State.SENT:
                log.info("settled: sent", ticket=str(work.key), intent=intent.id)
                work.wake_at(work.now())  # what an agent asked for after it need not wait any more

    async def _mirrored(self, work: Work, ticket: Ticket, seen: str | None) -> None:
        """Everything is shown: remember of which revision, and let an ended ticket go."""
        put = {"rev": seen or ticket.revision, "st": ticket.raw_status}
        if ticket.recheck and ticket.status.active:
            put["again"] = f"{work.now() + ticket.recheck:.0f}"
        unchanged = all(work.fields.get(k) == v for k, v in put.items())
        ended = not ticket.status.active
        self._unshown.forget(work)
        if not unchanged or {*FLAGS, "late"} & work.fields.keys():
            await self._remember(work, put, ended)
        if ended:
            await self._store.forget_seen(work.key.account, [work.key.id])

    async def _remember(self, work: Work, put: dict[str, str], ended: bool) -> None:
        ttl = self._place.retention if ended else (0 if "end" in work.fields else None)
        # Only what this pass has seen: somebody may have asked for more meanwhile.
        late = ("late",) if work.shown.late <= work.now() else ()
        done = {*FLAGS, *late, *(() if ended else ("end",))} & work.fields.keys()
        drop = done - put.keys()
        if ended:
            put["end"] = "1"
        await work.write(Change(put=put, drop=tuple(drop), ttl=ttl))
        if work.shown.root:  # from now on, too, an answer in the thread must find its ticket
            await self._store.bind(work.shown.channel, work.shown.root, work.key)

    # -- catching up ---------------------------------------------------------------------------

    async def _look(self, work: Work) -> None:
        """Read what people wrote in the thread while nobody listened."""
        shown = work.shown
        since = _unsettled_since(shown, work.intents)
        live = any(i.state.open for i in work.intents)
        try:
            heard = await self._chat.heard(shown.channel, shown.root, since, live)
        except Later as failure:
            if live or failure.code not in PACED:
                raise
            # Nothing waits to be sent that may have been edited: the customer's words go on.
            work.wake_at(work.now() + failure.seconds)
            return
        except Rejected as failure:
            log.warning("cannot re-read a thread", ticket=str(work.key), why=failure.code)
            await work.write(Change(drop=("look",)))
            return
        changed = await self._desk.caught_up(work.key, heard, since, work.intents)
        newest = max((h.ts for h in heard), default=since, key=float)
        await work.write(Change(put={"caught": newest}, drop=("look",)))
        if changed:
            raise Again

    # -- the account itself --------------------------------------------------------------------

    async def _account(self, work: Work) -> None:
        """What belongs to no ticket: tickets to open, and what the bridge has to say, each once."""
        await self._sender.run(work)
        if not await self._poster.settle(work):
            return
        await self._poster.receipts(work, self._place.channel)
        for intent in work.intents:
            if intent.kind is not Kind.NOTICE or intent.receipt.ts:
                continue
            item = Notice(
                work.key.account,
                intent.text,
                intent.fields.get("button", ""),
                intent.fields.get("label", ""),
            )
            channel = intent.channel or self._place.ops_channel or self._place.channel
            await self._poster.post(
                work, channel, "", mirror.words_effect(intent.id), item, live=True
            )
        past = work.now() - self._place.retention
        if old := tuple(i.id for i in work.intents if i.state.settled and i.created < past):
            await work.write(Change(forget=old))


def _unsettled_since(shown: mirror.Shown, intents: Sequence[Intent]) -> str:
    """The ts after which a thread is read again: what may still be sent is among it."""
    root = float(shown.root)
    written = [float(i.ts) for i in intents if i.ts and not i.state.settled]
    unsettled = [ts - TICK for ts in written if ts > root]
    return f"{min([float(shown.caught or root), *unsettled]):.6f}"


def _earlier(a: float | None, b: float) -> float:
    return b if a is None else min(a, b)
