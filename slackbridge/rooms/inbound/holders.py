"""Who holds a ticket, and who is writing to its customer right now.

It tells agents of each other, and keeps nobody from answering. A part of the front desk: each
method is one atomic act on the ticket's record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slackbridge.domain.fields import Writing
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Capabilities, Kind, TicketKey
from slackbridge.domain.record import Change, Patch, StoredTicket
from slackbridge.ports.front_desk import ClaimAnswer
from slackbridge.ports.store import Store

WRITING_SECONDS = 300.0
Refused = Callable[[str], Awaitable[str]]
Write = Callable[[TicketKey, Change], Awaitable[bool]]


class TicketHolders:
    """Methods return what is to be told to the person alone ('' = nothing)."""

    def __init__(self, store: Store, refused: Refused, write: Write) -> None:
        self._store = store
        self._refused = refused
        self._write = write

    async def claim(
        self, key: TicketKey, user: str, email: str, can: Capabilities, *, force: bool = False
    ) -> ClaimAnswer:
        """Take a ticket; a colleague's is taken only by force."""
        if why := await self._refused(user):
            return ClaimAnswer(why)
        record = await self._store.load(key)
        stored = record.stored
        holder = stored.holder
        if holder == user:
            return ClaimAnswer("You hold this ticket already.")
        writer = self._writer(stored, user)
        if (holder or writer) and not force:
            return ClaimAnswer(f"{_busy(holder, writer)} Take it over?", asks=True)
        held = await self._hold(key, stored, user, user, email if can.assign else "")
        return ClaimAnswer(held)

    async def unclaim(self, key: TicketKey, user: str, can: Capabilities) -> str:
        """Give a ticket back."""
        if why := await self._refused(user):
            return why
        record = await self._store.load(key)
        if not record.stored.holder:
            return "Nobody holds this ticket."
        return await self._hold(key, record.stored, user, "", "", unassign=can.assign)

    async def _hold(
        self,
        key: TicketKey,
        stored: StoredTicket,
        user: str,
        holder: str,
        email: str,
        *,
        unassign: bool = False,
    ) -> str:
        at_marketplace = bool(email) or unassign
        now = self._store.now()
        intent = Intent(
            id=f"claim:{stored.claims}",
            kind=Kind.ASSIGN,
            agent=user,
            created=now,
            email=email,
            state=State.QUEUED if at_marketplace else State.SENT,
        )
        put = Patch(holder=holder, claims=stored.claims + 1, undrawn_at=now)
        if await self._write(key, Change(swaps=((None, intent),), put=put, due=now)):
            return ""
        after = await self._store.load(key)
        if after.stored.holder == holder:
            return ""
        return "A colleague was quicker; the card shows who holds it."

    def _writer(self, stored: StoredTicket, user: str) -> str:
        """A colleague who is writing a reply right now, if any."""
        writing = stored.writing
        if writing is None or self._store.now() - writing.at >= WRITING_SECONDS:
            return ""
        return writing.user if writing.user != user else ""

    async def busy(self, key: TicketKey, user: str) -> str:
        """An agent begins to write: notes it, and tells which colleague is at it already."""
        record = await self._store.load(key)
        writing = Writing(user, self._store.now())
        await self._store.write(key, Change(put=Patch(writing=writing)))
        stored = record.stored
        holder = "" if stored.holder == user else stored.holder
        return _busy(holder, self._writer(stored, user))


def _busy(holder: str, writer: str) -> str:
    if holder:
        return f"<@{holder}> holds this ticket."
    return f"<@{writer}> is writing to this customer right now." if writer else ""
