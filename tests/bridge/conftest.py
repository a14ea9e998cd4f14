"""The bridge in the test's process, against sandboxes over real HTTP, WebSocket and Redis."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from slackbridge.app import Bridge
from slackbridge.config import load, settings
from slackbridge.demo.world import QUICK, Table, World, secrets_of, world, write_config
from tests.bridge.stage import Stage
from tests.serving import serving

POLL_SECONDS = 0.2  # most tests begin by waiting for a poll
Running = Callable[..., AbstractAsyncContextManager[Bridge]]


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    """A world without tickets; its bridge does not run yet."""
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


@pytest.fixture
def run(place: World) -> Running:
    """Run a bridge in the world: `async with run(replies={"undo_seconds": 0}) as bridge`."""

    @contextlib.asynccontextmanager
    async def running(**changes: dict[str, Any]) -> AsyncIterator[Bridge]:
        async with serving(configured(place, changes), place.redis_url, place.slack) as bridge:
            yield bridge

    return running


def configured(place: World, changes: Table) -> settings.Settings:
    """The world's configuration with changes to its tables."""
    quick = {**QUICK, "account": {**QUICK["account"], "poll_seconds": POLL_SECONDS}}
    extra = {name: {**quick.get(name, {}), **changes.get(name, {})} for name in {*quick, *changes}}
    path = place.folder / "slackbridge.toml"
    write_config(path, place.slack.api_url, place.refurbed.url, place.redis_url, extra)
    return load.load(path, secrets_of(place.slack, place.refurbed))


UNDO_SECONDS = 2.0  # long enough for a busy machine


@pytest.fixture
async def stage(place: World, run: Running) -> AsyncIterator[Stage]:
    """The world with a running bridge and an undo window."""
    async with run(replies={"undo_seconds": UNDO_SECONDS}):
        yield Stage(place)


@pytest.fixture
async def instant(place: World, run: Running) -> AsyncIterator[Stage]:
    """The same without an undo window."""
    async with run(replies={"undo_seconds": 0}):
        yield Stage(place)
