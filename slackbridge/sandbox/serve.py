"""Start an aiohttp application on a loopback port and stop it again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from aiohttp import web

_log = logging.getLogger(__name__)
_log.addFilter(lambda record: not _is_disconnect(record))


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server. `url` has no trailing slash."""

    runner: web.AppRunner
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def stop(self) -> None:
        """Close the socket and every connection."""
        await self.runner.cleanup()


async def serve(app: web.Application, port: int = 0, host: str = "127.0.0.1") -> Serving:
    """Listen on `port` (0 = any free one). Raises OSError if the port is taken."""
    runner = web.AppRunner(app, access_log=None, logger=_log, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound = runner.addresses[0][1]
    return Serving(runner, host, int(bound))


def _is_disconnect(record: logging.LogRecord) -> bool:
    """Whether it reports a client that closed the connection, as a killed one does."""
    return record.exc_info is not None and isinstance(record.exc_info[1], ConnectionError)
