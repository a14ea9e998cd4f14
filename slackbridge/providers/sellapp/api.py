"""SellApp's calls over HTTP, v2 or v1, and what a refusal means.

Source: SellApp's API reference and SDKs; the grammar of `/search` is that of Laravel Orion.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import partial
from typing import Any, Unpack

import structlog

from slackbridge.domain.errors import (
    Code,
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    other_ticket,
    unreadable,
)
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import Content, HttpClient, credential
from slackbridge.providers.lenient import same_id
from slackbridge.providers.sellapp.paging import Listed, Shape, listed
from slackbridge.providers.sellapp.settings import SellAppSettings
from slackbridge.providers.sellapp.wire import MessageRow, TicketRow, message_in, ticket_in
from slackbridge.text.clean import clean

PAGE = 100  # rows; the most that SellApp gives
SLUG = re.compile(r"[A-Za-z0-9._-]{0,100}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NO_SEARCH = frozenset(range(300, 1_000)) - {401, 429}
NO_ANSWER = frozenset({Code.UNREACHABLE, Code.UNREADABLE})
REFUSALS = {
    401: "does not accept the API key; make a new one in its dashboard",
    403: "does not permit this: the API key needs the abilities for tickets, and its owner a role "
    "in the store that may use them",
    404: "does not know this ticket in this store",
}
Body = Mapping[str, Any]
log = structlog.get_logger(__name__)
headers = partial(credential, "Bearer")


class Api:
    """One store's ticket endpoints. Raises the four failures only.

    Making one raises ValueError, naming the remedy.
    """

    def __init__(self, settings: SellAppSettings, client: HttpClient) -> None:
        if not SLUG.fullmatch(store := settings.store):
            raise ValueError(f"store {store!r} is no slug; copy it from the store's address")
        self.client = client
        self._root = f"{settings.api_version}/tickets"
        self._headers = {"X-STORE": store} if store else {}

    async def tickets(self, page: int, limit: int = PAGE) -> Listed[TicketRow]:
        """A page of all tickets, whatever their status."""
        return await self._page("", TicketRow, page, limit)

    async def all_tickets(self) -> list[TicketRow]:
        """One that shifts over the edge of a page is there twice."""
        return await self._all("", TicketRow)

    async def search(self, body: Body, page: int) -> Listed[TicketRow] | None:
        """A page of matches; None where SellApp does not search, whatever it answers instead.

        The list may be readable all the same, unless the key is refused (401) or there were too
        many calls (429).
        """
        params = paging(page, PAGE)
        try:
            answer = await self._send("POST", "/search", params=params, json=body, also=NO_SEARCH)
            found = page_of(answer, page, PAGE, TicketRow) if answer.ok else None
        except Later as failure:
            if failure.code not in NO_ANSWER:
                raise
            log.warning("search.unreadable", why=failure.loggable)
            return None
        return found if found and found.obeyed else None

    async def ticket(self, id: str, deadline: float | None = None) -> TicketRow:
        """Raises Rejected with the code NOT_FOUND where there is none."""
        answer = await self._send("GET", path_of(id), deadline=deadline)
        return _of(answer, id, write=False)

    async def messages(self, id: str, deadline: float | None = None) -> list[MessageRow]:
        """All messages of a ticket; one that shifts over the edge of a page is there twice."""
        rows = await self._all(f"{path_of(id)}/messages", MessageRow, deadline)
        if not all(same_id(row.ticket_id or id, id) for row in rows):
            raise other_ticket("sellapp", write=False)
        return rows

    async def message(self, id: str, message: str) -> MessageRow:
        """Raises Rejected with the code NOT_FOUND where there is none."""
        answer = await self._send("GET", f"{path_of(id)}/messages{path_of(message)}")
        found = answer.read(message_in, write=False)
        if not (same_id(found.ticket_id or id, id) and same_id(found.id, message)):
            raise other_ticket("sellapp", write=False)
        return found

    async def reply(self, id: str, content: str, deadline: float) -> None:
        """Not idempotent. The answer must show the message."""
        body = {"content": content}
        path = f"{path_of(id)}/messages"
        answer = await self._send("POST", path, json=body, write=True, deadline=deadline)
        made = answer.read(message_in, write=True)
        if not same_id(made.ticket_id or id, id):
            raise other_ticket("sellapp", write=True)

    async def change(self, id: str, wanted: Body, key: str, deadline: float) -> None:
        """Idempotent under the same `key`; '' = no key. The answer must show the ticket."""
        answer = await self._send(
            "PATCH", path_of(id), json=wanted, key=key, write=True, deadline=deadline
        )
        _of(answer, id, write=True)

    async def _all(
        self, path: str, shape: type[Shape], deadline: float | None = None
    ) -> list[Shape]:
        rows: list[Shape] = []
        before: tuple[Shape, ...] = ()
        page, more = 0, True
        while more:
            page += 1
            found = await self._page(path, shape, page, PAGE, deadline)
            more = found.leads_on(before)
            before = found.rows
            rows += before
        return rows

    async def _page(
        self, path: str, shape: type[Shape], page: int, limit: int, deadline: float | None = None
    ) -> Listed[Shape]:
        answer = await self._send("GET", path, params=paging(page, limit), deadline=deadline)
        found = page_of(answer, page, limit, shape)
        if not found.obeyed:
            raise unreadable("sellapp sent another page than was asked for", write=False)
        return found

    async def _send(
        self,
        method: str,
        path: str,
        *,
        key: str = "",
        write: bool = False,
        also: Container[int] = (),
        deadline: float | None = None,
        **content: Unpack[Content],
    ) -> Answer:
        """One call of the tickets' endpoints; a status outside 2xx raises, unless `also` has it."""
        content["headers"] = {"Idempotency-Key": key} if key else {}
        path = self._root + path
        answer = await self.send(method, path, write=write, deadline=deadline, **content)
        if not answer.ok and answer.status not in also:
            raise refusal(answer, write=write)
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        write: bool = False,
        deadline: float | None = None,
        **content: Unpack[Content],
    ) -> Answer:
        """One call to the store; an answer of any status is returned."""
        content["headers"] = {**self._headers, **(content.get("headers") or {})}
        return await self.client.send(method, path, write=write, deadline=deadline, **content)


def path_of(id: str) -> str:
    """`/id`. Raises Rejected for what would change the path."""
    if not ID.fullmatch(id):
        raise Rejected(f"{clean(id)[:40]!r} cannot be an id at sellapp", code=Code.NOT_FOUND)
    return f"/{id}"


def _of(answer: Answer, id: str, *, write: bool) -> TicketRow:
    """The ticket of an answer. Raises `other_ticket`."""
    found = answer.read(ticket_in, write=write)
    if not same_id(found.id, id):
        raise other_ticket("sellapp", write=write)
    return found


def paging(page: int, limit: int) -> dict[str, str]:
    return {"page": str(page), "limit": str(limit)}


def page_of(answer: Answer, page: int, limit: int, shape: type[Shape]) -> Listed[Shape]:
    return answer.read(lambda data: listed(data, page, limit, shape), write=False)


def refusal(
    answer: Answer, *, write: bool, words: Mapping[int, str] = REFUSALS, forbidden: str = ""
) -> Failure:
    """The failure of an answer outside 2xx; `forbidden` is the code of a 403."""
    status, vendor = answer.status, answer.vendor
    if status == 403 and answer.body[:200].lstrip().startswith(b"<"):
        # Cloudflare's 1020. A write may be blocked for its text, so the key is not blamed.
        reason = f"{vendor}'s firewall turned this away (403, error 1020)"
        if write:
            return Rejected(f"{reason}; the text may look like an attack to it", code=Code.BLOCKED)
        return Unauthorized(f"{reason}: the API key is malformed or missing", code=Code.BLOCKED)
    if status == 409 and write:
        return Unknown(f"{vendor} is still busy with the same request (409)", code=Code.CONFLICT)
    if status in (400, 422) and (fields := _fields(answer)):
        return Rejected(f"{vendor} does not accept this ({status}): {fields}", code=Code.INVALID)
    code = {404: Code.NOT_FOUND, 403: forbidden}.get(status, "")
    return refused(answer, write=write, words=words.get(status, ""), code=code)


def _fields(answer: Answer) -> str:
    """Which fields are invalid, by Laravel's `errors` or the SDK's `param`; '' = not told."""
    try:
        data = answer.json(write=False)
    except Failure:
        return ""
    errors = data.get("errors") if isinstance(data, dict) else None
    if isinstance(errors, dict):
        told = [f"{name}: {_first(value)}" for name, value in errors.items()]
    elif isinstance(data, dict) and isinstance(data.get("param"), str):
        told = [f"{data['param']}: {answer.said()}"]
    else:
        return ""
    return answer.quoted("; ".join(told))


def _first(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
