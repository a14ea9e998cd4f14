"""The drivers' verbs over HTTP, for a page or another process: `/sandbox/*`, JSON both ways.

GET tickets, GET ledger; POST <verb> with the verb's arguments as an object. Also `switch` (names
of switches), `fault` and `clear_faults`. Pages of loopback addresses may call it; faults that
signal a process may not be set from here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from slackbridge.sandbox.clickbank.refusal import Refusal, invalid
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.clickbank.wire import ticket_row
from slackbridge.sandbox.faults import Action, Fault, Phase

if TYPE_CHECKING:
    from slackbridge.sandbox.clickbank.app import ClickBankSandbox

VERBS = (
    "customer_opens",
    "customer_writes",
    "merchant_writes",
    "clickbank_writes",
    "someone_writes",
    "customer_attaches",
    "close",
    "reopen",
    "force_status",
    "pass_time",
    "bulk",
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def control(sandbox: ClickBankSandbox) -> web.Application:
    """The application below `/sandbox`."""
    desk = _Control(sandbox)
    app = web.Application(middlewares=[_answer])
    app.router.add_get("/tickets", desk.tickets)
    app.router.add_get("/ledger", desk.ledger)
    app.router.add_post("/{verb}", desk.act)
    app.router.add_route("OPTIONS", "/{verb}", _nothing)
    return app


class _Control:
    def __init__(self, sandbox: ClickBankSandbox) -> None:
        self._sandbox = sandbox
        self._verbs: dict[str, Callable[..., Any]] = {
            **{verb: getattr(sandbox, verb) for verb in VERBS},
            "switch": self._switch,
            "fault": self._fault,
            "clear_faults": sandbox.faults.clear,
        }

    async def tickets(self, request: web.Request) -> web.Response:
        rows = self._sandbox.tickets.values()
        return web.json_response([ticket_row(row, self._sandbox) for row in rows])

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._sandbox.ledger.as_json())

    async def act(self, request: web.Request) -> web.Response:
        # A form or text/plain could be posted by any page on the web without being asked.
        if request.content_type != "application/json":
            raise invalid("Content-Type: application/json is required")
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound
        arguments = await request.json()
        if not isinstance(arguments, dict):
            raise invalid("expected an object")
        inspect.signature(verb).bind(**arguments)
        return web.json_response({"result": verb(**arguments)})

    def _switch(self, **switches: Any) -> None:
        defaults = vars(Switches())
        for name, value in switches.items():
            if name not in defaults or type(value) is not type(defaults[name]):
                raise invalid(f"no switch {name!r} with such a value")
        for name, value in switches.items():
            setattr(self._sandbox, name, value)

    def _fault(self, *, operation: str, phase: str, action: str, **more: Any) -> None:
        if action in (Action.KILL, Action.STOP):
            raise invalid(f"{action} is not offered over HTTP")
        fault = Fault(operation, Phase(phase), Action(action), **more)
        self._sandbox.faults.add(fault)


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as text, and leave for pages of this machine to read the answer."""
    try:
        response = await handler(request)
    except Refusal as refusal:
        response = refusal.response()
    except (TypeError, ValueError) as error:
        response = invalid(str(error)).response()
    origin = request.headers.get("Origin", "")
    if urlsplit(origin).hostname in LOOPBACK:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return response


async def _nothing(request: web.Request) -> web.Response:
    return web.Response(status=204)
