"""SellApp on a loopback port: routes, the order in which a call is checked, start and stop."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from slackbridge.sandbox.clock import Clock
from slackbridge.sandbox.control import Terms, control, verbs_of
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellapp.drivers import Drivers
from slackbridge.sandbox.sellapp.gate import ABILITIES, Gate
from slackbridge.sandbox.sellapp.hooks import Hooks
from slackbridge.sandbox.sellapp.refusal import Refusal, invalid, unreadable
from slackbridge.sandbox.sellapp.service import Request, Service
from slackbridge.sandbox.sellapp.switches import Switches
from slackbridge.sandbox.sellapp.tickets import seed
from slackbridge.sandbox.sellapp.wire import ticket_json
from slackbridge.sandbox.served import Served

TOKEN = "41|sandboxk3yOfNorthKeys"
SLUG = "north-keys"
MAX_BODY = 8 * 2**20
PATH = re.compile(r"/api/(v[12])/tickets(?:/(search)|/(\d+)(?:(/messages)(?:/(search|\d+))?)?)?")


class SellAppSandbox(Drivers, Served):
    """A running store; make one with `start`. `calls` counts calls, `keys` are those of PATCHes."""

    path = "/api"
    token = TOKEN

    def __init__(self, clock: Callable[[], float], ledger: Ledger, token: str) -> None:
        super().__init__(Clock(clock), ledger)
        self.token = token
        self.faults = Faults("sellapp")
        self.hooks = Hooks(self)
        self.calls: Counter[str] = Counter()
        self.keys: list[str] = []
        self._gate = Gate(SLUG)
        self._service = Service(self)
        self.allow(token)

    def plant(self) -> None:
        seed(self)

    async def stop(self) -> None:
        await self.hooks.stop()
        await super().stop()

    def allow(self, token: str, abilities: frozenset[str] | None = None) -> None:
        """Put an API key in force, with all abilities or only those named."""
        self._gate.allow(token, frozenset(ABILITIES.values()) if abilities is None else abilities)

    def revoke(self, token: str) -> None:
        """From now on the key is unknown."""
        self._gate.revoke(token)

    def hook(self, url: str, secret: str) -> None:
        """Send webhooks there from now on, signed; '' = none."""
        self.hooks.url, self.hooks.secret = url, secret

    def _api(self) -> web.Application:
        app = web.Application(
            middlewares=[self.faults.middleware(_operation)], client_max_size=MAX_BODY
        )
        app.router.add_route("*", "/api/{rest:.*}", self._call)
        return app

    def _control(self) -> web.Application:
        terms = Terms(
            verbs={**verbs_of(Drivers, self), "hook": self.hook},
            rows=lambda: [ticket_json(row, "v2", self) for row in self.tickets.values()],
            switches=vars(Switches()),
            invalid=unreadable,
        )
        return control(self, terms)

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            status, answer = self._answer(request, body)
            response = web.json_response(answer, status=status)
        except Refusal as refusal:
            response = refusal.response(self.error_shape)
        response.headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        response.headers["X-Request-ID"] = f"req_{sum(self.calls.values())}"
        return response

    def _answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        operation = _operation(request)
        if not operation:
            raise Refusal(404, "The route could not be found.")
        self.calls[operation] += 1
        self._gate.pace(self.calls_per_second, self.retry_after, self.clock.now())
        self._gate.admit(operation, request.headers)
        if self.unimplemented & {operation, "*"}:
            raise Refusal(501, "Not implemented.")
        key = request.headers.get("Idempotency-Key", "")
        if operation == "UpdateTicket":
            self.keys.append(key)
        return self._service.call(operation, _request(request, _parsed(body), key))


def _operation(request: web.Request) -> str:
    """The name of a call, '' for none."""
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


def _request(request: web.Request, body: Any, key: str) -> Request:
    found = PATH.fullmatch(request.path)
    version, _, ticket, _, one = found.groups() if found else ("v2", None, None, None, None)
    message = int(one) if one and one.isdigit() else 0
    number = int(ticket) if ticket else 0
    return Request(
        version, str(request.url.with_query(None)), request.query, number, message, body, key
    )


def _parsed(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError:
        raise invalid("body", "The body is not valid JSON.") from None
