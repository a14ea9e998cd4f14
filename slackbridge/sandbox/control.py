"""A marketplace's drivers over HTTP, for a page or another process: `/sandbox/*`, JSON both ways.

GET tickets, GET ledger; POST <verb> with the verb's arguments as an object. Also `switch` (values
by name), `fault` and `clear_faults`. CORS allows pages of loopback addresses only; faults that
signal a process cannot be set over HTTP.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.refusal import BaseRefusal

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Json = dict[str, Any]
Verb = Callable[..., Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Controlled(Protocol):
    """What is controlled; see `marketplace.Marketplace`."""

    faults: Faults
    ledger: Ledger

    def defaults(self) -> Json: ...
    def verbs(self) -> dict[str, Verb]: ...
    def rows(self) -> list[Json]: ...
    def prepared(self, given: Json) -> Json: ...
    def unreadable(self, message: str) -> BaseRefusal: ...


def control(sandbox: Controlled) -> web.Application:
    """The application below `/sandbox`."""
    routes = _Control(sandbox)
    app = web.Application(middlewares=[routes.answer])
    app.router.add_get("/tickets", routes.tickets)
    app.router.add_get("/ledger", routes.ledger)
    app.router.add_post("/{verb}", routes.act)
    app.router.add_route("OPTIONS", "/{verb}", _nothing)
    return app


class _Control:
    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox
        self._defaults = sandbox.defaults()
        self._verbs: dict[str, Verb] = {
            **sandbox.verbs(),
            "switch": self._switch,
            "fault": self._fault,
            "clear_faults": sandbox.faults.clear,
        }

    async def tickets(self, request: web.Request) -> web.Response:
        return web.json_response(self._sandbox.rows())

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._sandbox.ledger.as_json())

    async def act(self, request: web.Request) -> web.Response:
        # CSRF: a page of any origin may post a form or text/plain without a CORS preflight.
        if request.content_type != "application/json":
            raise ValueError("Content-Type: application/json is required")
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound
        given = await request.json()
        if not isinstance(given, dict):
            raise TypeError("expected an object")
        inspect.signature(verb).bind(**given)
        return web.json_response({"result": verb(**self._sandbox.prepared(given))})

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Errors in the service's format, and CORS headers for pages of this machine."""
        try:
            response = await handler(request)
        except BaseRefusal as refusal:
            response = refusal.response()
        except (TypeError, ValueError) as error:
            response = self._sandbox.unreadable(str(error)).response()
        origin = request.headers.get("Origin", "")
        if urlsplit(origin).hostname in LOOPBACK:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        return response

    def _switch(self, **switches: Any) -> None:
        """Set switches, all or none of them."""
        settings = {name: self._setting(name, value) for name, value in switches.items()}
        for name, value in settings.items():
            setattr(self._sandbox, name, value)

    def _setting(self, name: str, value: Any) -> Any:
        """The value converted to the switch's type."""
        if name not in self._defaults:
            raise ValueError(f"no switch {name!r}")
        default = self._defaults[name]
        accepted = _json_types(default)
        if type(value) not in accepted:
            raise TypeError(f"{name}: expected {accepted[0].__name__}")
        return type(default)(value)

    def _fault(self, *, operation: str, phase: str, action: str, **more: Any) -> None:
        if action in (Action.KILL, Action.STOP):
            raise ValueError(f"{action} is not offered over HTTP")
        self._sandbox.faults.add(Fault(operation, Phase(phase), Action(action), **more))


def _json_types(default: object) -> tuple[type, ...]:
    """The JSON types a switch takes: a list for a set, a string for a member of an enum."""
    match default:
        case set():
            return (list,)
        case float():
            return (float, int)
        case str():
            return (str,)
    return (type(default),)


async def _nothing(request: web.Request) -> web.Response:
    return web.Response(status=204)
