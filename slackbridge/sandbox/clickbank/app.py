"""ClickBank as an HTTP server: its routes, and the order in which a call is checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import ClassVar

from aiohttp import web

from slackbridge.sandbox.clickbank.drivers import Drivers
from slackbridge.sandbox.clickbank.gate import Gate
from slackbridge.sandbox.clickbank.records import Ticket
from slackbridge.sandbox.clickbank.refusal import Refusal, invalid
from slackbridge.sandbox.clickbank.schema import schema
from slackbridge.sandbox.clickbank.service import Reply, Service
from slackbridge.sandbox.clickbank.story import Story
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.clickbank.wire import Json, ticket_row
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.marketplace import Marketplace

PREFIX = "/rest/1.3"
TOKEN = "API-S4NDB0XS4NDB0XS4NDB0XS4NDB0XS4NDB0X"
ROUTES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Debug", "GET", re.compile(r"debug")),
    ("Accounts", "GET", re.compile(r"quickstats/accounts")),
    ("Schema", "GET", re.compile(r"tickets/(schema|partialRefundDataSchema)")),
    ("List", "GET", re.compile(r"tickets/list")),
    ("Count", "GET", re.compile(r"tickets/count")),
    ("RefundAmounts", "GET", re.compile(r"tickets/refundAmounts/([^/]+)")),
    ("Order", "GET", re.compile(r"orders2/([^/]+)")),
    ("Get", "GET", re.compile(r"tickets/([^/]+)")),
    ("Update", "PUT", re.compile(r"tickets/([^/]+)")),
    ("Create", "POST", re.compile(r"tickets/([^/]+)")),
    ("Returned", "POST", re.compile(r"tickets/([^/]+)/returned")),
)


class ClickBankSandbox(Marketplace[int, Ticket], Drivers):
    """A running Tickets API. `url_lengths` holds the length of every URL that was called."""

    name = "clickbank"
    path = PREFIX
    routes = (PREFIX + "/{path:.*}",)
    drivers, story, switches = Drivers, Story, Switches
    # The service itself, not aiohttp, refuses a URL that is too long.
    handler_args: ClassVar = {"max_line_size": 2**17}
    token = TOKEN
    unreadable = staticmethod(invalid)
    gate: Gate

    def __init__(self, clock: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.url_lengths: list[int] = []
        self.gate = Gate(self)
        self._service = Service(self)

    def rows(self) -> list[Json]:
        return [ticket_row(row, self) for row in self.tickets.values()]

    def _operation(self, request: web.Request) -> str:
        return _route(request)[0]

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        operation, argument = _route(request)
        if not operation:
            raise Refusal(404, "Not Found")
        self.calls[operation] += 1
        length = len(str(request.url.origin())) + len(request.raw_path)
        self.url_lengths.append(length)
        if length > self.longest_url:
            raise Refusal(self.long_url_status, "Request-URI Too Long")
        if request.method != "GET" and "Content-Length" not in request.headers:
            raise Refusal(411, "Length Required")
        self.gate.admit(operation, request.headers, self.clock.now())
        if operation == "Schema":
            return web.Response(text=schema(argument), content_type="application/xml")
        if "json" not in request.headers.get("Accept", ""):
            return web.Response(text="<ticketList/>", content_type="application/xml")
        status, answer = self._reply(operation, argument, request)
        text = operation in ("Debug", "Count") and self.count_as_text
        kind = "text/plain" if text else "application/json"
        return web.Response(status=status, text=answer, content_type=kind)

    def _reply(self, operation: str, argument: str, request: web.Request) -> Reply:
        """Every argument comes from the query; a form in the body is ignored."""
        service, query = self._service, request.query
        calls: dict[str, Callable[[], Reply]] = {
            "Debug": lambda: (200, self.gate.context(request.headers)),
            "Accounts": lambda: (200, json.dumps({"account": {"nickName": self.nickname}})),
            "List": lambda: service.page(query, request.headers.get("Page", "1")),
            "Count": lambda: service.count(query),
            "RefundAmounts": lambda: service.refund_amounts(argument, query),
            "Order": lambda: service.order(argument, query),
            "Get": lambda: service.get(argument),
            "Update": lambda: service.update(argument, query),
            "Create": lambda: service.create(argument, query),
            "Returned": lambda: service.returned(argument),
        }
        return calls[operation]()


def _route(request: web.Request) -> tuple[str, str]:
    """The name of a call and what its path names; ('', '') for no call at all."""
    path = request.path.removeprefix(PREFIX + "/")
    if path == request.path:
        return "", ""
    for name, method, pattern in ROUTES:
        if method == request.method and (match := pattern.fullmatch(path)):
            return name, match[1] if pattern.groups else ""
    return "", ""
