"""Sellgate's calls over HTTP, and what a refusal means.

Source: docs.sellgate.cc/tickets, /orders and /docs/authentication. What a write answers is not
published. A reply is a POST and a change of status a PATCH of the same path, so each has a type of
its own.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, Unpack
from urllib.parse import quote

from slackbridge.domain.errors import Code, Failure, Rejected, other_ticket
from slackbridge.providers.answer import Answer, refused, tells_error
from slackbridge.providers.http import Content, HttpClient, credential
from slackbridge.providers.sellgate.orders import OrderRow, order_in, orders_in
from slackbridge.providers.sellgate.wire import Change, Detail, Listing, Reply, detail

ORDERS = 25  # of a buyer, in one call
FORBIDDEN = "does not permit this API key to read orders; make a new one in the store's settings"
GONE = frozenset({404, 410})
NO_ID = frozenset({400, 422})  # how a read that has no argument but an id may be refused
headers = partial(credential, "Bearer")


class Api:
    """The calls of one store. Raises the four failures only."""

    def __init__(self, client: HttpClient) -> None:
        self.client = client

    async def tickets(self, page: int, status: str, limit: int) -> Listing:
        """A page of the list, counted from 1; `status` '' = any."""
        params = {"page": str(page), "limit": str(limit), **({"status": status} if status else {})}
        answer = await self._call("GET", "tickets", params=params)
        return answer.read(Listing.of, write=False)

    async def ticket(self, id: str, deadline: float | None = None) -> Detail:
        """Raises Rejected with the code NOT_FOUND where there is none."""
        answer = await self._call("GET", _path(id), deadline=deadline)
        found = answer.read(detail, write=False)
        if found.id not in ("", id):
            raise other_ticket("Sellgate", write=False)
        return found.model_copy(update={"id": id})

    async def order(self, id: str) -> OrderRow:
        """Raises Rejected with FORBIDDEN where the key may not read it."""
        answer = await self._call("GET", f"orders/{_quoted(id)}")
        return answer.read(partial(order_in, id=id), write=False)

    async def orders(self, email: str) -> list[OrderRow]:
        """The first orders of a buyer."""
        params = {"email": email, "limit": str(ORDERS)}
        answer = await self._call("GET", "orders", params=params)
        return [row for row in answer.read(orders_in, write=False) if row.is_of(email)]

    async def reply(self, id: str, reply: Reply, deadline: float) -> None:
        """Not idempotent."""
        body = {"message": reply.message}
        _check(await self._call("POST", _path(id), json=body, deadline=deadline), id)

    async def change(self, id: str, change: Change, deadline: float) -> None:
        body = {"status": change.status}
        _check(await self._call("PATCH", _path(id), json=body, deadline=deadline), id)

    async def _call(
        self,
        method: Literal["GET", "POST", "PATCH"],
        path: str,
        deadline: float | None = None,
        **content: Unpack[Content],
    ) -> Answer:
        write = method != "GET"
        answer = await self.client.send(method, path, write=write, deadline=deadline, **content)
        if not answer.ok:
            raise _refusal(answer, path, write=write)
        return answer


def _path(id: str) -> str:
    """The path of one ticket. Raises Rejected for what would change the path."""
    if not id.strip(". "):
        raise Rejected(f"{id!r} is not the id of a ticket", code=Code.NOT_FOUND)
    return f"tickets/{_quoted(id)}"


def _quoted(id: str) -> str:
    return quote(id, safe="", errors="replace")


def _check(answer: Answer, id: str) -> None:
    """Raises Unknown for the 2xx answer to a write that is not Sellgate's own or tells an error.

    It proves nothing: where it shows the ticket, that must be the one that was written to.
    """
    if not answer.body.strip():
        return
    said = answer.json(write=True)
    if tells_error(said) or not isinstance(said, dict):
        raise answer.nonsense(write=True)
    shown = detail(said)
    if shown is not None and shown.id not in ("", id):
        raise other_ticket("Sellgate", write=True)


def _refusal(answer: Answer, path: str, *, write: bool) -> Failure:
    missing = GONE if write else GONE | NO_ID
    words = {401: "does not accept the API key; make a new one in the store's settings"}
    of_orders = path.startswith("orders")
    if of_orders:
        words |= {403: FORBIDDEN, 404: "does not know this order"}
    gone = answer.status in missing and path not in ("tickets", "orders")
    barred = answer.status == 403 and of_orders
    return refused(
        answer,
        write=write,
        words=words.get(answer.status, ""),
        code=Code.NOT_FOUND if gone else Code.FORBIDDEN if barred else "",
    )
