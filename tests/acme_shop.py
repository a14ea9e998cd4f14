"""Acme, the marketplace of docs/providers.md: the smallest server for the contract suite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.serve import Serving, serve
from slackbridge.testing.market import Call
from tests.contract.markets import Local

PAGE = 50
SHOP = "at"
ROOT = f"/shops/{SHOP}/tickets"
NAMES = {
    ROOT: {"GET": "List"},
    f"{ROOT}/{{id}}": {"GET": "Get"},
    f"{ROOT}/{{id}}/messages": {"POST": "Reply"},
    f"{ROOT}/{{id}}/order": {"GET": "Order"},
}
Row = dict[str, Any]


class AcmeShop:
    """A running shop; its tickets are numbered. `orders` are by the number of their ticket."""

    _serving: Serving

    def __init__(self, clock: Callable[[], float]) -> None:
        self.token = "acme-key-4711"
        self.faults = Faults("acme")
        self.ledger = Ledger()
        self.orders: dict[int, Row] = {}
        self.shows_orders = True
        self._keys = {self.token}
        self._clock = clock
        self._tickets: dict[int, Row] = {}

    async def start(self) -> None:
        app = web.Application(middlewares=[self.faults.middleware(_operation), self._admitted])
        app.router.add_get(ROOT, self._list)
        app.router.add_get(f"{ROOT}/{{id}}", self._get)
        app.router.add_post(f"{ROOT}/{{id}}/messages", self._reply)
        app.router.add_get(f"{ROOT}/{{id}}/order", self._order)
        self._serving = await serve(app, 0)

    async def stop(self) -> None:
        await self._serving.stop()

    @property
    def url(self) -> str:
        return self._serving.url

    # --- people

    def customer_opens(self, text: str) -> int:
        id = len(self._tickets) + 1
        self._tickets[id] = {
            "id": id,
            "email": "kim@example.com",
            "created_at": self._now(),
            "messages": [],
        }
        self.customer_writes(id, text)
        return id

    def bulk(self, n: int) -> list[int]:
        return [self.customer_opens(f"Question {number}") for number in range(n)]

    def customer_writes(self, id: int, text: str) -> None:
        """A closed ticket stays closed."""
        self.someone_writes(id, "customer", text)
        closed = self._tickets[id].get("state") == "closed"
        self.force_status(id, "closed" if closed else "waiting")

    def merchant_writes(self, id: int, text: str) -> None:
        self.someone_writes(id, "store", text)
        self.force_status(id, "answered")

    def someone_writes(self, id: int, author: str, text: str) -> None:
        messages = self._tickets[id]["messages"]
        row = {"id": len(messages) + 1, "author": author, "text": text, "at": self._now()}
        messages.append(row)

    def close(self, id: int) -> None:
        self.force_status(id, "closed")

    def force_status(self, id: int, status: str) -> None:
        self._tickets[id] |= {"state": status, "updated_at": self._now()}

    def revoke(self, token: str) -> None:
        self._keys.discard(token)

    def allow(self, token: str) -> None:
        self._keys.add(token)

    # --- the API

    @web.middleware
    async def _admitted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._keys:
            return web.json_response({"error": "unknown key"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _list(self, request: web.Request) -> web.Response:
        after = int(request.query["after"] or 0)
        closed = request.query.get("state") == "closed"
        found = (r for r in self._tickets.values() if (r["state"] == "closed") is closed)
        rows = [row for row in found if row["id"] > after]
        page = [{k: v for k, v in row.items() if k != "messages"} for row in rows[:PAGE]]
        more = str(page[-1]["id"]) if len(rows) > PAGE else ""
        return web.json_response({"tickets": page, "next": more})

    async def _get(self, request: web.Request) -> web.Response:
        row = self._tickets.get(int(request.match_info["id"]))
        return web.json_response(row or {"error": "no such ticket"}, status=200 if row else 404)

    async def _reply(self, request: web.Request) -> web.Response:
        id, text = int(request.match_info["id"]), (await request.json())["text"]
        self.merchant_writes(id, text)
        self.ledger.commit("reply", self._clock(), ticket_id=id, text=text)
        return web.json_response({"ok": True}, status=201)

    async def _order(self, request: web.Request) -> web.Response:
        if not self.shows_orders:
            return web.json_response({"error": "orders.read is missing"}, status=403)
        id = int(request.match_info["id"])
        row = self.orders.get(id)
        told = {"ticket": id, **row} if row else {"error": "no order"}
        return web.json_response(told, status=200 if row else 404)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat()


class AcmeMarket(Local):
    """Its ids are numbers and its texts plain."""

    operations: ClassVar = {Call.LIST: "List", Call.READ: "Get", Call.REPLY: "Reply"}


def _operation(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return NAMES.get(resource.canonical if resource else "", {}).get(request.method, "")
