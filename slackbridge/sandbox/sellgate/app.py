"""Sellgate as an HTTP server: its routes, and the order in which a call is checked."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.marketplace import Marketplace
from slackbridge.sandbox.refusal import parsed
from slackbridge.sandbox.sellgate.drivers import Drivers
from slackbridge.sandbox.sellgate.gate import Gate
from slackbridge.sandbox.sellgate.records import Ticket
from slackbridge.sandbox.sellgate.refusal import Refusal, invalid
from slackbridge.sandbox.sellgate.service import Service
from slackbridge.sandbox.sellgate.story import Story
from slackbridge.sandbox.sellgate.switches import Switches
from slackbridge.sandbox.sellgate.wire import Json, detail_json

TOKEN = "sg_live_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PREFIX = "/v1"
OPERATIONS = {"GET": "GetTicket", "POST": "ReplyToTicket", "PATCH": "UpdateTicket"}


class SellgateSandbox(Marketplace[str, Ticket], Drivers):
    name = "sellgate"
    path = PREFIX
    routes = tuple(
        PREFIX + path for path in ("/tickets", "/tickets/{id}", "/orders", "/orders/{id}")
    )
    drivers, story, switches = Drivers, Story, Switches
    max_body = 16 * 2**20
    token = TOKEN
    unreadable = staticmethod(invalid)

    def __init__(self, clock: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.gate = Gate(self)
        self._service = Service(self)

    def rows(self) -> list[Json]:
        return [detail_json(row, full=True) for row in self.tickets.values()]

    def _operation(self, request: web.Request) -> str:
        if request.path == PREFIX + "/tickets":
            return "ListTickets" if request.method == "GET" else ""
        if request.path.startswith(PREFIX + "/tickets/"):
            return OPERATIONS.get(request.method, "")
        if request.method == "GET":
            return "ListOrders" if request.path == PREFIX + "/orders" else "GetOrder"
        return ""

    def _extra_headers(self) -> dict[str, str]:
        if not self.rate_headers:
            return {}
        return self.gate.window.headers(self.rate_per_second, self.clock.now())

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        operation = self._operation(request)
        if not operation:
            raise Refusal(405, "method_not_allowed", "Method not allowed")
        self.calls[operation] += 1
        self.gate.admit(operation, request.headers, self.clock.now())
        answer = self._run(operation, request, body)
        return web.Response(status=204) if answer is None else web.json_response(answer)

    def _run(self, operation: str, request: web.Request, body: bytes) -> Json | None:
        ticket_id = request.match_info.get("id", "")
        match operation:
            case "ListTickets":
                return self._service.list(request.query)
            case "ListOrders":
                return self._service.orders(request.query)
            case "GetOrder":
                return self._service.order(ticket_id)
            case "ReplyToTicket":
                return self._service.reply(ticket_id, parsed(body, invalid("Invalid JSON body")))
            case "UpdateTicket":
                return self._service.change(ticket_id, parsed(body, invalid("Invalid JSON body")))
        return self._service.get(ticket_id)
