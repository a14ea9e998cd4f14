"""The lane: the only room that changes Slack and the marketplaces.

`reconcile` is level-triggered, as a Kubernetes controller is: it compares the ticket with what
Slack shows and closes the difference, under a lease. A crash costs one repeat. A pass that has to
wait ends, and says when the ticket is due again.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unknown
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Conversation
from slackbridge.domain.record import Change, Patch, StoredTicket
from slackbridge.ports.chat import Chat
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Lease, LostLease, Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.inbound.readings import Reading
from slackbridge.rooms.lane.mirror import Mirror
from slackbridge.rooms.lane.notices import Notices
from slackbridge.rooms.lane.outcome import Conflict, Done, Outcome, RetryAt
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.reads import PendingReads, ReadJudge, read
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.stuck import StuckTickets
from slackbridge.rooms.lane.ticket_pass import RecordChanged, TicketPass
from slackbridge.rooms.lane.uploads import Uploads
from slackbridge.rules import backoff, edits

log = structlog.get_logger(__name__)
PACED = frozenset({Code.PACED, Code.RATE_LIMITED})
UNREADABLE = "what Redis holds of it cannot be read by this version of the bridge."
TICK = 0.000_001  # the smallest step of a ts


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
        uploads: Uploads | None = None,
    ) -> None:
        self._store = store
        self._chat = chat
        self._provider = provider
        self._sender = sender
        self._poster = poster
        self._desk = desk
        self._settings = settings
        self._uploads = uploads
        self._pending = PendingReads()
        self._judge = ReadJudge()
        self._mirror = Mirror(store, provider, poster, settings)
        self._stuck = StuckTickets(store, settings.quarantine_after)
        self._notices = Notices(store, chat, sender, poster, settings)

    async def reconcile(self, lease: Lease) -> Outcome:
        """One pass over the ticket. Raises Later if Redis is away.

        The caller gives the lease back, by what this returns.
        """
        with structlog.contextvars.bound_contextvars(
            account=lease.key.account, ticket=str(lease.key), lease=lease.token
        ):
            record = await self._store.load(lease.key)
            try:
                pass_ = TicketPass(self._store, lease, record, self._settings.lease / 3)
            except ValueError:
                log.error("record.unreadable")
                await self._stuck.note(lease.key, UNREADABLE)
                return RetryAt(self._store.now() + self._settings.retry_max, "unreadable")
            return await self._guarded(pass_)

    async def _guarded(self, pass_: TicketPass) -> Outcome:
        try:
            return await self._pass(pass_)
        except LostLease:
            return await self._lost(pass_)
        except RecordChanged:
            return RetryAt(self._store.now(), "changed")

    async def _pass(self, pass_: TicketPass) -> Outcome:
        try:
            whole = await (
                self._notices.run(pass_) if pass_.key.is_account else self._ticket(pass_)
            )
        except Failure as failure:
            return await self._failed(pass_, failure)
        except (LostLease, RecordChanged):
            raise
        except Exception as error:
            log.exception("pass.crashed")
            return await self._failed(pass_, Rejected(f"internal error ({type(error).__name__})"))
        if whole and (pass_.stored.tries or pass_.stored.stuck):
            await self._stuck.succeeded(pass_)
            await pass_.write(Change(put=Patch(tries=None, stuck=None)))
        return Done() if pass_.wake is None else RetryAt(pass_.wake)

    async def _failed(self, pass_: TicketPass, failure: Failure) -> Outcome:
        """Retry with backoff; tell those who wait for it, and after many tries everybody."""
        wait = failure.seconds if isinstance(failure, Later) else 0.5
        if failure.code == Code.REDIS:
            return _retry(pass_, wait, failure)
        if failure.code == Code.THREAD_GONE:
            return await self._renew(pass_)
        counts = failure.code not in PACED
        tries = pass_.stored.tries + counts
        if counts and (tries > 1 or not isinstance(failure, Unknown)):
            wait = max(wait, backoff.backoff(tries, self._settings.retry, self._settings.retry_max))
        swaps = self._sender.delayed(pass_, failure, pass_.now() + wait, counts=counts)
        if counts:
            log.warning("pass.retried", why=failure.code, tries=tries)
            await pass_.write(Change(swaps=swaps, put=Patch(tries=tries)))
            await self._stuck.failed(pass_, failure, tries, self._mirror.channel(pass_))
        elif swaps:
            await pass_.write(Change(swaps=swaps))
        if swaps:
            await self._tell(pass_)
        return _retry(pass_, wait, failure)

    async def _lost(self, pass_: TicketPass) -> Outcome:
        """The lease was lost. That counts as a try: it may happen each time."""
        log.warning("lease.lost")
        await self._poster.lease_lost(pass_)
        failure = Later("the work on it was interrupted", 0.0, code=Code.INTERRUPTED)
        tries = pass_.stored.tries + 1
        await self._store.write(pass_.key, Change(put=Patch(tries=tries)))
        if tries > 1:
            for swap in self._sender.delayed(pass_, failure, pass_.now()):
                await self._store.write(pass_.key, Change(swaps=(swap,)))
        await self._stuck.failed(pass_, failure, tries)
        return Conflict()

    async def _tell(self, pass_: TicketPass) -> None:
        """Show the receipts as far as that is possible now, whatever else fails."""
        wake = pass_.wake
        try:
            await self._poster.receipts(
                pass_, self._settings.channel if pass_.key.is_account else ""
            )
        except Failure as failure:
            log.warning("receipts.not_shown", why=failure.loggable)
        pass_.wake = wake

    async def _renew(self, pass_: TicketPass) -> Outcome:
        """Somebody deleted the thread: what comes from now on gets a new one."""
        log.warning("thread.deleted")
        now = pass_.now()
        gone = Patch(channel=None, root=None, card=None, card_at=None, redraw_at=None)
        await pass_.write(Change(put={**gone, "undrawn_at": now}))
        return RetryAt(now, Code.THREAD_GONE)

    # -- one ticket ----------------------------------------------------------------------------

    async def _ticket(self, pass_: TicketPass) -> bool:
        """Returns whether the pass came to its end."""
        if pass_.stored.tries:
            await self._tell(pass_)
        if pass_.stored.root and 0 < self._look_due(pass_) <= pass_.now():
            await self._look(pass_)
        if (at := self._look_due(pass_)) > pass_.now():
            pass_.wake_at(at)
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return False
        await self._poster.receipts(pass_)
        if self._must_read(pass_):
            pass_.conversation = self._pending.of(pass_) or await self._read(pass_)
        doubt = await self._show(pass_, pass_.conversation) if pass_.conversation else None
        await self._poster.receipts(pass_)
        if self._uploads is not None and pass_.stored.files:
            await self._uploads.run(pass_)
        for at in (pass_.stored.recheck_at, pass_.stored.redraw_at):
            if at > pass_.now():
                pass_.wake_at(at)
        if failure := pass_.mixed_up or doubt:
            raise failure
        return True

    async def _show(self, pass_: TicketPass, conversation: Conversation) -> Later | None:
        """Show what was read. Returns why that does not count: it must be read again."""
        doubt = self._judge.doubt(pass_, conversation)
        if doubt is None:
            self._pending.keep(pass_, conversation)
        else:
            self._pending.forget(pass_)
        # In an older read another text is no edit.
        edited = edits.edited(pass_.stored, conversation) if doubt is None else ()
        whole = await self._mirror.show(pass_, conversation, edited)
        if whole and doubt is None:
            self._pending.forget(pass_)
            if self._uploads is not None:  # before the ticket counts as shown
                await self._uploads.note(pass_, conversation)
            await self._mirror.shown(pass_, conversation, edited)
        return doubt

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
            return await read(pass_, self._provider)
        except Rejected as failure:
            if failure.code != Code.NOT_FOUND or pass_.seen is not None:
                raise
        log.warning("ticket.gone")
        done = Patch(unread_at=None, undrawn_at=None, recheck_at=None, redraw_at=None)
        await pass_.write(Change(put=done, ttl=self._settings.retention))
        return None

    # -- catching up ---------------------------------------------------------------------------

    def _look_due(self, pass_: TicketPass) -> float:
        """When the thread must be read (Unix seconds): something was missed, or not shown."""
        unseen = [i.unseen_at + self._settings.slack_settle for i in pass_.intents if i.unseen_at]
        return pass_.stored.missed_at or min(unseen, default=0.0)

    async def _look(self, pass_: TicketPass) -> None:
        """Read what people wrote in the thread while nobody listened."""
        stored, began, settle = pass_.stored, pass_.now(), self._settings.slack_settle
        since = _unsettled_since(stored, pass_.intents)
        live = any(i.state.open for i in pass_.intents)
        try:
            async with pass_.held():
                heard = await self._chat.heard(stored.channel, stored.root, since, live)
        except Later as failure:
            if live or failure.code not in PACED:
                raise
            # Nothing waits to be sent that may have been edited: customers' messages go first.
            pass_.wake_at(pass_.now() + failure.seconds)
            return
        except Rejected as failure:
            log.warning("thread.unreadable", why=failure.code)
            changed = await self._desk.readings.refused(pass_.key, pass_.intents)
            await pass_.write(Change(put=Patch(missed_at=None)))
            if changed:
                raise RecordChanged from None
            return
        reading = Reading(since, began, settle)
        changed = await self._desk.readings.taken_in(pass_.key, heard, pass_.intents, reading)
        newest = max((h.ts for h in heard), default=since, key=float)
        # What was written just now may not be shown yet: it is read the next time.
        read_to = min(newest, max(since, f"{began - settle:.6f}", key=float), key=float)
        await pass_.write(Change(put=Patch(read_to=read_to, missed_at=None)))
        if changed:
            raise RecordChanged


def _unsettled_since(stored: StoredTicket, intents: Sequence[Intent]) -> str:
    """The ts after which a thread is read again: no message that may still be sent is older."""
    root = float(stored.root)
    written = [float(i.ts) for i in intents if i.ts and not i.state.settled]
    unsettled = [ts - TICK for ts in written if ts > root]
    return f"{min([float(stored.read_to or root), *unsettled]):.6f}"


def _retry(pass_: TicketPass, wait: float, failure: Failure) -> RetryAt:
    pass_.wake_at(pass_.now() + wait)
    return RetryAt(pass_.wake or 0.0, failure.code)
