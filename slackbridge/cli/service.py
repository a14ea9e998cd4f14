"""`slackbridge run` and `slackbridge demo`: what goes on until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slackbridge.app import Bridge
from slackbridge.cli.context import ConfigPath, redis_for, settings_from
from slackbridge.config.settings import Settings
from slackbridge.ops.stopping import unless


def run(config_path: ConfigPath = "") -> None:
    """The service: polls, posts, listens, replies. Ends within 10 s of SIGTERM or Ctrl-C."""
    asyncio.run(_run(settings_from(config_path)))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        # A server of our own may need long to load its data: a stop does not wait for that.
        redis = stack.enter_async_context(redis_for(settings, share=False))
        if (begun := await unless(stop, redis)) is not None:
            await Bridge(settings, begun.result()).run(stop)


class Script(StrEnum):
    """The scenarios of the demo."""

    TICKET = "ticket"
    MARKETPLACES = "marketplaces"


def demo(
    name: Annotated[Script, typer.Argument(help="What --script plays.")] = Script.TICKET,
    script: Annotated[bool, typer.Option("--script", help="Play, check, end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Its transcript for machines.")] = False,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port.")] = 8030,
    data: Annotated[Path | None, typer.Option(help="Where to keep its Redis data.")] = None,
) -> None:
    """A local Slack and four local marketplaces as a web page, with the bridge between them.

    Needs no account anywhere; nothing leaves this machine. With --script it plays by itself.
    """
    from slackbridge.demo import run_script, serve

    if script:
        raise typer.Exit(0 if asyncio.run(run_script(name, as_json=json, data=data)) else 1)
    asyncio.run(serve(port=port, data=data, browse=browse))
