"""The sandbox workspace as one server: Web API, Socket Mode, files and drivers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import aiohttp
from aiohttp import web

from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.serve import Serving, serve
from slackbridge.sandbox.slack.control import Control
from slackbridge.sandbox.slack.delivery import Delivery
from slackbridge.sandbox.slack.events import Events
from slackbridge.sandbox.slack.files import Files
from slackbridge.sandbox.slack.http_transport import Endpoints, HttpTransport
from slackbridge.sandbox.slack.interact import Interactions
from slackbridge.sandbox.slack.limits import Limits
from slackbridge.sandbox.slack.methods import WebApi
from slackbridge.sandbox.slack.people import Person
from slackbridge.sandbox.slack.quirks import Quirks
from slackbridge.sandbox.slack.refusals import Refusals
from slackbridge.sandbox.slack.response_urls import ResponseUrls
from slackbridge.sandbox.slack.roster import Installation
from slackbridge.sandbox.slack.shapes import Clock
from slackbridge.sandbox.slack.socket import SocketTransport
from slackbridge.sandbox.slack.transport import Transport
from slackbridge.sandbox.slack.triggers import Triggers
from slackbridge.sandbox.slack.workspace import Workspace
from slackbridge.sandbox.tasks import Tasks

Mode = Literal["socket", "http"]


class SlackSandbox:
    """A running workspace. Make one with `start`; end it with `stop`.

    `app` holds tokens, scopes and subscriptions and may be changed at any time; so may
    `endpoints`, `limits`, `quirks.on` and the times of `socket`. `socket.host` is a server of its
    own: it can be away while the Web API is well; the other way round is a fault of `*` on
    `faults`.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        mode: Mode,
        ledger_path: Path | None,
        limits: Limits,
        endpoints: Endpoints,
        retry_scale: float,
    ) -> None:
        self.app = Installation()
        self.ledger = Ledger(ledger_path)
        self.workspace = Workspace(self.app, self.ledger, clock)
        self.faults = Faults("slack")
        self.delivery = Delivery()
        self.refusals = Refusals()
        self.quirks = Quirks()
        self.limits, self.endpoints = limits, endpoints
        self._session = session
        self._tasks = Tasks()
        self._triggers = Triggers(clock)
        self._urls = ResponseUrls(self.workspace)
        self.files = Files(self.workspace)
        self.socket = SocketTransport(self.app, clock, self._tasks)
        self.http = HttpTransport(session, self.app, endpoints, clock, retry_scale)
        transport: Transport = self.socket if mode == "socket" else self.http
        self.events = Events(self.workspace, transport, self.delivery, self._tasks)
        self.workspace.announce = self.events.announce
        self._interactions = Interactions(
            self.workspace, transport, self.delivery, self._triggers, self._urls, self._tasks
        )
        self._serving: Serving | None = None

    @classmethod
    async def start(
        cls,
        port: int = 0,
        *,
        clock: Clock = time.time,
        ledger_path: Path | None = None,
        rate_scale: float = 1.0,
        mode: Mode = "socket",
        events_url: str | None = None,
        interactivity_url: str | None = None,
        commands_url: str | None = None,
        retry_scale: float = 1.0,
        extend: Callable[[web.Application], None] | None = None,
    ) -> SlackSandbox:
        """Start the server on a loopback port (0 = any free one).

        `rate_scale` multiplies the rate limits (0 = none), `retry_scale` the waits between the
        retries of an event in HTTP mode. `extend` may add routes to the server.
        """
        session = aiohttp.ClientSession()
        limits = Limits(clock, rate_scale)
        endpoints = Endpoints(events_url, interactivity_url, commands_url)
        sandbox = cls(session, clock, mode, ledger_path, limits, endpoints, retry_scale)
        server = sandbox._server()
        if extend is not None:
            extend(server)
        try:
            sandbox._serving = await serve(server, port)
        except OSError:
            await session.close()
            raise
        await sandbox.socket.host.start()
        sandbox.workspace.team_url = f"{sandbox.url}/"
        return sandbox

    async def stop(self) -> None:
        """Close every connection and end all background work."""
        await self.socket.close()
        await self._tasks.stop()
        await self.socket.host.stop()
        if self._serving is not None:
            await self._serving.stop()
        await self._session.close()

    def person(self, name: str) -> Person:
        """The person with this user name or id. Raises KeyError."""
        for user in self.workspace.users.values():
            if name in (user.name, user.id) and not user.is_bot:
                return Person(user, self.workspace, self._interactions, self.files)
        raise KeyError(name)

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end."""
        if self._serving is None:
            raise RuntimeError("the sandbox is not running")
        return self._serving.url

    @property
    def api_url(self) -> str:
        """The `base_url` for a Slack SDK client."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    @property
    def bot_user_id(self) -> str:
        return self.app.bot_user

    def _server(self) -> web.Application:
        ticket, triggers = self.socket.ticket_url, self._triggers
        files, quirks = self.files, self.quirks
        api = WebApi(self.workspace, self.limits, triggers, self.refusals, ticket, quirks, files)
        server = web.Application(
            middlewares=[self.faults.middleware(operation_of)], client_max_size=4 * 1024 * 1024
        )
        server.router.add_route("*", "/api/{method}", api.handle)
        for kind in ("actions", "commands"):
            server.router.add_post(f"/{kind}/{{team}}/{{number}}/{{secret}}", self._urls.handle)
        server.router.add_get("/files-pri/{file}/{rest:.*}", self.files.handle)
        server.router.add_post("/upload/v1/{secret}", self.files.upload)
        Control(self).add_routes(server)
        return server


_OPERATIONS = {
    "actions": "response_url",
    "commands": "response_url",
    "files-pri": "url_private",
    "upload": "upload_url",
}


def operation_of(request: web.Request) -> str:
    """The name of a call for fault injection: `chat.postMessage`, `response_url`,
    `url_private`, `upload_url` or ''."""
    root, _, rest = request.path.lstrip("/").partition("/")
    if root == "api":
        return rest
    return _OPERATIONS.get(root, "")
