"""ClickBank on a loopback port: routes, the order in which a call is checked, start and stop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate

from aiohttp import web

from slackbridge.sandbox.clickbank.drivers import Drivers
from slackbridge.sandbox.clickbank.gate import READ, WRITE, Gate
from slackbridge.sandbox.clickbank.refusal import Refusal, forbidden, invalid
from slackbridge.sandbox.clickbank.service import Reply, TicketService
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.clickbank.tickets import seed
from slackbridge.sandbox.clickbank.wire import ticket_row
from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.control import Terms, control, verbs_of
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.served import Served

PREFIX = "/rest/1.3"
TOKEN = "API-S4NDB0XS4NDB0XS4NDB0XS4NDB0XS4NDB0X"
ROUTES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Debug", "GET", re.compile(r"debug")),
    ("Schema", "GET", re.compile(r"tickets/(?:schema|partialRefundDataSchema)")),
    ("List", "GET", re.compile(r"tickets/list")),
    ("Count", "GET", re.compile(r"tickets/count")),
    ("RefundAmounts", "GET", re.compile(r"tickets/refundAmounts/([^/]+)")),
    ("Get", "GET", re.compile(r"tickets/([^/]+)")),
    ("Update", "PUT", re.compile(r"tickets/([^/]+)")),
    ("Create", "POST", re.compile(r"tickets/([^/]+)")),
    ("Returned", "POST", re.compile(r"tickets/([^/]+)/returned")),
)
SCHEMA = '<?xml version="1.0"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'


class ClickBankSandbox(Drivers, Served):
    """A running Tickets API; make one with `start`. `calls` counts calls by name.

    `addresses` holds the length of every address that was called.
    """

    path = PREFIX
    token = TOKEN

    def __init__(self, clock: Callable[[], float], ledger: Ledger, token: str) -> None:
        super().__init__(Clock(clock), ledger)
        self.token = token
        self.faults = Faults("clickbank")
        self.calls: Counter[str] = Counter()
        self.addresses: list[int] = []
        self.gate = Gate(self)
        self._service = TicketService(self)
        self.allow(token)

    def plant(self) -> None:
        seed(self)

    def allow(self, token: str, roles: frozenset[str] = frozenset({READ, WRITE})) -> None:
        """Put a key in force, with both roles or only those named."""
        self.gate.allow(token, roles)

    def revoke(self, token: str) -> None:
        """From now on the key is unknown."""
        self.gate.revoke(token)

    def _api(self) -> web.Application:
        # An address may be as long as a client likes; the service itself says what is too long.
        app = web.Application(
            middlewares=[self.faults.middleware(lambda request: _operation(request)[0])],
            handler_args={"max_line_size": 2**17},
        )
        app.router.add_route("*", PREFIX + "/{path:.*}", self._call)
        return app

    def _control(self) -> web.Application:
        terms = Terms(
            verbs=verbs_of(Drivers, self),
            rows=lambda: [ticket_row(row, self) for row in self.tickets.values()],
            switches=vars(Switches()),
            invalid=invalid,
        )
        return control(self, terms)

    async def _call(self, request: web.Request) -> web.Response:
        try:
            response = self._answer(request)
        except Refusal as refusal:
            response = refusal.response()
        response.headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        return response

    def _answer(self, request: web.Request) -> web.Response:
        operation, argument = _operation(request)
        if not operation:
            raise Refusal(404, "Not Found")
        self.calls[operation] += 1
        address = len(str(request.url.origin())) + len(request.raw_path)
        self.addresses.append(address)
        if address > self.longest_url:
            raise Refusal(self.long_url_status, "Request-URI Too Long")
        if request.method != "GET" and "Content-Length" not in request.headers:
            raise Refusal(411, "Length Required")
        self.gate.admit(operation, request.headers.get("Authorization"), self.clock.now())
        if operation == "Schema":
            return web.Response(text=SCHEMA, content_type="application/xml")
        if "json" not in request.headers.get("Accept", ""):
            return web.Response(text="<ticketList/>", content_type="application/xml")
        reply = self._reply(operation, argument, request)
        text = operation in ("Debug", "Count") and self.count_as_text
        kind = "text/plain" if text else "application/json"
        return web.Response(status=reply.status, text=reply.body, content_type=kind)

    def _reply(self, operation: str, argument: str, request: web.Request) -> Reply:
        """A form in the body is not read: everything counts from the query alone."""
        service, query = self._service, request.query
        match operation:
            case "Debug":
                return Reply(200, "security context: vendor=sandbox")
            case "List":
                return service.page(query, request.headers.get("Page", "1"))
            case "Count":
                return service.count(query)
            case "RefundAmounts":
                return service.refund_amounts(argument, query)
            case "Get":
                return service.get(argument)
            case "Update":
                return service.update(argument, query)
            case "Create":
                return service.create(argument, query)
            case "Returned":
                return service.returned(argument)
        raise forbidden()


def _operation(request: web.Request) -> tuple[str, str]:
    """The name of a call and what its path names; ('', '') for no call at all."""
    path = request.path.removeprefix(PREFIX + "/")
    if path == request.path:
        return "", ""
    for name, method, pattern in ROUTES:
        if method == request.method and (match := pattern.fullmatch(path)):
            return name, match[1] if pattern.groups else ""
    return "", ""
