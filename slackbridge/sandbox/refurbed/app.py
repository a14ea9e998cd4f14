"""refurbed on a loopback port: routes, the order in which a call is checked, start and stop."""

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
from slackbridge.sandbox.refurbed.control import prepared
from slackbridge.sandbox.refurbed.drivers import Drivers
from slackbridge.sandbox.refurbed.gate import PERMISSIONS, Grant, Tokens, permit
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.refurbed.refusal import Code, Refusal, invalid
from slackbridge.sandbox.refurbed.service import TicketService
from slackbridge.sandbox.refurbed.switches import Switches
from slackbridge.sandbox.refurbed.tickets import seed
from slackbridge.sandbox.refurbed.vocabulary import Sender
from slackbridge.sandbox.refurbed.wire import ticket_answer, without_defaults
from slackbridge.sandbox.served import Served
from slackbridge.sandbox.window import Window

PREFIX = "/refb.merchant.v1.TicketService/"
TOKEN = "6f1d2c1e-0000-4000-8000-5a4d0b0c5eed"
MAX_BODY = 64 * 2**20


class RefurbedSandbox(Drivers, Served):
    """A running TicketService; make one with `start`. `calls` counts calls by method."""

    token = TOKEN

    def __init__(self, clock: Callable[[], float], ledger: Ledger, token: str) -> None:
        super().__init__(Clock(clock), ledger)
        self.token = token
        self.faults = Faults("refurbed")
        self.calls: Counter[str] = Counter()
        self._tokens = Tokens()
        self._window = Window()
        self._service = TicketService(self, lambda: self.url)
        self.allow(token)

    def plant(self) -> None:
        seed(self)

    def allow(self, token: str, permissions: frozenset[str] | None = None) -> None:
        """Put a token in force, with all permissions or only those named."""
        author = Author(Sender.MERCHANT, "Merchant Support", "support@example.com")
        grant = Grant(author) if permissions is None else Grant(author, permissions)
        self._tokens.allow(token, grant)

    def revoke(self, token: str) -> None:
        """From now on the token is unknown."""
        self._tokens.revoke(token)

    def _api(self) -> web.Application:
        app = web.Application(
            middlewares=[self.faults.middleware(_operation)], client_max_size=MAX_BODY
        )
        app.router.add_route("*", PREFIX + "{method}", self._call)
        app.router.add_get("/files/{key}/{name}", self._file)
        return app

    def _control(self) -> web.Application:
        terms = Terms(
            verbs=verbs_of(Drivers, self),
            rows=lambda: [
                ticket_answer(row, self.agents, self.url) for row in self.tickets.values()
            ],
            switches=vars(Switches()),
            invalid=invalid,
            prepared=prepared,
        )
        return control(self, terms)

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            answer = self._answer(request, body)
            response = web.json_response(answer)
        except Refusal as refusal:
            response = refusal.response()
        now = self.clock.now()
        response.headers["Date"] = formatdate(now, usegmt=True)
        response.headers.update(self._window.headers(self.rate_per_second, now))
        return response

    def _answer(self, request: web.Request, body: bytes) -> Any:
        method = request.match_info["method"]
        if method not in PERMISSIONS:
            raise Refusal(Code.NOT_FOUND, "Not Found")
        if request.method != "POST":
            raise Refusal(Code.UNIMPLEMENTED, "Method Not Allowed")
        self.calls[method] += 1
        if not self._window.take(self.rate_per_second):
            raise Refusal(Code.RESOURCE_EXHAUSTED, "rate limit exceeded")
        grant = self._tokens.grant(request.headers.get("Authorization"))
        if self.unimplemented & {method, "*"}:
            raise Refusal(Code.UNIMPLEMENTED, f"method {method} not implemented")
        permit(grant, method)
        answer = self._service.call(method, _parsed(body), grant.author)
        return without_defaults(answer) if self.omit_defaults else answer

    async def _file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["key"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(
            body=found[1],
            content_type=found[0].content_type,
            # Whatever a customer sent must not run in a browser as a page of this origin.
            headers={"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"},
        )


def _operation(request: web.Request) -> str:
    method = request.path.removeprefix(PREFIX)
    return method if request.path.startswith(PREFIX) and method in PERMISSIONS else ""


def _parsed(body: bytes) -> Any:
    if not body.strip():
        raise invalid("a JSON body is required")
    try:
        return json.loads(body)
    except ValueError:
        raise invalid("the body is not valid JSON") from None
