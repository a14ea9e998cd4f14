"""SellApp's calls: tickets and messages over HTTP, v2 or v1, and what a refused one means.

Source: SellApp's API reference and SDKs; the grammar of `/search` is that of Laravel Orion. Knows
nothing of our own values: JSON rows in and out. Every method may raise the four failures only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from slackbridge.errors import Failure, Rejected, Unauthorized, Unknown, unreadable
from slackbridge.ports import NOT_FOUND
from slackbridge.providers.account import Secret
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellapp_wire import Listed, MessageRow, TicketRow, listed, single
from slackbridge.text import clean

PAGE = 100  # rows; the most that SellApp gives
SLUG = re.compile(r"[A-Za-z0-9._-]{0,100}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NO_SEARCH = (400, 403, 404, 405, 422, 501)
REFUSALS = {
    401: "does not accept the API key; make a new one in its dashboard",
    403: "does not permit this: the API key needs the abilities for tickets, and its owner a role "
    "in the store that may use them",
    404: "does not know this ticket in this store",
}

Body = Mapping[str, Any]


@runtime_checkable
class Shop(Protocol):
    """What a SellApp account is configured with, besides `Account`.

    `api_version` is v2 or v1; `store` is the store's slug ('' = the key's own); `webhook_secret` ''
    = no webhooks; `webhook_header` '' = the usual names.
    """

    @property
    def api_version(self) -> str: ...
    @property
    def store(self) -> str: ...
    @property
    def webhook_secret(self) -> Secret: ...
    @property
    def webhook_header(self) -> str: ...


class Api:
    """One store's ticket endpoints. Raises ValueError, naming the remedy, for what cannot be."""

    def __init__(self, shop: Shop, client: HttpClient) -> None:
        if shop.api_version not in ("v1", "v2"):
            raise ValueError(f"api_version {shop.api_version!r} is not known; use v2 or v1")
        if not SLUG.fullmatch(shop.store):
            raise ValueError(f"store {shop.store!r} is no slug; copy it from the store's address")
        self.client = client
        self._root = f"{shop.api_version}/tickets"
        self._headers = {"X-STORE": shop.store} if shop.store else {}

    async def tickets(self, page: int, limit: int = PAGE) -> tuple[Listed, Answer]:
        """A page of all tickets, whatever their status."""
        answer = await self._send("GET", "", params=_paging(page, limit))
        found = _listed(answer, page, limit)
        if not found.obeyed:
            raise unreadable("sellapp sent another page of tickets than was asked for", write=False)
        return found, answer

    async def search(self, body: Body, page: int) -> Listed | None:
        """A page of matches; None where SellApp does not search, or not like this."""
        params = _paging(page, PAGE)
        answer = await self._send("POST", "/search", params=params, json=body, also=NO_SEARCH)
        found = _listed(answer, page, PAGE) if answer.ok else None
        return found if found and found.obeyed else None

    async def ticket(self, id: str, deadline: float | None = None) -> TicketRow:
        """Raises Rejected with the code NOT_FOUND where there is none."""
        answer = await self._send("GET", _path(id), deadline=deadline)
        row = TicketRow.of(single(answer.json(write=False)))
        if row is None or not row.id:
            raise answer.nonsense(write=False)
        return row

    async def messages(self, id: str, deadline: float | None = None) -> list[MessageRow]:
        """All messages of a ticket; one that shifts over the edge of a page is there twice."""
        rows: list[MessageRow] = []
        page, more = 0, True
        while more:
            page += 1
            path, params = f"{_path(id)}/messages", _paging(page, PAGE)
            answer = await self._send("GET", path, params=params, deadline=deadline)
            found = _listed(answer, page, PAGE)
            if not found.obeyed:
                raise answer.nonsense(write=False)
            rows += [row for raw in found.rows if (row := MessageRow.of(raw))]
            more = found.more
        return rows

    async def message(self, id: str, message: str) -> MessageRow:
        """Raises Rejected with the code NOT_FOUND where there is none."""
        answer = await self._send("GET", f"{_path(id)}/messages{_path(message)}")
        row = MessageRow.of(single(answer.json(write=False)))
        if row is None or not row.id:
            raise answer.nonsense(write=False)
        return row

    async def reply(self, id: str, content: str, deadline: float) -> None:
        """Not idempotent: never repeat it without a look."""
        await self._write("POST", f"{_path(id)}/messages", {"content": content}, "", deadline)

    async def change(self, id: str, wanted: Body, key: str, deadline: float) -> None:
        """Under the same key a repeat changes nothing more; '' = no key."""
        await self._write("PATCH", _path(id), wanted, key, deadline)

    async def _write(self, method: str, path: str, body: Body, key: str, deadline: float) -> None:
        answer = await self._send(method, path, json=body, key=key, write=True, deadline=deadline)
        if not isinstance(single(answer.json(write=True)), dict):
            raise answer.nonsense(write=True)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Body | None = None,
        key: str = "",
        write: bool = False,
        also: Sequence[int] = (),
        deadline: float | None = None,
    ) -> Answer:
        """One call; a status outside 2xx raises, unless it is among `also`."""
        answer = await self.client.send(
            method,
            self._root + path,
            params=params,
            json=json,
            headers={**self._headers, **({"Idempotency-Key": key} if key else {})},
            write=write,
            deadline=deadline,
        )
        if not answer.ok and answer.status not in also:
            raise _refusal(answer, write=write)
        return answer


def _path(id: str) -> str:
    """`/id`. Raises Rejected for what would lead elsewhere."""
    if not ID.fullmatch(id):
        raise Rejected(f"{clean(id)[:40]!r} cannot be an id at sellapp", code=NOT_FOUND)
    return f"/{id}"


def _paging(page: int, limit: int) -> dict[str, str]:
    return {"page": str(page), "limit": str(limit)}


def _listed(answer: Answer, page: int, limit: int) -> Listed:
    found = listed(answer.json(write=False), page, limit)
    if found is None:
        raise answer.nonsense(write=False)
    return found


def _refusal(answer: Answer, *, write: bool) -> Failure:
    status, vendor = answer.status, answer.vendor
    if status == 403 and _is_page(answer):
        # Cloudflare's 1020. On a write it may be the text that offends, so the key is not blamed.
        reason = f"{vendor}'s firewall turned this away (403, error 1020)"
        if write:
            return Rejected(f"{reason}; the text may look like an attack to it", code="blocked")
        return Unauthorized(f"{reason}: the API key is malformed or missing", code="blocked")
    if status == 409 and write:
        return Unknown(f"{vendor} is still busy with the same request (409)", code="conflict")
    if status in (400, 422) and (fields := _fields(answer)):
        return Rejected(f"{vendor} does not accept this ({status}): {fields}", code="invalid")
    code = NOT_FOUND if status == 404 else ""
    return refused(answer, write=write, words=REFUSALS.get(status, ""), code=code)


def _is_page(answer: Answer) -> bool:
    return answer.body[:200].lstrip().startswith(b"<")


def _fields(answer: Answer) -> str:
    """Which fields are wrong, and how: Laravel's `errors`, or the SDK's `param`; '' = not told."""
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
