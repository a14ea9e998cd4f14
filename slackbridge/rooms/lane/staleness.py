"""Holds what waited too long to go out unasked, such as over a time in which no bridge ran."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.domain.intent import Intent
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules.staleness import asked_if_stale

log = structlog.get_logger(__name__)
Done = Callable[[TicketPass, Intent], Awaitable[Intent | None]]


async def asked(pass_: TicketPass, intent: Intent, fresh: float, done: Done) -> Intent:
    """The intent; held if it is stale, unless it is `done`, which Redis may have lost.

    What cannot be looked up now is looked up when a person has it sent.
    """
    held = asked_if_stale(intent, pass_.now(), fresh)
    if held is intent:
        return intent
    with suppress(Failure):
        if (found := await done(pass_, intent)) is not None:
            return found
    log.info("intent.stale", intent=intent.id)
    return await pass_.swap(intent, held)
