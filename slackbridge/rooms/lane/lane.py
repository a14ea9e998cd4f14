"""The lane: the only room that changes Slack and the marketplaces.

`reconcile` is level-triggered, as a Kubernetes controller is: it compares the ticket with what
Slack shows and closes the difference, under a lease. A crash costs one repeat. A pass that has to
wait ends, and says when the ticket is due again.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.domain.account import AccountState
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
from slackbridge.rooms.lane.poster import SHUT_OUT, Poster
from slackbridge.rooms.lane.reads import PendingReads, ReadJudge
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import RecordChanged, TicketPass
from slackbridge.rules import backoff
from slackbridge.text.clean import digest

log = structlog.get_logger(__name__)
PACED = frozenset({Code.PACED, Code.RATE_LIMITED})
HARMLESS = PACED | {Code.REDIS}
REMIND_SECONDS = 3_600.0
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
    ) -> None:
        self._store = store
        self._chat = chat
        self._provider = provider
        self._sender = sender
        self._poster = poster
        self._desk = desk
        self._settings = settings
        self._pending = PendingReads()
        self._judge = ReadJudge()
        self._mirror = Mirror(store, provider, poster, settings)
        self._notices = Notices(sender, poster, settings)

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
            await (self._notices.run(pass_) if pass_.key.is_account else self._ticket(pass_))
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
        if pass_.stored.root and 0 < self._look_due(pass_) <= pass_.now():
            await self._look(pass_)
        if (at := self._look_due(pass_)) > pass_.now():
            pass_.wake_at(at)
        await self._sender.run(pass_)
        if not await self._poster.settle(pass_):
            return
        await self._poster.receipts(pass_)
        if self._must_read(pass_):
            pass_.conversation = self._pending.of(pass_) or await self._read(pass_)
        doubt = await self._show(pass_, pass_.conversation) if pass_.conversation else None
        await self._poster.receipts(pass_)
        for at in (pass_.stored.recheck_at, pass_.stored.redraw_at):
            if at > pass_.now():
                pass_.wake_at(at)
        if doubt is not None:
            raise doubt

    async def _show(self, pass_: TicketPass, conversation: Conversation) -> Later | None:
        """Show what was read. Returns why that does not count: it must be read again."""
        doubt = self._judge.doubt(pass_, conversation)
        if doubt is None:
            self._pending.keep(pass_, conversation)
        else:
            self._pending.forget(pass_)
        if await self._mirror.show(pass_, conversation) and doubt is None:
            self._pending.forget(pass_)
            await self._mirror.shown(pass_, conversation.ticket)
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
            return await self._provider.get(pass_.key.id)
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
