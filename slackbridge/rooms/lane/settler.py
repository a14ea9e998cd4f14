"""Settles attempts whose outcome is unknown, by reading the marketplace.

Also an attempt that was answered counts as unknown until the marketplace shows what it did; such a
one is never repeated unasked.
"""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Failure, Later, Unknown
from slackbridge.domain.intent import (
    Attempt,
    Intent,
    State,
    conclude,
    fail,
    mark_absent,
    mark_unknown,
)
from slackbridge.domain.model import Kind, Ticket
from slackbridge.ports.capabilities import Settles
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane.reads import read
from slackbridge.rooms.lane.settings import SendSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass, written
from slackbridge.rules import answer as answers
from slackbridge.rules import echo, evidence, next_post, receipt
from slackbridge.rules.answer import not_shown, unclear
from slackbridge.rules.evidence import Absent, Differs, Evidence, Happened
from slackbridge.rules.staleness import requeue_or_ask

log = structlog.get_logger(__name__)


class Settler:
    """Settles the attempts of one account."""

    def __init__(self, provider: Provider, settings: SendSettings) -> None:
        self._provider = provider
        self._settings = settings

    def repeatable(self, intent: Intent) -> bool:
        """Whether it is idempotent: it sets something."""
        action = self._provider.capabilities.named(intent.action)
        return action.repeatable if action else not intent.kind.speaks

    async def follow_ups(self, pass_: TicketPass) -> tuple[Ticket, ...]:
        async with pass_.held():
            return await self._provider.follow_ups(pass_.key.id)

    async def done_in_an_earlier_epoch(self, pass_: TicketPass, intent: Intent) -> Intent | None:
        """Redis may have lost the outcome: ask the marketplace. None = it was not done."""
        if intent.unsure or self.repeatable(intent) or not pass_.forgettable(intent):
            return None
        tried = intent.but(attempt=Attempt(at=written(intent), deadline=pass_.now()))
        match await self._evidence_of_lost(pass_, tried):
            case Happened(message):
                after = receipt.forgotten(conclude(intent, State.SENT, message=message))
                log.warning("intent.was_sent_before", intent=intent.id)
                return await was_done(pass_, intent, after)
            case Differs():
                return await pass_.swap(intent, mark_unknown(tried, unclear(intent)))
        return None

    async def look(self, pass_: TicketPass, intent: Intent) -> Intent:
        """Read the marketplace once for an open attempt; the intent as it is then."""
        asked = pass_.now()
        try:
            found = await self._evidence(pass_, intent)
        except Failure as failure:
            pass_.heed(failure)
            return await self._blind(pass_, intent, failure)
        match found:
            case Happened(message):
                after = conclude(intent, State.SENT, message=message)
                log.info("intent.settled", intent=intent.id, state=State.SENT.value)
                return await was_done(pass_, intent, after)
            case Differs():
                return await pass_.swap(intent, mark_unknown(intent, unclear(intent)))
            case Absent():
                return await self._not_there(pass_, intent, asked)

    async def _evidence_of_lost(self, pass_: TicketPass, intent: Intent) -> Evidence:
        at = written(intent)
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self.follow_ups(pass_)
            since = at - evidence.CLOCK_SKEW_SECONDS
            return Happened() if any(t.created_at.timestamp() > since for t in opened) else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(pass_, intent)
        pass_.conversation = pass_.conversation or await read(pass_, self._provider)
        known = pass_.taken() | next_post.shown_before(pass_.stored, at)
        said = evidence.digests(pass_.conversation)
        known |= echo.echoes(pass_.stored, pass_.conversation, pass_.intents, said).keys()
        return evidence.of_unrecorded(intent, at, pass_.conversation, known)

    async def _evidence(self, pass_: TicketPass, intent: Intent) -> Evidence:
        if intent.kind is Kind.FOLLOW_UP:
            opened = await self.follow_ups(pass_)
            found = any(answers.opened(intent, pass_.key, one) for one in opened)
            return Happened() if found else Absent()
        if intent.kind is Kind.ACTION:
            return await self._acted(pass_, intent)
        pass_.conversation = await read(pass_, self._provider)
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
        attempt = intent.attempt
        answered = attempt is not None and attempt.answered
        repeatable = self.repeatable(intent) and not answered
        # An idempotent act may be repeated, but not while the first may still arrive.
        over = repeatable and (attempt is None or now >= attempt.deadline)
        if over or evidence.absence_proved(intent, now, self._settings.settle):
            return await self._absent(pass_, intent, now)
        assert attempt is not None  # noqa: S101 - a proved absence has none
        settled = attempt.deadline + (0.0 if repeatable else self._settings.settle)
        pass_.wake_at(max(settled, now + 0.5))
        noted = mark_absent(intent, now).but(reason=intent.reason or "the connection was lost")
        return await pass_.swap(intent, noted)

    async def _absent(self, pass_: TicketPass, intent: Intent, now: float) -> Intent:
        """Two looks did not find it, or one if it may be repeated."""
        if intent.attempt is not None and intent.attempt.answered:
            # It may show later all the same: whoever asked for it decides.
            log.warning("intent.not_shown", intent=intent.id, then="asked")
            why = intent.reason or not_shown(intent, None)
            return await pass_.swap(intent, mark_unknown(intent, why))
        log.info("intent.settled_absent", intent=intent.id)
        if intent.money:
            return await pass_.swap(intent, fail(intent, "it did not arrive"))
        return await pass_.swap(intent, requeue_or_ask(intent, now, self._settings.give_up))

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


async def was_done(pass_: TicketPass, intent: Intent, after: Intent) -> Intent:
    """The marketplace shows that it was done; the ticket is read again for the card."""
    put = echo.shown_as(after)
    put["unread_at"] = pass_.now()
    return await pass_.swap(intent, after, put)
