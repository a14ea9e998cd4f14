"""Who holds a ticket, and who is writing to its customer right now.

Agents see each other by it; it keeps nobody from answering. One atomic act on the ticket's record
each, as at the front door, of which it is a part.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from slackbridge.intent import Intent, State
from slackbridge.model import Capabilities, Kind, TicketKey
from slackbridge.ports import Change, Store

WRITING_SECONDS = 300.0
Refused = Callable[[str], Awaitable[str]]
Write = Callable[[TicketKey, Change], Awaitable[bool]]


class Holders:
    """Methods return what is to be told to the person alone ('' = nothing)."""

    def __init__(self, store: Store, refused: Refused, write: Write) -> None:
        self._store = store
        self._refused = refused
        self._write = write

    async def claim(
        self, key: TicketKey, user: str, email: str, can: Capabilities, *, force: bool = False
    ) -> str:
        """Take a ticket; a colleague's is taken only by force."""
        if why := await self._refused(user):
            return why
        record = await self._store.load(key)
        holder = record.fields.get("holder", "")
        if holder == user:
            return "You hold this ticket already."
        writer = self._writer(record.fields, user)
        if (holder or writer) and not force:
            return f"{_busy(holder, writer)} Take it over?"
        return await self._hold(key, record.fields, user, user, email if can.assign else "")

    async def unclaim(self, key: TicketKey, user: str, can: Capabilities) -> str:
        """Give a ticket back."""
        if why := await self._refused(user):
            return why
        record = await self._store.load(key)
        if not record.fields.get("holder"):
            return "Nobody holds this ticket."
        return await self._hold(key, record.fields, user, "", "", unassign=can.assign)

    async def _hold(
        self,
        key: TicketKey,
        fields: Mapping[str, str],
        user: str,
        holder: str,
        email: str,
        *,
        unassign: bool = False,
    ) -> str:
        turn = int(fields.get("claims", "0"))
        at_marketplace = bool(email) or unassign
        now = self._store.now()
        intent = Intent(
            id=f"claim:{turn}",
            kind=Kind.ASSIGN,
            agent=user,
            created=now,
            email=email,
            state=State.QUEUED if at_marketplace else State.SENT,
        )
        put = {"holder": holder, "claims": str(turn + 1), "unshown": f"{now:.3f}"}
        if await self._write(key, Change(swaps=((None, intent),), put=put, due=now)):
            return ""
        after = await self._store.load(key)
        if after.fields.get("holder", "") == holder:
            return ""
        return "A colleague was quicker; the card shows who holds it."

    def _writer(self, fields: Mapping[str, str], user: str) -> str:
        """A colleague who is writing a reply right now, if any."""
        who, _, at = fields.get("writing", "").partition("@")
        recent = bool(at) and self._store.now() - float(at) < WRITING_SECONDS
        return who if recent and who != user else ""

    async def busy(self, key: TicketKey, user: str) -> str:
        """An agent begins to write: notes it, and tells which colleague is at it already."""
        record = await self._store.load(key)
        at = f"{user}@{self._store.now():.0f}"
        await self._store.write(key, Change(put={"writing": at}))
        holder = record.fields.get("holder", "")
        return _busy("" if holder == user else holder, self._writer(record.fields, user))


def _busy(holder: str, writer: str) -> str:
    if holder:
        return f"<@{holder}> holds this ticket."
    return f"<@{writer}> is writing to this customer right now." if writer else ""
