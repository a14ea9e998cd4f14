"""The lane: the only room that changes Slack and the marketplaces.

`reconcile` is level-triggered, as a Kubernetes controller is: it compares the ticket with what
Slack shows and closes the difference, under a lease. A crash costs one repeat. A pass that has to
wait ends, and says when the ticket is due again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from slackbridge.domain.account import AccountState
from slackbridge.domain.chat import CARD, words_effect
from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unknown
from slackbridge.domain.intent import Intent, State, conclude
from slackbridge.domain.model import Conversation, Kind, Ticket
from slackbridge.domain.record import Change, Patch, StoredTicket
from slackbridge.domain.view import Card, Notice
from slackbridge.domain.view import digest as digest_of
from slackbridge.ports.chat import Chat
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import REBUILDING, Lease, LostLease, Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.lane.outcome import Conflict, Done, Outcome, RetryAt
from slackbridge.rooms.lane.poster import SHUT_OUT, Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.ticket_pass import PendingReads, RecordChanged, TicketPass
from slackbridge.rules import backoff, card, echo, evidence, next_post, routing
from slackbridge.text.clean import digest

log = structlog.get_logger(__name__)
LIVE_SECONDS = 900.0
PACED = frozenset({Code.PACED, Code.RATE_LIMITED})
HARMLESS = PACED | {Code.REDIS}
REMIND_SECONDS = 3_600.0
EMPTIED_SECONDS = 5.0
TICK = 0.000_001  # the smallest step of a ts


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """Where an account's tickets go, and how long their records live after their end."""

    provider: str
    routes: tuple[routing.Route, ...]
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
        desk: InboundDesk,
        settings: LaneSettings,
    ) -> None:
        self._store = store
        self._chat = chat
        self._provider = provider
        self._sender = sender
        self._poster = poster
        self._desk = desk
        self._settings = settings
        self._pending = PendingReads()

    async def reconcile(self, lease: Lease) -> Outcome:
        """One pass over the ticket. Raises Later if Redis is away.

        The caller gives the lease back, by what this returns.
        """
        with structlog.contextvars.bound_contextvars(
            account=lease.key.account, ticket=str(lease.key), lease=lease.token
        ):
            record = await self._store.load(lease.key)
            try:
                pass_ = TicketPass(self._store, lease, record)
            except ValueError:
                log.error("record.unreadable")
                return RetryAt(self._store.now() + self._settings.retry_max, "unreadable")
            return await self._guarded(pass_)

    async def _guarded(self, pass_: TicketPass) -> Outcome:
        try:
            return await self._pass(pass_)
        except LostLease:
            log.warning("lease.lost")
            await self._poster.lease_lost(pass_)
            return Conflict()
        except RecordChanged:
            return RetryAt(self._store.now(), "changed")

    async def _pass(self, pass_: TicketPass) -> Outcome:
        try:
            await (self._account(pass_) if pass_.key.is_account else self._ticket(pass_))
        except Failure as failure:
            return await self._failed(pass_, failure)
        except (LostLease, RecordChanged):
            raise
        except Exception as error:
            log.exception("pass.crashed")
            return await self._failed(pass_, Rejected(f"internal error ({type(error).__name__})"))
        if pass_.stored.tries:
            await pass_.write(Change(put=Patch(tries=None)))
        return Done() if pass_.wake is None else RetryAt(pass_.wake)

    async def _failed(self, pass_: TicketPass, failure: Failure) -> Outcome:
        """Retry with backoff; after many tries tell people once, and go on rarely."""
        wait = failure.seconds if isinstance(failure, Later) else 0.5
        if failure.code in HARMLESS:
            return _retry(pass_, wait, failure)
        if failure.code == Code.THREAD_GONE:
            return await self._renew(pass_)
        tries = pass_.stored.tries + 1
        log.warning("pass.retried", why=failure.code, tries=tries)
        await pass_.write(Change(put=Patch(tries=tries)))
        patience = 1 if failure.code in SHUT_OUT else self._settings.quarantine_after
        if tries == patience and not pass_.key.is_account:
            await self._stuck(pass_, failure)
        if tries > 1 or not isinstance(failure, Unknown):
            wait = max(wait, backoff.backoff(tries, self._settings.retry, self._settings.retry_max))
        return _retry(pass_, wait, failure)

    async def _stuck(self, pass_: TicketPass, failure: Failure) -> None:
        log.error("ticket.stuck", why=failure.loggable)
        account = pass_.key.account
        if (await self._store.facts(account)).health.state is not AccountState.OK:
            return  # the account says so itself, once for all its tickets
        # A cause that many tickets share is told once, of the first of them.
        cause = failure.code or digest(failure.reason)
        if not await self._store.once(f"stuck:{account}:{cause}", REMIND_SECONDS):
            return
        remedy = SHUT_OUT.get(failure.code, "")
        await self._desk.announce(
            account,
            f"stuck:{pass_.key.id}:{int(pass_.now())}",
            f"Ticket `{pass_.key}` cannot be brought up to date: {failure.quoted}. {remedy}It is "
            f"tried again from time to time; `slackbridge replay {pass_.key}` does so at once.",
        )

    async def _renew(self, pass_: TicketPass) -> Outcome:
        """Somebody deleted the thread: what comes from now on gets a new one."""
        log.warning("thread.deleted")
        now = pass_.now()
        gone = Patch(channel=None, root=None, card=None, card_at=None, redraw_at=None)
        await pass_.write(Change(put={**gone, "undrawn_at": now}))
        return RetryAt(now, Code.THREAD_GONE)

    # -- one ticket ----------------------------------------------------------------------------

    async def _ticket(self, pass_: TicketPass) -> None:
        if pass_.stored.missed_at and pass_.stored.root:
            await self._look(pass_)
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return
        await self._poster.receipts(pass_)
        if self._must_read(pass_):
            pass_.conversation = self._pending.of(pass_) or await self._read(pass_)
        if pass_.conversation is not None:
            self._pending.keep(pass_, pass_.conversation)
            await self._mirror(pass_, pass_.conversation)
        await self._poster.receipts(pass_)
        for at in (pass_.stored.recheck_at, pass_.stored.redraw_at):
            if at > pass_.now():
                pass_.wake_at(at)

    def _must_read(self, pass_: TicketPass) -> bool:
        """Whether the marketplace may show something that Slack does not."""
        if pass_.conversation is not None:
            return False
        stored = pass_.stored
        if pass_.seen is not None and (pass_.seen != stored.revision or stored.ended):
            return True
        if any(0 < at <= pass_.now() for at in (stored.recheck_at, stored.redraw_at)):
            return True
        return bool(stored.unread_at or stored.undrawn_at)

    async def _read(self, pass_: TicketPass) -> Conversation | None:
        """The ticket; None for one that is gone and that the poll does not list: a late webhook."""
        try:
            return await self._provider.get(pass_.key.id)
        except Rejected as failure:
            if failure.code != Code.NOT_FOUND or pass_.seen is not None:
                raise
        log.warning("ticket.gone")
        done = Patch(unread_at=None, undrawn_at=None, recheck_at=None, redraw_at=None)
        await pass_.write(Change(put=done, ttl=self._settings.retention))
        return None

    async def _mirror(self, pass_: TicketPass, conversation: Conversation) -> None:
        ticket = conversation.ticket
        seen = pass_.seen
        if not pass_.stored.root and not self._worth_a_thread(pass_, ticket):
            await self._mirrored(pass_, ticket, seen)
            return
        live = self._live(pass_, conversation)
        if not pass_.stored.root or next_post.next_part(pass_.stored, conversation) is not None:
            # Before the post: an agent may answer it at once, even if this process dies meanwhile.
            await self._store.touch(pass_.key, pass_.now())
        await self._root(pass_, ticket, live)
        await self._claim_echoes(pass_, conversation)
        while (post := next_post.next_part(pass_.stored, conversation)) is not None:
            stored = pass_.stored
            await self._poster.post(
                pass_, stored.channel, stored.root, post.effect, post.item, live=live
            )
        if await self._card(pass_, ticket):
            await self._mirrored(pass_, ticket, seen)

    def _worth_a_thread(self, pass_: TicketPass, ticket: Ticket) -> bool:
        return ticket.status.active or not all(i.is_tombstone for i in pass_.intents)

    def _live(self, pass_: TicketPass, conversation: Conversation) -> bool:
        """Whether somebody waits for this: not backlog."""
        newest = max((m.at.timestamp() for m in conversation.messages), default=0.0)
        return bool(pass_.stored.revision) or pass_.now() - newest < LIVE_SECONDS

    async def _root(self, pass_: TicketPass, ticket: Ticket, live: bool) -> None:
        if pass_.stored.root:
            return
        lost = await self._store.map_began() in ("", REBUILDING)
        if lost:  # that a record names no thread proves nothing
            raise Later("Redis was emptied", EMPTIED_SECONDS, code=Code.REDIS)
        to = self._settings
        channel = routing.route(ticket, to.provider, to.routes, to.channel)
        item = self._drawn(pass_, ticket)
        await self._poster.post(pass_, channel, "", CARD, item, live=live)
        await pass_.write(Change(put=Patch(card=digest_of(item), card_at=pass_.now())))

    async def _card(self, pass_: TicketPass, ticket: Ticket) -> bool:
        return await self._poster.card(pass_, self._drawn(pass_, ticket))

    def _drawn(self, pass_: TicketPass, ticket: Ticket) -> Card:
        can = self._provider.capabilities
        provider = self._settings.provider
        return card.card(ticket, provider, can, pass_.stored, pass_.intents, pass_.now())

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

    async def _mirrored(self, pass_: TicketPass, ticket: Ticket, seen: str | None) -> None:
        """Everything is shown: record of which revision; the record of an ended ticket expires."""
        put = Patch(revision=seen or ticket.revision, raw_status=ticket.raw_status)
        if ticket.recheck and ticket.status.active:
            put["recheck_at"] = pass_.now() + ticket.recheck
        ended = not ticket.status.active
        self._pending.forget(pass_)
        if not pass_.stored.holds(put) or pass_.stored.wants_read:
            await self._remember(pass_, put, ended)
        if ended:
            await self._store.forget_seen(pass_.key.account, [pass_.key.id])

    async def _remember(self, pass_: TicketPass, put: Patch, ended: bool) -> None:
        stored = pass_.stored
        ttl = self._settings.retention if ended else (0 if stored.ended else None)
        done = Patch(unread_at=None, undrawn_at=None, recheck_at=None)
        done["ended"] = True if ended else None
        if stored.redraw_at <= pass_.now():
            done["redraw_at"] = None
        await pass_.write(Change(put={**done, **put}, ttl=ttl))
        if stored.root:  # the map of threads must live as long as the record
            await self._store.bind(stored.channel, stored.root, pass_.key)

    # -- catching up ---------------------------------------------------------------------------

    async def _look(self, pass_: TicketPass) -> None:
        """Read what people wrote in the thread while nobody listened."""
        stored = pass_.stored
        since = _unsettled_since(stored, pass_.intents)
        live = any(i.state.open for i in pass_.intents)
        try:
            heard = await self._chat.heard(stored.channel, stored.root, since, live)
        except Later as failure:
            if live or failure.code not in PACED:
                raise
            # Nothing waits to be sent that may have been edited: customers' messages go first.
            pass_.wake_at(pass_.now() + failure.seconds)
            return
        except Rejected as failure:
            log.warning("thread.unreadable", why=failure.code)
            await pass_.write(Change(put=Patch(missed_at=None)))
            return
        changed = await self._desk.caught_up(pass_.key, heard, since, pass_.intents)
        newest = max((h.ts for h in heard), default=since, key=float)
        await pass_.write(Change(put=Patch(read_to=newest, missed_at=None)))
        if changed:
            raise RecordChanged

    # -- the account itself --------------------------------------------------------------------

    async def _account(self, pass_: TicketPass) -> None:
        """What belongs to no ticket: tickets to open, and what the bridge has to say, each once."""
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return
        await self._poster.receipts(pass_, self._settings.channel)
        for intent in pass_.intents:
            if intent.kind is not Kind.NOTICE or intent.receipt.ts:
                continue
            item = Notice(
                pass_.key.account,
                intent.text,
                intent.fields.get("button", ""),
                intent.fields.get("label", ""),
            )
            channel = intent.channel or self._settings.ops_channel or self._settings.channel
            await self._poster.post(pass_, channel, "", words_effect(intent.id), item, live=True)
        past = pass_.now() - self._settings.retention
        if old := tuple(i.id for i in pass_.intents if i.state.settled and i.created < past):
            await pass_.write(Change(forget=old))


def _unsettled_since(stored: StoredTicket, intents: Sequence[Intent]) -> str:
    """The ts after which a thread is read again: no message that may still be sent is older."""
    root = float(stored.root)
    written = [float(i.ts) for i in intents if i.ts and not i.state.settled]
    unsettled = [ts - TICK for ts in written if ts > root]
    return f"{min([float(stored.read_to or root), *unsettled]):.6f}"


def _retry(pass_: TicketPass, wait: float, failure: Failure) -> RetryAt:
    pass_.wake_at(pass_.now() + wait)
    return RetryAt(pass_.wake or 0.0, failure.code)
