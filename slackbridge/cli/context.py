"""What every command begins with: the settings, the log, Redis, a bridge for one errand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from slackbridge.app import Bridge
from slackbridge.config import load
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Failure
from slackbridge.ops import log as logs
from slackbridge.store import embedded

RUNNING = (
    "A bridge runs on this Redis (process {names}): stop it first. One that was killed is "
    "forgotten within 30 seconds"
)
ConfigPath = Annotated[
    str, typer.Option("--config", "-c", help="The configuration (default: ./slackbridge.toml).")
]


def settings_from(path: str) -> Settings:
    """Read the configuration and set the log up. Raises ConfigError."""
    settings = load.load(load.path_of(path))
    hidden = [
        secret
        for section in (settings.slack, settings.redis, *settings.accounts)
        for secret in section.secrets()
    ]
    logs.configure(settings.ops.log_level, settings.ops.log_format, hidden)
    return settings


@contextlib.asynccontextmanager
async def redis_for(settings: Settings, *, share: bool = True) -> AsyncIterator[str]:
    """The address of Redis; with none configured, that of a server of our own.

    With `share`, the server of a running bridge serves too.
    """
    if settings.redis.url:
        yield settings.redis.url
        return
    there = embedded.running(settings.redis.data_dir) if share else None
    if there is not None:
        yield there
        return
    server = await embedded.start(settings.redis.data_dir)
    try:
        yield server.url
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Bridge]:
    """A bridge that does not run, for one errand with Redis and Slack."""
    async with redis_for(settings) as url:
        bridge = Bridge(settings, url)
        await bridge.chat.client.open()
        try:
            yield bridge
        finally:
            await bridge.close()


async def begun_for_links(bridge: Bridge) -> None:
    """Ask Slack for the workspace's address; while it does not answer there are no links."""
    with contextlib.suppress(Failure):
        await bridge.chat.begin()


async def refuse_if_running(bridge: Bridge, but: str = "") -> None:
    """Raises ConfigError while a process works on this Redis; `but` ends the sentence."""
    if alive := await bridge.store.heartbeats():
        raise ConfigError(f"{RUNNING.format(names=', '.join(sorted(alive)))}{but}.")
