"""SellApp's adapter against the local store over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.model import Act, Kind, Status
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellapp import SellApp, headers
from slackbridge.sandbox.sellapp.app import SLUG, TOKEN, SellAppSandbox
from tests.providers.common import Time

Make = Callable[..., SellApp]
SECRET = "a-signing-secret-of-32-characters"
HOOK_SECRET = SecretStr(SECRET)
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")
CLOSE = Act(Kind.STATUS, status=Status.CLOSED)
REOPEN = Act(Kind.STATUS, status=Status.NEEDS_AGENT)
ARCHIVE = Act(Kind.ACTION, fields={"name": "archive"})


@dataclass(frozen=True)
class Settings:
    base_url: str
    token: SecretStr
    name: str = "keys"
    provider: str = "sellapp"
    ticket_url: str = "https://keys.example.com/tickets/{id}"
    timeout_seconds: float = 5
    per_second: float = 10_000
    api_version: str = "v2"
    store: str = SLUG
    webhook_secret: SecretStr = HOOK_SECRET
    webhook_header: str = ""


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[SellAppSandbox]:
    sandbox = await SellAppSandbox.start(seed=False, clock=time)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: SellAppSandbox) -> AsyncIterator[Make]:
    made: list[SellApp] = []

    def provider(token: str = TOKEN, **more: Any) -> SellApp:
        settings = Settings(shop.url, SecretStr(token), **more)
        client = HttpClient(
            "sellapp", shop.url, headers(token), timeout_seconds=settings.timeout_seconds
        )
        made.append(SellApp("keys", settings, client))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def sellapp(make: Make) -> SellApp:
    return make()
