"""A marketplace's desk on a loopback port: start, addresses, stop. Knows no routes of its own."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

from aiohttp import web

from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.serve import Serving, serve


class Served(ABC):
    """Make one with `start`. `path` is where the API begins below the server's root."""

    path: ClassVar[str] = ""
    token: str
    _serving: Serving

    @abstractmethod
    def __init__(self, clock: Callable[[], float], ledger: Ledger, token: str) -> None:
        """An empty desk on which `token` is in force."""

    @abstractmethod
    def plant(self) -> None:
        """Let the past of the seed files have happened."""

    @abstractmethod
    def _api(self) -> web.Application:
        """The routes of the service itself."""

    @abstractmethod
    def _control(self) -> web.Application:
        """The drivers' routes, which hang below `/sandbox`."""

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
        sandbox = cls(clock, Ledger(ledger_path), token or cls.token)
        if seed:
            sandbox.plant()
        app = sandbox._api()
        app.add_subapp("/sandbox", sandbox._control())
        sandbox._serving = await serve(app, port)
        return sandbox

    @property
    def url(self) -> str:
        """The API's address, without a slash at the end: what to configure as base_url."""
        return self._serving.url + self.path

    @property
    def control_url(self) -> str:
        return f"{self._serving.url}/sandbox"

    async def stop(self) -> None:
        await self._serving.stop()
