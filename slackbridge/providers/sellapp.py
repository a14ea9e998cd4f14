"""SellApp as a Provider, v2 or v1.

A list can neither be filtered nor is its order documented, so `/search` is tried once, and a walk
over everything stands in for it. A reply is not idempotent and made once; a change of status
carries a key under which a repeat is the same call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from slackbridge.errors import Failure, Rejected, Unsupported
from slackbridge.model import (
    Act,
    Action,
    Capabilities,
    Conversation,
    Kind,
    Message,
    Page,
    Query,
    Status,
    Ticket,
)
from slackbridge.ports import NOT_FOUND, Health
from slackbridge.providers import sellapp_wire as wire
from slackbridge.providers.account import Account
from slackbridge.providers.http import HttpClient, credential
from slackbridge.providers.lenient import EPOCH
from slackbridge.providers.sellapp_api import ID, Api, Body, Shop
from slackbridge.providers.sellapp_hook import Hook
from slackbridge.providers.sellapp_wire import Listed, TicketRow

FOUND = 20
LATE = timedelta(seconds=5)  # a message and its ticket are written one after the other

SEARCH, LIST = "search", "list"
# "Not closed" rather than "open": a status nobody has heard of needs an agent.
ACTIVE = {"field": "status", "operator": "!=", "value": "CLOSED"}
OLDEST_FIRST = {"filters": [ACTIVE], "sort": [{"field": "created_at", "direction": "asc"}]}
NEWEST_FIRST = {"sort": [{"field": "created_at", "direction": "desc"}]}
CHANGED_LAST = {"filters": [ACTIVE], "sort": [{"field": "updated_at", "direction": "desc"}]}

CHANGES: Mapping[Status, Body] = {
    Status.NEEDS_AGENT: {"status": "OPEN", "archived": False},
    Status.CLOSED: {"status": "CLOSED"},
}
ARCHIVE = Action(
    "archive",
    "Archive",
    "SellApp puts the ticket away, whatever its status; *Reopen* brings it back.",
    repeatable=True,
)
_ONLY_TWO = "SellApp knows only open and closed tickets"
_NO_NOTES = "SellApp has no notes that only the store sees"
_OLD = "this account uses SellApp's v1, which cannot change a ticket; set api_version to v2"
_WHY_NOT = {
    "solved": _ONLY_TWO,
    "waiting for customer": _ONLY_TWO,
    "assign": "SellApp has no assignees",
    "internal": _NO_NOTES,
    "private": _NO_NOTES,
    "follow_up": "SellApp has no way to open a ticket from outside",
}
_SEARCHES = frozenset({"order", "email", "name"})
CAPABILITIES = Capabilities(
    statuses=frozenset(CHANGES), actions=(ARCHIVE,), searches=_SEARCHES, why_not=_WHY_NOT
)
V1 = Capabilities(
    searches=_SEARCHES,
    why_not=_WHY_NOT | dict.fromkeys(("close", "closed", "reopen", "needs agent", "archive"), _OLD),
)

log = structlog.get_logger(__name__)


def headers(token: str) -> dict[str, str]:
    """The credential, with or without its scheme."""
    return credential("Bearer", token)


class SellApp:
    """One SellApp store. Every method may raise the four failures, and nothing else.

    Making one raises ValueError, naming the remedy. A listed ticket's status may be "needs agent"
    although the store wrote last: only `get`, which sees the messages, knows.
    """

    def __init__(self, account: str, settings: Account, client: HttpClient) -> None:
        if not isinstance(settings, Shop):
            raise ValueError(f"account {account!r} lacks the settings of a SellApp store")
        self.capabilities = CAPABILITIES if settings.api_version == "v2" else V1
        self._account = account
        self._ticket_url = settings.ticket_url
        self._api = Api(settings, client)
        self._hook = Hook(settings.webhook_secret.get_secret_value(), settings.webhook_header)
        self._searches: bool | None = None  # whether /search can be relied on; None = not known
        self._stamps = True  # whether a new message moves `updated_at`, as far as is known

    async def list_active(self, cursor: str) -> Page:
        """By page number, which shifts when tickets come and go: each page is read twice.

        The second time is after the page behind it, and shows what has slipped over the edge.
        """
        if not cursor and self._searches is None:
            await self._learn()
        mode, _, number = cursor.partition(":")
        return await self._active(int(number) if mode == self._mode else 1)

    async def list_recent(self) -> Page:
        found = await self._api.search(CHANGED_LAST, 1)
        return Page(_living(self._tickets(found))) if found else await self._active(1)

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        found = []
        for id in dict.fromkeys(ids):
            try:
                found.append(self._told(await self._api.ticket(id)))
            except Rejected as failure:
                if failure.code != NOT_FOUND:
                    raise
        return tuple(found)

    async def get(self, id: str) -> Conversation:
        return await self._conversation(id)

    async def message(self, id: str, message: str) -> Message:
        """One message of a ticket. Raises Rejected if there is none."""
        row = await self._api.message(id, message)
        return row.read(row.id, EPOCH)

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        deadline = self._api.client.deadline(timeout)
        if act.kind is Kind.REPLY and act.status is None:
            await self._api.reply(id, act.text, deadline)
        else:
            await self._change(id, self._wanted(act), deadline)
        try:
            return await self._conversation(id, deadline)
        except Failure as failure:  # what was asked for is done all the same
            log.info("sellapp.not_read_back", account=self._account, why=failure.code)
            return None

    async def settled(self, id: str, act: Act, since: float) -> bool | None:
        """An archived ticket shows that it is; since when, it does not say."""
        if act.fields.get("name") != ARCHIVE.name:
            return None
        return (await self._api.ticket(id)).archived

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return ()

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """What SellApp's own search misses is looked for among all tickets."""
        if query.id:
            return await self.read([query.id])
        wanted = (query.order.strip(), query.email.strip(), query.name.strip())
        text = next(filter(None, wanted), "")
        if not text or query.item or query.country or query.topic or query.urgency:
            return ()  # SellApp's tickets tell nothing of these
        found = await self._api.search({**NEWEST_FIRST, "search": {"value": text}}, 1)
        rows = [row for row in self._rows(found) if row.is_of(*wanted)]
        if not rows or (found and found.more and len(rows) < FOUND):
            rows = [row for row in await self._everything() if row.is_of(*wanted)]
        newest = sorted(rows, key=lambda row: row.created, reverse=True)
        return tuple(self._told(row) for row in newest[:FOUND])

    async def probe(self) -> Health:
        try:
            _, answer = await self._api.tickets(1, limit=1)
        except Failure as failure:
            return Health(False, failure.reason)
        return Health(True, "SellApp answers", answer.skew)

    def hint(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The ticket in which a customer wrote. Raises Unauthorized for a webhook not genuine."""
        id = self._hook.ticket(headers, body, now)
        return id if ID.fullmatch(id) else ""

    async def close(self) -> None:
        await self._api.client.close()

    async def _learn(self) -> None:
        """Try whether /search filters by status and sorts by `updated_at`.

        An answer without tickets proves nothing: then it is tried again with the next walk.
        """
        found = await self._api.search(CHANGED_LAST, 1)
        rows = self._rows(found)
        times = [row.updated_at or row.created for row in rows]
        honest = times == sorted(times, reverse=True) and not any(row.closed for row in rows)
        if found is None or rows:
            self._searches = found is not None and honest
            self._capable()
            log.info("sellapp.lists", account=self._account, by=self._mode)

    @property
    def _mode(self) -> str:
        return SEARCH if self._searches else LIST

    async def _active(self, page: int) -> Page:
        listed = await self._listed(page)
        if listed is None:  # the search is there no more: begin again without it
            self._searches, page = False, 1
            self._capable()
            listed, _ = await self._api.tickets(page)
        tickets = self._tickets(listed)
        if page > 1:
            tickets += self._tickets(await self._listed(page - 1))
        return Page(_living(tickets), f"{self._mode}:{page + 1}" if listed.more else "")

    async def _listed(self, page: int) -> Listed | None:
        if self._searches:
            return await self._api.search(OLDEST_FIRST, page)
        return (await self._api.tickets(page))[0]

    async def _everything(self) -> list[TicketRow]:
        found: dict[str, TicketRow] = {}
        page, more = 0, True
        while more:
            page += 1
            listed, _ = await self._api.tickets(page)
            found |= {row.id: row for row in self._rows(listed)}
            more = listed.more
        return list(found.values())

    def _capable(self) -> None:
        recent = bool(self._searches) and self._stamps
        self.capabilities = replace(self.capabilities, recent_first=recent)

    async def _conversation(self, id: str, deadline: float | None = None) -> Conversation:
        row = await self._api.ticket(id, deadline)  # first: what is written now, is met again
        messages = wire.messages(await self._api.messages(id, deadline), row.created)
        if messages and row.updated_at and messages[-1].at > row.updated_at + LATE:
            self._stamps = False  # then only a walk shows what is new
            self._capable()
        return wire.conversation(self._told(row), messages)

    def _wanted(self, act: Act) -> Body:
        """What the ticket is to become. Raises Unsupported."""
        can = self.capabilities
        if act.kind is Kind.STATUS and act.status and act.status in can.statuses:
            return CHANGES[act.status]
        name = act.fields.get("name", "") if act.kind is Kind.ACTION else ""
        if name in [action.name for action in can.actions]:
            return {"archived": True}
        word = name or (str(act.status) if act.status else act.kind.value)
        raise Unsupported(can.why_not.get(word, f"SellApp does not offer this ({word})"))

    async def _change(self, id: str, wanted: Body, deadline: float) -> None:
        """Make it so, unless it is. The key names the step from this state to that one."""
        row = await self._api.ticket(id, deadline)
        if not row.is_already(wanted):
            facts = f"{self._account}|{id}|{sorted(wanted.items())}|{row.updated_at}"
            key = hashlib.sha256(facts.encode()).hexdigest()[:32] if row.updated_at else ""
            await self._api.change(id, wanted, key, deadline)

    def _rows(self, listed: Listed | None) -> list[TicketRow]:
        found = [TicketRow.of(raw) for raw in listed.rows] if listed else []
        rows = [row for row in found if row and row.id]
        if lost := len(found) - len(rows):
            log.warning("sellapp.rows_without_id", account=self._account, rows=lost)
        return rows

    def _tickets(self, listed: Listed | None) -> tuple[Ticket, ...]:
        return tuple(self._told(row) for row in self._rows(listed))

    def _told(self, row: TicketRow) -> Ticket:
        return row.ticket(self._account, self._ticket_url.replace("{id}", row.id))


def _living(tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
    """Each active one once, as it was read last."""
    last = {ticket.key: ticket for ticket in tickets}
    return tuple(ticket for ticket in last.values() if ticket.status.active)
