"""Sellgate on a loopback port: routes, the order in which a call is checked, start and stop."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.control import Terms, control, verbs_of
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellgate.drivers import Drivers
from slackbridge.sandbox.sellgate.refusal import Refusal, invalid, too_many, unauthorized
from slackbridge.sandbox.sellgate.service import Service
from slackbridge.sandbox.sellgate.switches import Switches
from slackbridge.sandbox.sellgate.tickets import seed
from slackbridge.sandbox.sellgate.wire import detail_json
from slackbridge.sandbox.served import Served
from slackbridge.sandbox.window import Window

TOKEN = "sg_live_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PREFIX = "/v1"
MAX_BODY = 16 * 2**20
OPERATIONS = {
    "GET": "GetTicket",
    "POST": "ReplyToTicket",
    "PATCH": "UpdateTicket",
}


class SellgateSandbox(Drivers, Served):
    """A running Sellgate; make one with `start`. `calls` counts calls by operation."""

    path = PREFIX
    token = TOKEN

    def __init__(self, clock: Callable[[], float], ledger: Ledger, token: str) -> None:
        super().__init__(Clock(clock), ledger)
        self.token = token
        self.faults = Faults("sellgate")
        self.calls: Counter[str] = Counter()
        self._keys = {token}
        self._window = Window()
        self._service = Service(self)

    def plant(self) -> None:
        seed(self)

    def allow(self, token: str) -> None:
        """Put a key in force; every key opens the whole store."""
        self._keys.add(token)

    def revoke(self, token: str) -> None:
        """From now on the key is unknown."""
        self._keys.discard(token)

    def _api(self) -> web.Application:
        app = web.Application(
            middlewares=[self.faults.middleware(_operation)], client_max_size=MAX_BODY
        )
        app.router.add_route("*", PREFIX + "/tickets", self._call)
        app.router.add_route("*", PREFIX + "/tickets/{id}", self._call)
        return app

    def _control(self) -> web.Application:
        terms = Terms(
            verbs=verbs_of(Drivers, self),
            rows=lambda: [detail_json(row, full=True) for row in self.tickets.values()],
            switches=vars(Switches()),
            invalid=invalid,
        )
        return control(self, terms)

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            answer = self._answer(request, body)
            response = web.Response(status=204) if answer is None else web.json_response(answer)
        except Refusal as refusal:
            response = refusal.response(self.error_form)
        response.headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        if self.rate_headers:
            headers = self._window.headers(self.rate_per_second, self.clock.now())
            response.headers.update(headers)
        return response

    def _answer(self, request: web.Request, body: bytes) -> Any:
        operation = _operation(request)
        if not operation:
            raise Refusal(405, "method_not_allowed", "Method not allowed")
        self.calls[operation] += 1
        if not self._window.take(self.rate_per_second):
            raise self._limited()
        # The bare key is accepted too (docs.sellgate.cc/docs/authentication).
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._keys:
            raise unauthorized()
        ticket_id = request.match_info.get("id", "")
        match operation:
            case "ListTickets":
                return self._service.list(request.query)
            case "ReplyToTicket":
                return self._service.reply(ticket_id, _parsed(body))
            case "UpdateTicket":
                return self._service.change(ticket_id, _parsed(body))
        return self._service.get(ticket_id)

    def _limited(self) -> Refusal:
        refusal = too_many()
        if self.retry_after:
            refusal.headers["Retry-After"] = "1"
        return refusal


def _operation(request: web.Request) -> str:
    """The name of a call; '' for what is none."""
    if request.path == PREFIX + "/tickets":
        return "ListTickets" if request.method == "GET" else ""
    if request.path.startswith(PREFIX + "/tickets/"):
        return OPERATIONS.get(request.method, "")
    return ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise invalid("Invalid JSON body") from None
