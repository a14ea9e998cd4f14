"""Start an aiohttp application on a loopback port and stop it again."""

from __future__ import annotations

from aiohttp import web


class Serving:
    """A running server. `url` has no trailing slash."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        self._runner = runner
        self.host = host
        self.port = port

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def stop(self) -> None:
        """Close the socket and every connection."""
        await self._runner.cleanup()


async def serve(app: web.Application, port: int = 0, host: str = "127.0.0.1") -> Serving:
    """Listen on `port` (0 = any free one). Raises OSError if the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound = runner.addresses[0][1]
    return Serving(runner, host, int(bound))
