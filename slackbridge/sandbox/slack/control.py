"""The drivers' API over HTTP under `/sandbox/`, for another process or a page.

It only translates requests into calls of the sandbox's own objects. It is not part of Slack and
needs no token: the server listens on loopback only.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, Protocol

from aiohttp import web

from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.slack.delivery import Delivery
from slackbridge.sandbox.slack.errors import ApiError, NotAcknowledged, NotPossible
from slackbridge.sandbox.slack.http_transport import Endpoints
from slackbridge.sandbox.slack.limits import Limits
from slackbridge.sandbox.slack.people import Person
from slackbridge.sandbox.slack.refusals import Refusal, Refusals
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.socket import SocketTransport
from slackbridge.sandbox.slack.workspace import Workspace

_ACTS = frozenset(name for name, act in vars(Person).items() if iscoroutinefunction(act))
_VIEWS = frozenset({"ephemerals", "modals", "home"})
_SWITCHES = frozenset(["drop", "duplicate", "twin", "two_teams", "delay", "reorder", "clear"])
_TIMES = ("lifetime", "warning_seconds", "redelivery", "ticket_seconds")
_Handler = Callable[[web.Request], Awaitable[Any]]


class Controlled(Protocol):
    """What is controlled; see `app.SlackSandbox`."""

    workspace: Workspace
    ledger: Ledger
    faults: Faults
    delivery: Delivery
    refusals: Refusals
    limits: Limits
    endpoints: Endpoints
    socket: SocketTransport

    @property
    def bot_user_id(self) -> str: ...
    def person(self, name: str) -> Person: ...


class Control:
    """The routes under `/sandbox/`. Answers are `{"ok": true, "result": ...}`."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox

    def add_routes(self, server: web.Application) -> None:
        get, post = server.router.add_get, server.router.add_post
        get("/sandbox/state", _json(self._state))
        get("/sandbox/ledger", _json(self._ledger))
        get("/sandbox/calls", _json(self._calls))
        get("/sandbox/channels/{channel}", _json(self._history))
        get("/sandbox/channels/{channel}/{ts}", _json(self._thread))
        get("/sandbox/people/{name}/{what}", _json(self._seen))
        post("/sandbox/people/{name}/{what}", _json(self._act))
        post("/sandbox/faults", _json(self._fault))
        post("/sandbox/refusals", _json(self._refuse))
        post("/sandbox/delivery/{what}", _json(self._deliver))
        post("/sandbox/lag", _json(self._lag))
        post("/sandbox/socket/{what}", _json(self._socket))
        post("/sandbox/policies", _json(self._policies))
        post("/sandbox/endpoints", _json(self._endpoints))

    async def _state(self, request: web.Request) -> Json:
        workspace, bot = self._sandbox.workspace, self._sandbox.bot_user_id
        members = {each.id: list(each.members) for each in workspace.channels.values()}
        return {
            "users": [each.as_json(with_email=True) for each in workspace.users.values()],
            "channels": [each.as_json(bot) for each in workspace.channels.values()],
            "members": members,
            "usergroups": [each.as_json(with_users=True) for each in workspace.groups.values()],
            "connections": self._sandbox.socket.connected,
            "rate_limited": dict(self._sandbox.limits.refused),
        }

    async def _ledger(self, request: web.Request) -> list[Json]:
        since = _whole(request.query.get("since", "0"))
        return self._sandbox.ledger.as_json()[since:]

    async def _calls(self, request: web.Request) -> list[str]:
        return list(self._sandbox.faults.seen)

    async def _history(self, request: web.Request) -> list[Json]:
        return self._sandbox.workspace.history(request.match_info["channel"])

    async def _thread(self, request: web.Request) -> list[Json]:
        channel, ts = request.match_info["channel"], request.match_info["ts"]
        return self._sandbox.workspace.thread(channel, ts)

    async def _seen(self, request: web.Request) -> Any:
        person = self._sandbox.person(request.match_info["name"])
        what = _known(request, _VIEWS)
        return getattr(person, what)(**dict(request.query))

    async def _act(self, request: web.Request) -> Any:
        person = self._sandbox.person(request.match_info["name"])
        return await getattr(person, _known(request, _ACTS))(**await _body(request))

    async def _fault(self, request: web.Request) -> None:
        body = await _body(request)
        if body.pop("clear", False):
            self._sandbox.faults.clear()
        if body:
            phase, action = Phase(body.pop("phase")), Action(body.pop("action"))
            self._sandbox.faults.add(Fault(phase=phase, action=action, **body))

    async def _refuse(self, request: web.Request) -> None:
        body = await _body(request)
        if body.pop("clear", False):
            self._sandbox.refusals.clear()
        if body:
            self._sandbox.refusals.add(Refusal(**body))

    async def _deliver(self, request: web.Request) -> None:
        getattr(self._sandbox.delivery, _known(request, _SWITCHES))(**await _body(request))

    async def _lag(self, request: web.Request) -> None:
        self._sandbox.workspace.lag.hide(**await _body(request))

    async def _policies(self, request: web.Request) -> None:
        policies = self._sandbox.workspace.policies
        for name, value in (await _body(request)).items():
            kind = type(getattr(policies, name))
            setattr(policies, name, kind(value) if kind is set else value)

    async def _socket(self, request: web.Request) -> None:
        socket, body = self._sandbox.socket, await _body(request)
        match request.match_info["what"]:
            case "drop_all":
                socket.drop_all()
            case "refuse":
                socket.refuse(**body)
            case "disconnect":
                await socket.disconnect(**body)
            case "mute_all":
                socket.mute_all()
            case "fail":
                await socket.host.fail(**body)
            case "times":
                for name in _TIMES:
                    setattr(socket, name, float(body.get(name, getattr(socket, name))))
            case other:
                raise NotPossible(f"unknown: {other}")

    async def _endpoints(self, request: web.Request) -> None:
        endpoints, body = self._sandbox.endpoints, await _body(request)
        for name in ("events", "interactivity", "commands"):
            setattr(endpoints, name, body.get(name, getattr(endpoints, name)))


def _json(handler: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer in JSON; a driver's mistake is a 400, a missing acknowledgement of the app a 504."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, "result": await handler(request)})
        except NotAcknowledged as error:
            return _failure(504, f"operation_timeout: {error}")
        except KeyError as error:
            return _failure(404, f"not found: {error}")
        except (ApiError, TypeError, ValueError) as error:
            return _failure(400, str(error))

    return answer


def _failure(status: int, error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)


def _known(request: web.Request, names: frozenset[str]) -> str:
    what = request.match_info["what"]
    if what not in names:
        raise NotPossible(f"unknown: {what}; known are {sorted(names)}")
    return what


def _whole(text: str) -> int:
    if not text.isdigit():
        raise NotPossible(f"{text!r} is not a whole number")
    return int(text)


async def _body(request: web.Request) -> Json:
    body = json.loads(await request.text() or "{}")
    if not isinstance(body, dict):
        raise NotPossible("the body must be a JSON object")
    return body
