"""Sends the intents of one ticket to its marketplace, in the order in which agents asked.

Every attempt is stored before the call is made. After an unknown outcome the marketplace is read
before anything is done again.
"""

from __future__ import annotations

import math
from dataclasses import replace

import structlog

from slackbridge.domain.errors import Code, Failure, Later, Unknown
from slackbridge.domain.intent import (
    Attempt,
    Intent,
    State,
    begin,
    conclude,
    fail,
    mark_absent,
    mark_unknown,
    requeue,
)
from slackbridge.domain.model import Conversation, Kind, Ticket, TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.ports.capabilities import Measures, Settles
from slackbridge.ports.chat import May
from slackbridge.ports.files import SharedFiles
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane import staleness
from slackbridge.rooms.lane.reply_files import Files, ReplyFiles
from slackbridge.rooms.lane.settings import SendSettings as SendSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass, written
from slackbridge.rooms.lane.unconfirmed import unconfirmed
from slackbridge.rules import backoff, echo, evidence, feasibility, next_post, receipt
from slackbridge.rules.answer import listed_as, remark, unclear
from slackbridge.rules.delayed import delayed
from slackbridge.rules.evidence import Absent, Differs, Evidence, Happened
from slackbridge.rules.staleness import requeue_or_ask

log = structlog.get_logger(__name__)
Swaps = tuple[tuple[Intent, Intent], ...]


class Sender:
    """Sends the intents of one ticket. `may` tells why a user may not act ('' = may)."""

    def __init__(
        self,
        provider: Provider,
        may: May,
        settings: SendSettings,
        shared: SharedFiles | None = None,
    ) -> None:
        self._provider = provider
        self._may = may
        self._settings = settings
        self._files = ReplyFiles(shared, provider.capabilities.files)

    async def run(self, pass_: TicketPass) -> None:
        """Settle what is open, then send what is due, in the order in which agents asked."""
        blocked = False
        for intent in pass_.intents:
            if not intent.kind.sent:
                continue
            if blocked and intent.kind.ordered:
                if intent.state is State.SENDING:  # an open attempt may be settled out of order
                    await self._look(pass_, intent)
                continue
            after = await self._advance(pass_, intent)
            open = after.state.open or after.state is State.UNKNOWN
            blocked = blocked or (open and not pass_.key.is_account)

    def delayed(
        self, pass_: TicketPass, failure: Failure, again: float, *, counts: bool = True
    ) -> Swaps:
        """The changes of intents that a failed pass did not come to; it is tried at `again`.

        `counts`: it was a failed try, and they are given up in the end.
        """
        now, give_up = pass_.now(), self._settings.give_up if counts else math.inf
        told = [(i, delayed(i, failure.quoted, again, now, give_up)) for i in pass_.intents]
        return tuple((before, after) for before, after in told if after is not None)

    async def _advance(self, pass_: TicketPass, intent: Intent) -> Intent:
        if intent.state is State.SENDING:
            intent = await self._look(pass_, intent)
        if intent.state is State.QUEUED:
            if pass_.must_wait(intent):
                return intent
            fresh, done = self._settings.give_up, self._done_in_an_earlier_epoch
            intent = await staleness.asked(pass_, intent, fresh, done)
        return await self._attempt(pass_, intent) if intent.state is State.QUEUED else intent

    # -- one attempt ---------------------------------------------------------------------------

    async def _attempt(self, pass_: TicketPass, intent: Intent) -> Intent:
        try:
            if (done := await self._done_in_an_earlier_epoch(pass_, intent)) is not None:
                return done
            known = await self._prepare(pass_, intent)
            files = () if isinstance(known, str) else await self._files.of(pass_, intent)
        except Later as failure:
            return await self._later(pass_, intent, failure)
        except Failure as failure:
            return await pass_.swap(intent, fail(intent, failure.quoted))
        if isinstance(known, str):
            # The ticket that was read may differ from the card; a crash must not lose that.
            return await pass_.swap(intent, fail(intent, known), Patch(unread_at=pass_.now()))
        if message := _done_before(pass_, intent):
            log.info("intent.settled", intent=intent.id, state=State.SENT.value)
            return await _was_done(pass_, intent, conclude(intent, State.SENT, message=message))
        started = begin(intent, pass_.now(), self._settings.timeout, known)
        if intent.ts and pass_.forgettable(intent):
            started = receipt.forgotten(started)
        return await self._call(pass_, await pass_.swap(intent, started), files)

    async def _done_in_an_earlier_epoch(self, pass_: TicketPass, intent: Intent) -> Intent | None:
        """Redis may have lost the outcome: ask the marketplace. None = it was not done."""
        if intent.unsure or self._repeatable(intent) or not pass_.forgettable(intent):
            return None
        tried = intent.but(attempt=Attempt(at=written(intent), deadline=pass_.now()))
        match await self._evidence_of_lost(pass_, tried):
            case Happened(message):
                after = receipt.forgotten(conclude(intent, State.SENT, message=message))
                log.warning("intent.was_sent_before", intent=intent.id)
                return await _was_done(pass_, intent, after)
            case Differs():
                return await pass_.swap(intent, mark_unknown(tried, unclear(intent)))
        return None

    def _repeatable(self, intent: Intent) -> bool:
        """Whether it is idempotent: it sets something."""
        action = self._provider.capabilities.named(intent.action)
        return action.repeatable if action else not intent.kind.speaks

    async def _evidence_of_lost(self, pass_: TicketPass, intent: Intent) -> Evidence:
        at = written(intent)
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self._follow_ups(pass_)
            since = at - evidence.CLOCK_SKEW_SECONDS
            return Happened() if any(t.created_at.timestamp() > since for t in opened) else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(pass_, intent)
        pass_.conversation = pass_.conversation or await self._get(pass_)
        known = pass_.taken() | next_post.shown_before(pass_.stored, at)
        said = evidence.digests(pass_.conversation)
        known |= echo.echoes(pass_.stored, pass_.conversation, pass_.intents, said).keys()
        return evidence.of_unrecorded(intent, at, pass_.conversation, known)

    async def _get(self, pass_: TicketPass) -> Conversation:
        async with pass_.held():
            return await self._provider.get(pass_.key.id)

    async def _follow_ups(self, pass_: TicketPass) -> tuple[Ticket, ...]:
        async with pass_.held():
            return await self._provider.follow_ups(pass_.key.id)

    async def _prepare(self, pass_: TicketPass, intent: Intent) -> tuple[str, ...] | str:
        """The baseline: ids that exist before the call. Or, as words, why it cannot be made."""
        async with pass_.held():
            why = await self._may(intent.agent, intent.money)
        if why:
            return why
        can = self._provider.capabilities
        if intent.kind.speaks or (intent.kind is Kind.ACTION and not pass_.key.is_account):
            pass_.conversation = pass_.conversation or await self._get(pass_)
        ticket = pass_.conversation.ticket if pass_.conversation else None
        if why := feasibility.impossible(intent, ticket, can):
            return why
        if why := self._too_long(intent) or unconfirmed(self._provider, intent, ticket):
            return why
        if intent.kind is Kind.FOLLOW_UP:
            return tuple(t.key.id for t in await self._follow_ups(pass_))
        return evidence.baseline(pass_.conversation) if pass_.conversation else ()

    def _too_long(self, intent: Intent) -> str:
        provider = self._provider
        if isinstance(provider, Measures) and intent.kind.speaks:
            return provider.too_long(intent.text)
        return ""

    async def _call(self, pass_: TicketPass, intent: Intent, files: Files) -> Intent:
        before = pass_.stored.raw_status
        try:
            act = replace(intent.act(), files=files)
            answer = await self._provider.perform(pass_.key.id, act, _left(pass_, intent))
        except Later as failure:
            return await self._later(pass_, intent, failure)
        except Unknown as failure:
            log.warning("intent.unknown_outcome", intent=intent.id, why=failure.code)
            pass_.wake_at(pass_.now() + min(1.0, self._settings.settle / 4))
            pass_.conversation = None
            return await pass_.swap(intent, intent.but(reason=failure.quoted))
        except Failure as failure:
            return await pass_.swap(intent, fail(intent, failure.quoted))
        log.info("intent.sent", intent=intent.id, kind=intent.kind.value)
        return await self._done(pass_, intent, answer, before)

    async def _later(self, pass_: TicketPass, intent: Intent, failure: Later) -> Intent:
        """It was certainly not done: retry with backoff, but not for ever; money never.

        A call that our own rate limit held back was no try.
        """
        now, paced = pass_.now(), failure.code == Code.PACED
        old = now - intent.created > self._settings.give_up and intent.tries > 2 and not paced
        if old or intent.money:
            return await pass_.swap(intent, fail(intent, failure.quoted))
        first, most = self._settings.retry, self._settings.retry_max
        pause = 0.0 if paced else backoff.backoff(max(intent.tries, 1), first, most)
        due = now + max(failure.seconds, pause)
        pass_.wake_at(due)
        tries = intent.tries + (intent.attempt is None) - paced  # `begin` has counted an attempt
        return await pass_.swap(intent, requeue(intent, due, failure.quoted).but(tries=tries))

    async def _done(
        self, pass_: TicketPass, intent: Intent, answer: Conversation | None, before: str
    ) -> Intent:
        if answer is not None and answer.ticket.key != pass_.key:
            return await self._opened(pass_, intent, answer.ticket.key)
        pass_.conversation = answer
        if answer is None:
            put = Patch(unread_at=pass_.now())
            return await pass_.swap(intent, conclude(intent, State.SENT), put)
        message = ""
        if intent.kind in (Kind.REPLY, Kind.INTERNAL):
            message = evidence.message_of_sent(intent, answer, pass_.taken())
        after = conclude(intent, State.SENT, message=message, reason=remark(intent, answer, before))
        revision = answer.ticket.revision
        await pass_.write(
            Change(
                swaps=((intent, after),),
                put={
                    **echo.shown_as(after),
                    "revision": revision,
                    "unread_at": pass_.now(),
                },
                seen=revision if listed_as(answer.ticket, pass_.seen) else "",
            )
        )
        return after

    async def _opened(self, pass_: TicketPass, intent: Intent, key: TicketKey) -> Intent:
        """A ticket was opened; its thread need not wait for the next poll."""
        await pass_.reread(key)
        return await pass_.swap(intent, conclude(intent, State.SENT, reason=f"It is `{key}`."))

    # -- an attempt of unknown outcome ---------------------------------------------------------

    async def _look(self, pass_: TicketPass, intent: Intent) -> Intent:
        asked = pass_.now()
        try:
            found = await self._evidence(pass_, intent)
        except Failure as failure:
            return await self._blind(pass_, intent, failure)
        match found:
            case Happened(message):
                after = conclude(intent, State.SENT, message=message)
                log.info("intent.settled", intent=intent.id, state=State.SENT.value)
                return await _was_done(pass_, intent, after)
            case Differs():
                return await pass_.swap(intent, mark_unknown(intent, unclear(intent)))
            case Absent():
                return await self._not_there(pass_, intent, asked)

    async def _evidence(self, pass_: TicketPass, intent: Intent) -> Evidence:
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self._follow_ups(pass_)
            new = [t for t in opened if t.key.id not in intent.baseline]
            return Happened() if new else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(pass_, intent)
        pass_.conversation = await self._get(pass_)
        if intent.kind.speaks:
            return evidence.of_message(intent, pass_.conversation, pass_.taken())
        return evidence.of_ticket(intent, pass_.conversation)

    async def _acted(self, pass_: TicketPass, intent: Intent) -> Evidence:
        """Only the marketplace's own adapter can tell whether an action of its own happened."""
        since = intent.attempt.at if intent.attempt else 0.0
        happened = None
        if isinstance(self._provider, Settles):
            async with pass_.held():
                happened = await self._provider.settled(pass_.key.id, intent.act(), since)
        if happened is None:
            return Differs()
        return Happened() if happened else Absent()

    async def _not_there(self, pass_: TicketPass, intent: Intent, now: float) -> Intent:
        """It is not among what was read; the reading began at `now`."""
        repeatable = self._repeatable(intent)
        # An idempotent act may be repeated, but not while the first may still arrive.
        over = repeatable and (intent.attempt is None or now >= intent.attempt.deadline)
        if over or evidence.absence_proved(intent, now, self._settings.settle):
            log.info("intent.settled_absent", intent=intent.id)
            if intent.money:
                return await pass_.swap(intent, fail(intent, "it did not arrive"))
            return await pass_.swap(intent, requeue_or_ask(intent, now, self._settings.give_up))
        attempt = intent.attempt
        assert attempt is not None  # noqa: S101 - a proved absence has none
        settled = attempt.deadline + (0.0 if repeatable else self._settings.settle)
        pass_.wake_at(max(settled, now + 0.5))
        noted = mark_absent(intent, now).but(reason=intent.reason or "the connection was lost")
        return await pass_.swap(intent, noted)

    async def _blind(self, pass_: TicketPass, intent: Intent, failure: Failure) -> Intent:
        """The marketplace cannot be read: after a while a human decides."""
        now = pass_.now()
        deadline = intent.attempt.deadline if intent.attempt else now
        if now > deadline + 2 * self._settings.settle or not isinstance(failure, Later | Unknown):
            return await pass_.swap(intent, mark_unknown(intent, failure.quoted))
        pass_.wake_at(now + max(1.0, self._settings.retry))
        if intent.reason:
            return intent
        return await pass_.swap(intent, intent.but(reason=failure.quoted))


def _left(pass_: TicketPass, intent: Intent) -> float:
    """Seconds until the attempt's deadline. Raises Later if it has passed.

    A process that was stopped meanwhile must not send: another may have settled the attempt.
    """
    left = intent.attempt.deadline - pass_.now() if intent.attempt else 0.0
    if left <= 0:
        raise Later("there was no time left", 1.0, code=Code.LATE)
    return left


def _done_before(pass_: TicketPass, intent: Intent) -> str:
    """The id of the message that an earlier attempt left, although it was declined; '' = none.

    A 429 may come from a proxy after the marketplace has accepted the request.
    """
    if intent.before is None or pass_.conversation is None or not intent.kind.speaks:
        return ""
    match evidence.of_message(intent, pass_.conversation, pass_.taken()):
        case Happened(message):
            return message
    return ""


async def _was_done(pass_: TicketPass, intent: Intent, after: Intent) -> Intent:
    """The marketplace shows that it was done; the ticket is read again for the card."""
    put = echo.shown_as(after)
    put["unread_at"] = pass_.now()
    return await pass_.swap(intent, after, put)
