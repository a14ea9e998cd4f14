"""The lane's half that changes marketplaces: intents go out, in order, each attempt written down
before it is made, and an attempt of unknown outcome is looked for before anything is done again.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from slackbridge import evidence, mirror, policy, receipt
from slackbridge.errors import Failure, Later, Unknown
from slackbridge.evidence import Absent, Differs, Evidence, Happened
from slackbridge.intent import Attempt, Intent, State, absent, begin, doubt, fail, requeue, settle
from slackbridge.model import Conversation, Kind, Status, TicketKey
from slackbridge.optional import Measures, Settles
from slackbridge.ports import Change, May, Provider
from slackbridge.work import Work, written

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds."""

    timeout: float
    settle: float
    retry: float
    retry_max: float
    give_up: float


class Sender:
    """Sends the intents of one ticket. `may` tells why a user may not act ('' = may)."""

    def __init__(self, provider: Provider, may: May, patience: Patience) -> None:
        self._provider = provider
        self._may = may
        self._patience = patience

    async def run(self, work: Work) -> None:
        """Settle what is open, then send what is due, in the order in which agents asked."""
        blocked = False
        for intent in work.intents:
            if not intent.kind.sent:
                continue
            if blocked and policy.in_order(intent.kind):
                if intent.state is State.SENDING:  # what has left may be settled all the same
                    await self._look(work, intent)
                continue
            after = await self._advance(work, intent)
            open = after.state.open or after.state is State.UNKNOWN
            blocked = blocked or (open and not work.key.is_account)

    async def _advance(self, work: Work, intent: Intent) -> Intent:
        if intent.state is State.SENDING:
            intent = await self._look(work, intent)
        if intent.state is State.QUEUED:
            if intent.due > work.now():
                work.wake_at(intent.due)
                return intent
            return await self._attempt(work, intent)
        return intent

    # -- one attempt ---------------------------------------------------------------------------

    async def _attempt(self, work: Work, intent: Intent) -> Intent:
        try:
            if (done := await self._forgotten(work, intent)) is not None:
                return done
            known = await self._prepare(work, intent)
        except Later as failure:
            return await self._later(work, intent, failure)
        except Failure as failure:
            return await work.swap(intent, fail(intent, failure.quoted))
        if isinstance(known, str):
            # What was read may be news to the card, and a crash must not forget that.
            return await work.swap(intent, fail(intent, known), unread=f"{work.now():.3f}")
        if message := _done_before(work, intent):
            log.info("settled: sent", ticket=str(work.key), intent=intent.id)
            return await _was_done(work, intent, settle(intent, State.SENT, message=message))
        started = await work.swap(intent, begin(intent, work.now(), self._patience.timeout, known))
        return await self._call(work, started)

    async def _forgotten(self, work: Work, intent: Intent) -> Intent | None:
        """The marketplace may know that it was done when Redis does not; None = it does not."""
        if intent.unsure or self._repeatable(intent) or not work.forgettable(intent):
            return None
        tried = intent.but(attempt=Attempt(at=written(intent), deadline=work.now()))
        match await self._memory(work, tried):
            case Happened(message):
                after = receipt.forgotten(settle(intent, State.SENT, message=message))
                log.warning("was sent before", ticket=str(work.key), intent=intent.id)
                return await _was_done(work, intent, after)
            case Differs():
                return await work.swap(intent, doubt(tried, _unclear(intent)))
        return None

    def _repeatable(self, intent: Intent) -> bool:
        """Whether it does no harm to do it again: it sets something."""
        action = policy.action_of(intent, self._provider.capabilities)
        return action.repeatable if action else not intent.kind.speaks

    async def _memory(self, work: Work, intent: Intent) -> Evidence:
        at = written(intent)
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self._provider.follow_ups(work.key.id)
            since = at - evidence.EARLIER_SECONDS
            return Happened() if any(t.created_at.timestamp() > since for t in opened) else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(work, intent)
        work.conversation = work.conversation or await self._provider.get(work.key.id)
        known = work.taken() | mirror.shown_before(work.shown, at)
        said = evidence.digests(work.conversation)
        known |= mirror.echoes(work.shown, work.conversation, work.intents, said).keys()
        return evidence.of_forgotten(intent, at, work.conversation, known)

    async def _prepare(self, work: Work, intent: Intent) -> tuple[str, ...] | str:
        """The ids that are there before the call, or why it cannot be made."""
        if why := await self._may(intent.agent, intent.money):
            return why
        can = self._provider.capabilities
        if intent.kind.speaks or (intent.kind is Kind.ACTION and not work.key.is_account):
            work.conversation = work.conversation or await self._provider.get(work.key.id)
        ticket = work.conversation.ticket if work.conversation else None
        if why := policy.impossible(intent, ticket, can):
            return why
        if why := self._too_long(intent):
            return why
        if intent.kind is Kind.FOLLOW_UP:
            return tuple(t.key.id for t in await self._provider.follow_ups(work.key.id))
        return evidence.baseline(work.conversation) if work.conversation else ()

    def _too_long(self, intent: Intent) -> str:
        provider = self._provider
        if isinstance(provider, Measures) and intent.kind.speaks:
            return provider.too_long(intent.text)
        return ""

    async def _call(self, work: Work, intent: Intent) -> Intent:
        before = work.shown.raw_status
        try:
            answer = await self._provider.perform(work.key.id, intent.act(), _left(work, intent))
        except Later as failure:
            return await self._later(work, intent, failure)
        except Unknown as failure:
            log.warning("outcome unknown", ticket=str(work.key), intent=intent.id, why=failure.code)
            work.wake_at(work.now() + min(1.0, self._patience.settle / 4))
            work.conversation = None
            return await work.swap(intent, intent.but(reason=failure.quoted))
        except Failure as failure:
            return await work.swap(intent, fail(intent, failure.quoted))
        log.info("sent", ticket=str(work.key), intent=intent.id, kind=intent.kind.value)
        return await self._done(work, intent, answer, before)

    async def _later(self, work: Work, intent: Intent, failure: Later) -> Intent:
        """It was certainly not done: again after a while, but not for ever; money never."""
        now = work.now()
        old = now - intent.created > self._patience.give_up and intent.tries > 2
        if old or intent.money:
            return await work.swap(intent, fail(intent, failure.quoted))
        tries = max(intent.tries, 1)
        wait = max(
            failure.seconds,
            policy.backoff(tries, self._patience.retry, self._patience.retry_max),
        )
        work.wake_at(now + wait)
        again = requeue(intent, now + wait, failure.quoted)
        return await work.swap(intent, again.but(tries=intent.tries + (intent.attempt is None)))

    async def _done(
        self, work: Work, intent: Intent, answer: Conversation | None, before: str
    ) -> Intent:
        if answer is not None and answer.ticket.key != work.key:
            return await self._opened(work, intent, answer.ticket.key)
        work.conversation = answer
        if answer is None:
            return await work.swap(intent, settle(intent, State.SENT), unread=f"{work.now():.3f}")
        message = ""
        if intent.kind in (Kind.REPLY, Kind.INTERNAL):
            message = evidence.surely_ours(intent, answer, work.taken())
        after = settle(intent, State.SENT, message=message, reason=remark(intent, answer, before))
        revision = answer.ticket.revision
        await work.write(
            Change(
                swaps=((intent, after),),
                put={**mirror.shown_as(after), "rev": revision, "unread": f"{work.now():.3f}"},
                # One that it brought back is active before the poll lists it.
                seen=revision if work.seen is not None or answer.ticket.status.active else "",
            )
        )
        return after

    async def _opened(self, work: Work, intent: Intent, key: TicketKey) -> Intent:
        """A ticket was opened; its thread need not wait for the next poll."""
        await work.reread(key)
        return await work.swap(intent, settle(intent, State.SENT, reason=f"It is `{key}`."))

    # -- an attempt of unknown outcome ---------------------------------------------------------

    async def _look(self, work: Work, intent: Intent) -> Intent:
        asked = work.now()
        try:
            found = await self._evidence(work, intent)
        except Failure as failure:
            return await self._blind(work, intent, failure)
        match found:
            case Happened(message):
                after = settle(intent, State.SENT, message=message)
                log.info("settled: sent", ticket=str(work.key), intent=intent.id)
                return await _was_done(work, intent, after)
            case Differs():
                return await work.swap(intent, doubt(intent, _unclear(intent)))
            case Absent():
                return await self._not_there(work, intent, asked)

    async def _evidence(self, work: Work, intent: Intent) -> Evidence:
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self._provider.follow_ups(work.key.id)
            new = [t for t in opened if t.key.id not in intent.baseline]
            return Happened() if new else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(work, intent)
        work.conversation = await self._provider.get(work.key.id)
        if intent.kind.speaks:
            return evidence.of_message(intent, work.conversation, work.taken())
        return evidence.of_ticket(intent, work.conversation)

    async def _acted(self, work: Work, intent: Intent) -> Evidence:
        """Only the marketplace's own adapter can tell whether an action of its own happened."""
        since = intent.attempt.at if intent.attempt else 0.0
        happened = None
        if isinstance(self._provider, Settles):
            happened = await self._provider.settled(work.key.id, intent.act(), since)
        if happened is None:
            return Differs()
        return Happened() if happened else Absent()

    async def _not_there(self, work: Work, intent: Intent, now: float) -> Intent:
        """It is not among what was read; the reading began at `now`."""
        repeatable = self._repeatable(intent)
        # One that sets something may be repeated, but not while the first may still come in late.
        over = repeatable and (intent.attempt is None or now >= intent.attempt.deadline)
        if over or evidence.absence_proved(intent, now, self._patience.settle):
            log.info("settled: not sent", ticket=str(work.key), intent=intent.id)
            if intent.money:
                return await work.swap(intent, fail(intent, "it did not arrive"))
            return await work.swap(intent, requeue(intent, now))
        attempt = intent.attempt
        assert attempt is not None  # noqa: S101 - a proved absence has none
        settled = attempt.deadline + (0.0 if repeatable else self._patience.settle)
        work.wake_at(max(settled, now + 0.5))
        noted = absent(intent, now).but(reason=intent.reason or "the connection was lost")
        return await work.swap(intent, noted)

    async def _blind(self, work: Work, intent: Intent, failure: Failure) -> Intent:
        """The marketplace cannot be read: after some patience a human decides."""
        now = work.now()
        deadline = intent.attempt.deadline if intent.attempt else now
        if now > deadline + 2 * self._patience.settle or not isinstance(failure, Later | Unknown):
            return await work.swap(intent, doubt(intent, failure.quoted))
        work.wake_at(now + max(1.0, self._patience.retry))
        if intent.reason:
            return intent
        return await work.swap(intent, intent.but(reason=failure.quoted))


def _left(work: Work, intent: Intent) -> float:
    """Seconds until the deadline that was written down; raises Later if it has passed.

    A process that was stopped meanwhile must not send: another may have settled the attempt.
    """
    left = intent.attempt.deadline - work.now() if intent.attempt else 0.0
    if left <= 0:
        raise Later("there was no time left", 1.0, code="late")
    return left


def _done_before(work: Work, intent: Intent) -> str:
    """The id of the message that an earlier attempt left, although it was declined; '' = none.

    Whoever asks for fewer calls may stand before the marketplace, and not know what it has done.
    """
    if intent.before is None or work.conversation is None or not intent.kind.speaks:
        return ""
    match evidence.of_message(intent, work.conversation, work.taken()):
        case Happened(message):
            return message
    return ""


def _unclear(intent: Intent) -> str:
    if intent.kind is Kind.ACTION:
        return "the marketplace does not tell whether it happened; look there"
    return "the ticket shows a similar message, but not quite this one"


async def _was_done(work: Work, intent: Intent, after: Intent) -> Intent:
    """The marketplace shows that an earlier attempt did it; the card shall show what it did."""
    return await work.swap(intent, after, **mirror.shown_as(after), unread=f"{work.now():.3f}")


def remark(intent: Intent, answer: Conversation, before: str) -> str:
    """What the agent should know about the marketplace's answer; '' = nothing."""
    ticket = answer.ticket
    if intent.status is not None and not evidence.status_holds(ticket.status, intent.status):
        return f"But the ticket is now {ticket.raw_status}, not {intent.status}."
    silent = intent.kind in (Kind.INTERNAL, Kind.PRIVATE, Kind.ASSIGN)
    if silent and before and ticket.raw_status != before and ticket.status is Status.WAITING:
        return f"The marketplace also changed the status from {before} to {ticket.raw_status}."
    return ""
