"""A marketplace's drivers over HTTP, for a page or another process: `/sandbox/*`, JSON both ways.

GET tickets, GET ledger; POST <verb> with the verb's arguments as an object. Also `switch` (names
of switches), `fault` and `clear_faults`. Pages of loopback addresses may call it; faults that
signal a process may not be set from here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from slackbridge.sandbox.declined import Declined
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.ledger import Ledger

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Json = dict[str, Any]
Verb = Callable[..., Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Desk(Protocol):
    """What is driven; its switches are attributes."""

    ledger: Ledger
    faults: Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What differs between the marketplaces.

    `rows` gives the tickets as JSON, `switches` the defaults by name, `invalid` makes the refusal
    of a call that cannot be read, `prepared` turns JSON into a verb's arguments.
    """

    verbs: Mapping[str, Verb]
    rows: Callable[[], list[Json]]
    switches: Mapping[str, Any]
    invalid: Callable[[str], Declined]
    prepared: Callable[[Json], Json] = dict


def verbs_of(drivers: type, desk: object) -> dict[str, Verb]:
    """Every public method of a class of drivers, bound to the desk."""
    return {name: getattr(desk, name) for name in vars(drivers) if not name.startswith("_")}


def control(desk: Desk, terms: Terms) -> web.Application:
    """The application below `/sandbox`."""
    routes = _Control(desk, terms)
    app = web.Application(middlewares=[routes.answer])
    app.router.add_get("/tickets", routes.tickets)
    app.router.add_get("/ledger", routes.ledger)
    app.router.add_post("/{verb}", routes.act)
    app.router.add_route("OPTIONS", "/{verb}", _nothing)
    return app


class _Control:
    def __init__(self, desk: Desk, terms: Terms) -> None:
        self._desk = desk
        self._terms = terms
        self._verbs: dict[str, Verb] = {
            **terms.verbs,
            "switch": self._switch,
            "fault": self._fault,
            "clear_faults": desk.faults.clear,
        }

    async def tickets(self, request: web.Request) -> web.Response:
        return web.json_response(self._terms.rows())

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._desk.ledger.as_json())

    async def act(self, request: web.Request) -> web.Response:
        # A form or text/plain could be posted by any page on the web without being asked.
        if request.content_type != "application/json":
            raise ValueError("Content-Type: application/json is required")
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound
        given = await request.json()
        if not isinstance(given, dict):
            raise TypeError("expected an object")
        inspect.signature(verb).bind(**given)
        return web.json_response({"result": verb(**self._terms.prepared(given))})

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Errors in the service's form, and leave for pages of this machine to read the answer."""
        try:
            response = await handler(request)
        except Declined as refusal:
            response = refusal.response()
        except (TypeError, ValueError) as error:
            response = self._terms.invalid(str(error)).response()
        origin = request.headers.get("Origin", "")
        if urlsplit(origin).hostname in LOOPBACK:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        return response

    def _switch(self, **switches: Any) -> None:
        """All or none of them."""
        settings = {name: self._setting(name, value) for name, value in switches.items()}
        for name, value in settings.items():
            setattr(self._desk, name, value)

    def _setting(self, name: str, value: Any) -> Any:
        """A switch's new value in its own type."""
        if name not in self._terms.switches:
            raise ValueError(f"no switch {name!r}")
        default = self._terms.switches[name]
        accepted = _json_types(default)
        if type(value) not in accepted:
            raise TypeError(f"{name}: expected {accepted[0].__name__}")
        return type(default)(value)

    def _fault(self, *, operation: str, phase: str, action: str, **more: Any) -> None:
        if action in (Action.KILL, Action.STOP):
            raise ValueError(f"{action} is not offered over HTTP")
        self._desk.faults.add(Fault(operation, Phase(phase), Action(action), **more))


def _json_types(default: object) -> tuple[type, ...]:
    """What JSON may give for a switch: a list stands for a set, a word for a member of an enum."""
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
