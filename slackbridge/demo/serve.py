"""`slackbridge demo`: serves the page until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import signal
import threading
import webbrowser
from pathlib import Path

import typer

from slackbridge.config.errors import ConfigError
from slackbridge.demo.page.routes import Routes
from slackbridge.demo.world import ALL, QUICK, Table, World, world

UNDO_SECONDS = 5  # time for a person to press Undo
STOP_SECONDS = 0.5  # then SIGKILL, which loses nothing
SETTINGS: Table = {**QUICK, "replies": {"undo_seconds": UNDO_SECONDS}}
HELP = """{url}

Open this address in a browser: a Slack workspace with customers' tickets in it. Answer one.
It is a sandbox: no account, no real customer, and nothing leaves this machine.
Ctrl-C ends it. To act from scripts, see "Drive it from a script" in the README.
The bridge's own log: {log}
"""
TAKEN = "Port {port} is taken, perhaps by another demo. Choose one: slackbridge demo --port {next}"
FORBIDDEN = "Port {port} may not be opened. Choose a higher one: slackbridge demo --port 8030"


async def serve(*, port: int, data: Path | None, browse: bool = False) -> None:
    """Serve until SIGINT or SIGTERM. Raises ConfigError if the port cannot be bound."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    routes = Routes()
    try:
        async with world(
            extra=SETTINGS, slack_port=port, data=data, markets=ALL, extend=routes.add_to
        ) as place:
            await _serve_page(routes, place, stop, browse)
    except OSError as error:
        raise _explained(error, port) from error


async def _serve_page(routes: Routes, place: World, stop: asyncio.Event, browse: bool) -> None:
    page = routes.show(place)
    try:
        await page.bridge.start()
        typer.echo(HELP.format(url=place.slack.url, log=place.bridge.log))
        if browse:
            # webbrowser.open may block until the browser is closed.
            threading.Thread(target=webbrowser.open, args=(place.slack.url,), daemon=True).start()
        await stop.wait()
    finally:
        await page.close()
        await place.bridge.stop(STOP_SECONDS)


def _explained(error: OSError, port: int) -> Exception:
    match error.errno:
        case errno.EADDRINUSE:
            return ConfigError(TAKEN.format(port=port, next=port + 1))
        case errno.EACCES if port:
            return ConfigError(FORBIDDEN.format(port=port))
    return error
