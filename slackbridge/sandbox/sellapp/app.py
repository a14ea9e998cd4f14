"""SellApp as an HTTP server: its routes, and the order in which a call is checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from slackbridge.sandbox.control import Verb
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.marketplace import Marketplace
from slackbridge.sandbox.refusal import parsed
from slackbridge.sandbox.sellapp.drivers import Drivers
from slackbridge.sandbox.sellapp.gate import Gate
from slackbridge.sandbox.sellapp.hooks import Hooks
from slackbridge.sandbox.sellapp.records import Ticket
from slackbridge.sandbox.sellapp.refusal import Refusal, invalid, unreadable
from slackbridge.sandbox.sellapp.service import Request, Service
from slackbridge.sandbox.sellapp.story import Story
from slackbridge.sandbox.sellapp.switches import Switches
from slackbridge.sandbox.sellapp.wire import Json, ticket_json

TOKEN = "41|sandboxk3yOfNorthKeys"
SLUG = "north-keys"
PATH = re.compile(r"/api/(v[12])/tickets(?:/(search)|/(\d+)(?:(/messages)(?:/(search|\d+))?)?)?")


OF_ORDERS = re.compile(r"/api/v2/(orders|refunds)(?:/(\d+)(?:/([a-z-]+))?)?")
WRITES = {
    "refunds": "RefundOrder",
    "replacements": "ReplaceOrder",
    "fulfillment-retries": "RetryFulfillment",
    "fulfillment-notifications": "SendFulfillment",
}


class SellAppSandbox(Marketplace[int, Ticket], Drivers):
    """A running store. `keys` are the idempotency keys of changes, '' for a call without one."""

    name = "sellapp"
    path = "/api"
    routes = ("/api/{rest:.*}",)
    drivers, story, switches = Drivers, Story, Switches
    max_body = 8 * 2**20
    token = TOKEN
    unreadable = staticmethod(unreadable)

    def __init__(self, clock: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.hooks = Hooks(self)
        self.keys: list[str] = []
        self.gate = Gate(self, SLUG)
        self._service = Service(self)

    async def stop(self) -> None:
        await self.hooks.tasks.stop()
        await super().stop()

    def hook(self, url: str, secret: str) -> None:
        """Post signed webhooks to a URL from now on; '' = none."""
        self.hooks.url, self.hooks.secret = url, secret

    def verbs(self) -> dict[str, Verb]:
        return {**super().verbs(), "hook": self.hook}

    def rows(self) -> list[Json]:
        return [ticket_json(row, "v2", self) for row in self.tickets.values()]

    def _operation(self, request: web.Request) -> str:
        return _operation(request)

    def _extra_headers(self) -> dict[str, str]:
        return {"X-Request-ID": f"req_{sum(self.calls.values())}"}

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        operation = _operation(request)
        if not operation:
            raise Refusal(404, "The route could not be found.")
        self.calls[operation] += 1
        self.gate.admit(operation, request.headers, self.clock.now())
        key = request.headers.get("Idempotency-Key", "")
        if operation == "UpdateTicket" or operation in WRITES.values():
            self.keys.append(key)
        wrong = invalid("body", "The body is not valid JSON.")
        given = parsed(body, wrong) if body.strip() else None
        status, answer = self._service.call(operation, _request(request, given, key))
        return web.json_response(answer, status=status)


def _operation(request: web.Request) -> str:
    if found := OF_ORDERS.fullmatch(request.path):
        return _of_orders(request.method, *found.groups())
    found = PATH.fullmatch(request.path)
    if found is None:
        return ""
    _, search, ticket, messages, one = found.groups()
    what = "Messages" if messages else "Tickets"
    if search or one == "search":
        names = {"POST": f"Search{what}"}
    elif one:
        names = {"GET": "GetMessage"}
    elif messages:
        names = {"GET": "ListMessages", "POST": "CreateMessage"}
    else:
        names = {"GET": "GetTicket", "PATCH": "UpdateTicket"} if ticket else {"GET": "ListTickets"}
    return names.get(request.method, "")


def _of_orders(method: str, what: str, order: str | None, act: str | None) -> str:
    if what == "refunds":
        return "ListRefunds" if method == "GET" and not order else ""
    if act:
        return WRITES.get(act, "") if method == "POST" else ""
    return "GetOrder" if method == "GET" and order else ""


def _request(request: web.Request, body: Any, key: str) -> Request:
    if of_orders := OF_ORDERS.fullmatch(request.path):
        path, order = str(request.url.with_query(None)), int(of_orders[2] or 0)
        return Request("v2", path, request.query, body=body, key=key, order=order)
    found = PATH.fullmatch(request.path)
    version, _, ticket, _, one = found.groups() if found else ("v2", None, None, None, None)
    message = int(one) if one and one.isdigit() else 0
    number = int(ticket) if ticket else 0
    return Request(
        version, str(request.url.with_query(None)), request.query, number, message, body, key
    )
