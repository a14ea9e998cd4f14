"""Sends the intents of one ticket to its marketplace, in the order in which agents asked.

Every attempt is stored before the call is made. After an unknown outcome the marketplace is read
before anything is done again.
"""

from __future__ import annotations

import math
from dataclasses import replace

import structlog

from slackbridge.domain.errors import Code, Failure, Later, Unknown
from slackbridge.domain.intent import Intent, State, begin, conclude, fail, requeue
from slackbridge.domain.model import Conversation, Kind
from slackbridge.domain.record import Change, Patch
from slackbridge.ports.capabilities import Measures
from slackbridge.ports.chat import May
from slackbridge.ports.files import SharedFiles
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane import staleness
from slackbridge.rooms.lane.reads import own, read
from slackbridge.rooms.lane.reply_files import Files, ReplyFiles
from slackbridge.rooms.lane.settings import SendSettings as SendSettings
from slackbridge.rooms.lane.settler import Settler, was_done
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rooms.lane.unconfirmed import unconfirmed
from slackbridge.rules import answer as answers
from slackbridge.rules import backoff, echo, evidence, feasibility, receipt
from slackbridge.rules.answer import listed_as, remark
from slackbridge.rules.delayed import delayed
from slackbridge.rules.evidence import Happened

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
        self._settler = Settler(provider, settings)

    async def run(self, pass_: TicketPass) -> None:
        """Settle what is open, then send what is due, in the order in which agents asked."""
        blocked = False
        for intent in pass_.intents:
            if not intent.kind.sent:
                continue
            if blocked and intent.kind.ordered:
                if intent.state is State.SENDING:  # an open attempt may be settled out of order
                    await self._settler.look(pass_, intent)
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
            intent = await self._settler.look(pass_, intent)
        if intent.state is State.QUEUED:
            if pass_.must_wait(intent):
                return intent
            fresh, done = self._settings.give_up, self._settler.done_in_an_earlier_epoch
            intent = await staleness.asked(pass_, intent, fresh, done)
        return await self._attempt(pass_, intent) if intent.state is State.QUEUED else intent

    # -- one attempt ---------------------------------------------------------------------------

    async def _attempt(self, pass_: TicketPass, intent: Intent) -> Intent:
        try:
            if (done := await self._settler.done_in_an_earlier_epoch(pass_, intent)) is not None:
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
            return await was_done(pass_, intent, conclude(intent, State.SENT, message=message))
        started = begin(intent, pass_.now(), self._settings.timeout, known)
        if intent.ts and pass_.forgettable(intent):
            started = receipt.forgotten(started)
        return await self._call(pass_, await pass_.swap(intent, started), files)

    async def _prepare(self, pass_: TicketPass, intent: Intent) -> tuple[str, ...] | str:
        """The baseline: ids that exist before the call. Or, as words, why it cannot be made."""
        async with pass_.held():
            why = await self._may(intent.agent, intent.money)
        if why:
            return why
        can = self._provider.capabilities
        if intent.kind.speaks or (intent.kind is Kind.ACTION and not pass_.key.is_account):
            pass_.conversation = pass_.conversation or await read(pass_, self._provider)
        ticket = pass_.conversation.ticket if pass_.conversation else None
        if why := feasibility.impossible(intent, ticket, can):
            return why
        if why := self._too_long(intent) or unconfirmed(self._provider, intent, ticket):
            return why
        if intent.kind is Kind.FOLLOW_UP:
            return tuple(t.key.id for t in await self._settler.follow_ups(pass_))
        return evidence.baseline(pass_.conversation) if pass_.conversation else ()

    def _too_long(self, intent: Intent) -> str:
        provider = self._provider
        if isinstance(provider, Measures) and intent.kind.speaks:
            return provider.too_long(intent.text)
        return ""

    async def _call(self, pass_: TicketPass, intent: Intent, files: Files) -> Intent:
        before, opens = pass_.stored.raw_status, self._opens(pass_, intent)
        try:
            act = replace(intent.act(), files=files)
            answer = await self._provider.perform(pass_.key.id, act, _left(pass_, intent))
            if answer is not None and not opens:
                own(pass_, answer, write=True)
        except Later as failure:
            pass_.heed(failure)
            return await self._later(pass_, intent, failure)
        except Unknown as failure:
            return await self._unknown(pass_, intent, failure)
        except Failure as failure:
            return await pass_.swap(intent, fail(intent, failure.quoted))
        if answer is None:
            return await self._unseen(pass_, intent)
        if opens:
            return await self._opened(pass_, intent, answer)
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

    async def _unknown(self, pass_: TicketPass, intent: Intent, failure: Unknown) -> Intent:
        """It may have been done. One that the marketplace itself denied is not repeated unasked."""
        log.warning("intent.unknown_outcome", intent=intent.id, why=failure.code)
        pass_.heed(failure)
        reason = failure.quoted
        denied = failure.code == Code.DENIED
        after = answers.answered(intent, reason) if denied else intent.but(reason=reason)
        return await self._looked_for(pass_, intent, after)

    async def _not_shown(self, pass_: TicketPass, intent: Intent, why: str) -> Intent:
        """It was answered with 2xx, but the answer does not show it."""
        log.warning("intent.not_shown", intent=intent.id, then="looked for")
        return await self._looked_for(pass_, intent, answers.answered(intent, why))

    async def _looked_for(self, pass_: TicketPass, intent: Intent, after: Intent) -> Intent:
        pass_.wake_at(pass_.now() + min(1.0, self._settings.settle / 4))
        pass_.conversation = None
        return await pass_.swap(intent, after)

    async def _unseen(self, pass_: TicketPass, intent: Intent) -> Intent:
        """The answer shows no ticket: it is read now, as it would be for the card."""
        pass_.conversation = None
        if intent.kind is Kind.ACTION and not self._opens(pass_, intent):
            # A 2xx is all that such an act is answered with; see `Provider.perform`.
            log.info("intent.sent", intent=intent.id, kind=intent.kind.value)
            put = Patch(unread_at=pass_.now())
            return await pass_.swap(intent, conclude(intent, State.SENT), put)
        waiting = answers.answered(intent, answers.not_shown(intent, None))
        return await self._settler.look(pass_, await pass_.swap(intent, waiting))

    async def _done(
        self, pass_: TicketPass, intent: Intent, answer: Conversation, before: str
    ) -> Intent:
        """Sent, if the answer shows it."""
        can = self._provider.capabilities
        proof = answers.proof(intent, answer, pass_.taken(), before, can)
        if not isinstance(proof, Happened):
            return await self._not_shown(pass_, intent, answers.not_shown(intent, answer.ticket))
        log.info("intent.sent", intent=intent.id, kind=intent.kind.value)
        pass_.conversation = answer
        why, revision = remark(intent, answer, before), answer.ticket.revision
        after = conclude(intent, State.SENT, message=proof.message, reason=why)
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

    def _opens(self, pass_: TicketPass, intent: Intent) -> bool:
        """Whether it is answered with a ticket of its own."""
        action = self._provider.capabilities.named(intent.action)
        opens = action is not None and (action.opens or pass_.key.is_account)
        return intent.kind is Kind.FOLLOW_UP or (intent.kind is Kind.ACTION and opens)

    async def _opened(self, pass_: TicketPass, intent: Intent, answer: Conversation) -> Intent:
        """The new ticket must be seen; its thread need not wait for the next poll."""
        key = answer.ticket.key
        if not answers.opened(intent, pass_.key, answer.ticket):
            return await self._not_shown(pass_, intent, answers.not_shown(intent, None))
        log.info("intent.sent", intent=intent.id, kind=intent.kind.value)
        pass_.conversation = None
        await pass_.reread(key)
        put = Patch() if pass_.key.is_account else Patch(unread_at=pass_.now())
        why = "" if intent.kind is Kind.FOLLOW_UP else f"It is `{key}`."
        return await pass_.swap(intent, conclude(intent, State.SENT, reason=why), put)


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
