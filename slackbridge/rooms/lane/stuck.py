"""Tickets whose passes fail and fail: noted once, until a pass succeeds."""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Code, Failure
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.refusal import Cause
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules.incident import StuckTicket

log = structlog.get_logger(__name__)
REASON = 150


class StuckTickets:
    """Notes them for the account's own pass, which tells people; see `notices`.

    A ticket is stuck after `patience` failed passes, or at once if only a person can help or the
    marketplace mixes tickets up.
    """

    def __init__(self, store: Store, patience: int) -> None:
        self._store = store
        self._patience = patience

    async def failed(
        self, pass_: TicketPass, failure: Failure, tries: int, channel: str = ""
    ) -> None:
        """The pass failed, so many times in a row. Needs no lease.

        `channel` is where the ticket is shown, or would be.
        """
        closed = failure.refusal is not None and failure.refusal.cause is Cause.CLOSED
        patience = 1 if closed or failure.code == Code.OTHER_TICKET else self._patience
        cause = failure.code or type(failure).__name__
        if tries < patience or pass_.stored.stuck == cause or pass_.key.is_account:
            return
        log.error("ticket.stuck", why=failure.loggable, remedy=failure.remedy)
        await self.note(pass_.key, _why(failure), channel if closed else "")
        await self._store.write(pass_.key, Change(put=Patch(stuck=cause)))

    async def note(self, key: TicketKey, why: str, channel: str = "") -> None:
        """Have people told. `why` is mrkdwn; `channel` takes nothing, if that is the reason."""
        one = StuckTicket(key.id, self._store.now(), why, channel)
        await self._store.set_stuck(key, one.stored)
        await self._told(key)

    async def succeeded(self, pass_: TicketPass) -> None:
        """The pass succeeded; the caller removes the mark in the record."""
        if pass_.stored.stuck:
            await self._store.clear_stuck(pass_.key)
            await self._told(pass_.key)

    async def _told(self, key: TicketKey) -> None:
        account = TicketKey.of_account(key.account)
        await self._store.write(account, Change(due=self._store.now()))


def _why(failure: Failure) -> str:
    short = Failure(
        failure.reason if len(failure.reason) <= REASON else f"{failure.reason[:REASON]}…"
    )
    return f"{short.quoted}. {failure.remedy}".strip()
