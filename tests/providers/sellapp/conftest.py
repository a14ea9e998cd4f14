"""SellApp's adapter against the local store over real HTTP."""

from __future__ import annotations

import time as wall
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.domain.model import Act, Kind, Status
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellapp.api import headers
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.providers.sellapp.settings import SellAppSettings
from slackbridge.sandbox.sellapp.app import SLUG, TOKEN, SellAppSandbox
from tests.providers.common import Time

Make = Callable[..., SellApp]
SECRET = "a-signing-secret-of-32-characters"
HOOK_SECRET = SecretStr(SECRET)
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")
CLOSE = Act(Kind.STATUS, status=Status.CLOSED)
REOPEN = Act(Kind.STATUS, status=Status.NEEDS_AGENT)
ARCHIVE = Act(Kind.ACTION, action="archive")


def settings(url: str, token: str, **more: Any) -> SellAppSettings:
    """A store that may be called as often as a test likes."""
    given = {
        "name": "keys",
        "provider": "sellapp",
        "base_url": url,
        "token_env": "SELLAPP_TOKEN",
        "token": token,
        "ticket_url": "https://keys.example.com/tickets/{id}",
        "timeout_seconds": 5,
        "per_second": 10_000,
        "store": SLUG,
        "webhook_secret": HOOK_SECRET,
    }
    return SellAppSettings.model_validate({**given, **more})


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[SellAppSandbox]:
    sandbox = await SellAppSandbox.start(seed=False, clock=time)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: SellAppSandbox) -> AsyncIterator[Make]:
    made: list[SellApp] = []

    def provider(
        token: str = TOKEN, clock: Callable[[], float] = wall.time, **more: Any
    ) -> SellApp:
        chosen = settings(shop.url, token, **more)
        client = HttpClient(
            "sellapp",
            shop.url,
            headers(token),
            timeout_seconds=chosen.timeout_seconds,
            clock=clock,
        )
        made.append(SellApp("keys", chosen, client))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def sellapp(make: Make) -> SellApp:
    return make()
