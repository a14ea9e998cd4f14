"""Sellgate's adapter against the local Sellgate over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.domain.model import Act, Kind, Ticket
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellgate.api import headers
from slackbridge.providers.sellgate.provider import Sellgate
from slackbridge.sandbox.sellgate.app import TOKEN, SellgateSandbox
from slackbridge.testing import look
from slackbridge.testing.look import ids
from tests.providers.common import Time

Make = Callable[..., Sellgate]
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[SellgateSandbox]:
    sandbox = await SellgateSandbox.start(seed=False, clock=time)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: SellgateSandbox) -> AsyncIterator[Make]:
    made: list[Sellgate] = []

    def provider(token: str = TOKEN, **more: Any) -> Sellgate:
        account = AccountSettings(
            name="keys",
            provider="sellgate",
            token_env="SELLGATE_KEY",
            token=SecretStr(token),
            ticket_url="https://seller.example.com/tickets/{id}",
        )
        options = {"per_second": 10_000, "timeout_seconds": 5, **more}
        client = HttpClient("sellgate", shop.url, headers(token), **options)
        made.append(Sellgate("keys", account, client))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def sellgate(make: Make) -> Sellgate:
    return make()


async def walk(sellgate: Sellgate, between: Callable[[int], None] = lambda page: None) -> list[str]:
    return ids(await look.walk(sellgate, lambda page, tickets: between(page)))


async def listed(sellgate: Sellgate, id: str) -> Ticket:
    return next(t for t in (await sellgate.list_active("")).tickets if t.key.id == id)
