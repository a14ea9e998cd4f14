"""refurbed as an HTTP server: its routes, and the order in which a call is checked."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.marketplace import Marketplace
from slackbridge.sandbox.refurbed.drivers import Drivers
from slackbridge.sandbox.refurbed.gate import PERMISSIONS, Gate, service_of
from slackbridge.sandbox.refurbed.records import Author, Ticket
from slackbridge.sandbox.refurbed.refusal import Code, Refusal, invalid
from slackbridge.sandbox.refurbed.requests import ATTACHMENTS, AUTHOR, uploads
from slackbridge.sandbox.refurbed.service import Service
from slackbridge.sandbox.refurbed.story import Story
from slackbridge.sandbox.refurbed.switches import Switches
from slackbridge.sandbox.refurbed.wire import Json, ticket_answer, without_defaults
from slackbridge.sandbox.refusal import parsed

PACKAGE = "/refb.merchant.v1."
PREFIX = f"{PACKAGE}TicketService/"
TOKEN = "6f1d2c1e-0000-4000-8000-5a4d0b0c5eed"


class RefurbedSandbox(Marketplace[int, Ticket], Drivers):
    name = "refurbed"
    routes = (PACKAGE + "{service}/{method}",)
    drivers, story, switches = Drivers, Story, Switches
    max_body = 64 * 2**20
    token = TOKEN
    unreadable = staticmethod(invalid)

    def __init__(self, clock: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.gate = Gate(self)
        self._service = Service(self, lambda: self.url)

    def prepared(self, given: Json) -> Json:
        """Attachments come as `{"filename", "data": base64}`. Raises Refusal (INVALID_ARGUMENT)."""
        arguments = dict(given)
        if "attachments" in given:
            arguments["attachments"] = uploads(ATTACHMENTS(given["attachments"], "attachments"))
        if "author" in given:
            arguments["author"] = Author(**AUTHOR(given["author"], "author"))
        return arguments

    def rows(self) -> list[Json]:
        return [ticket_answer(row, self.agents, self.url) for row in self.tickets.values()]

    def _api(self) -> web.Application:
        app = super()._api()
        app.router.add_get("/files/{key}/{name}", self._file)
        return app

    def _operation(self, request: web.Request) -> str:
        if request.path.startswith("/files/"):
            return "file"
        service, _, method = request.path.removeprefix(PACKAGE).partition("/")
        known = request.path.startswith(PACKAGE) and method in PERMISSIONS
        return method if known and service == service_of(method) else ""

    def _extra_headers(self) -> dict[str, str]:
        return self.gate.window.headers(self.rate_per_second, self.clock.now())

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        method = self._operation(request)
        if not method:
            raise Refusal(Code.NOT_FOUND, "Not Found")
        if request.method != "POST":
            raise Refusal(Code.UNIMPLEMENTED, "Method Not Allowed")
        self.calls[method] += 1
        self.gate.admit(method, request.headers, self.clock.now())
        if not body.strip():
            raise invalid("a JSON body is required")
        given = parsed(body, invalid("the body is not valid JSON"))
        answer = self._service.call(method, given)
        return web.json_response(without_defaults(answer) if self.omit_defaults else answer)

    async def _file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["key"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(
            body=found[1],
            content_type=found[0].content_type,
            # A customer's file must not run in a browser as a page of this origin.
            headers={"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"},
        )
