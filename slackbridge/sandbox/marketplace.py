"""The common base of the marketplaces as HTTP servers: start, calls, tokens, drivers, stop."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any, ClassVar, Self

from aiohttp import web

from slackbridge.sandbox.clock import HOUR, Clock
from slackbridge.sandbox.control import Json, Verb, control
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.gate import BaseGate
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.refusal import BaseRefusal
from slackbridge.sandbox.seeds import BaseStory, replay
from slackbridge.sandbox.serve import Serving, serve
from slackbridge.sandbox.state import BaseState, IdT, TicketT


class Marketplace(BaseState[IdT, TicketT]):
    """A marketplace on a loopback port; make one with `start`. `calls` counts calls by operation.

    `name` is the marketplace's folder, `path` where its API begins below the server's root, and
    `routes` are the paths of its calls; `drivers`, `story` and `switches` are its own classes.
    `unreadable` makes the refusal of a call that cannot be read.
    """

    name: ClassVar[str]
    path: ClassVar[str] = ""
    routes: ClassVar[tuple[str, ...]]
    drivers: ClassVar[type]
    story: ClassVar[type[BaseStory[Any, Any]]]
    switches: ClassVar[type]
    unreadable: ClassVar[staticmethod[[str], BaseRefusal]]
    max_body: ClassVar[int] = 2**20
    handler_args: ClassVar[Json | None] = None
    token: str
    gate: BaseGate[Any]
    _serving: Serving

    def __init__(self, clock: Callable[[], float], ledger: Ledger) -> None:
        super().__init__(Clock(clock), ledger)
        self.faults = Faults(self.name)
        self.calls: Counter[str] = Counter()

    @classmethod
    async def start(
        cls,
        port: int = 0,
        *,
        clock: Callable[[], float] = time.time,
        ledger_path: Path | None = None,
        seed: bool = True,
        token: str = "",
    ) -> Self:
        """Listen on 127.0.0.1; `token` '' = the usual one. Raises OSError if the port is taken."""
        sandbox = cls(clock, Ledger(ledger_path))
        sandbox.token = token or cls.token
        sandbox.allow(sandbox.token)
        if seed:
            replay(cls.name, sandbox.clock, sandbox, cls.story)
        app = sandbox._api()
        app.add_subapp("/sandbox", control(sandbox))
        sandbox._serving = await serve(app, port)
        return sandbox

    async def stop(self) -> None:
        await self._serving.stop()

    @property
    def url(self) -> str:
        """The API's address without a slash at the end: what to configure as base_url."""
        return self._serving.url + self.path

    @property
    def control_url(self) -> str:
        return f"{self._serving.url}/sandbox"

    def allow(self, token: str, rights: frozenset[str] | None = None) -> None:
        """Make a token valid, with all rights or only those named."""
        self.gate.allow(token, rights)

    def revoke(self, token: str) -> None:
        self.gate.revoke(token)

    def pass_time(self, hours: float) -> None:
        """Advance the service's clock and apply what time alone does to tickets."""
        self.clock.advance(hours * HOUR)
        self.age()

    def verbs(self) -> dict[str, Verb]:
        """`pass_time` and every public method of the class of drivers."""
        names = ["pass_time", *(name for name in vars(self.drivers) if name[0] != "_")]
        return {name: getattr(self, name) for name in names}

    def defaults(self) -> Json:
        """The first value of every switch."""
        return dict(vars(self.switches()))

    def prepared(self, given: Json) -> Json:
        """JSON as a verb's arguments. Raises Refusal."""
        return given

    @abstractmethod
    def rows(self) -> list[Json]:
        """The tickets as JSON."""

    @abstractmethod
    def _operation(self, request: web.Request) -> str:
        """The name of a call, '' for a request that is none."""

    @abstractmethod
    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        """Run one call. Raises Refusal."""

    def _extra_headers(self) -> dict[str, str]:
        return {}

    def _api(self) -> web.Application:
        app = web.Application(
            middlewares=[self.faults.middleware(self._operation)],
            client_max_size=self.max_body,
            handler_args=self.handler_args,
        )
        for route in self.routes:
            app.router.add_route("*", route, self._call)
        return app

    async def _call(self, request: web.Request) -> web.Response:
        try:
            response = self._answer(request, await request.read())
        except BaseRefusal as refusal:
            response = refusal.response(self.error_form)
        response.headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        response.headers.update(self._extra_headers())
        return response
