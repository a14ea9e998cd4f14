"""refurbed's adapter against the local TicketService over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.domain.model import Act, Kind
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.providers.registry import build
from slackbridge.sandbox.refurbed.app import TOKEN, RefurbedSandbox
from tests.providers.common import Time

Make = Callable[..., Refurbed]
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[RefurbedSandbox]:
    sandbox = await RefurbedSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: RefurbedSandbox) -> AsyncIterator[Make]:
    made: list[Refurbed] = []

    def provider(token: str = TOKEN, **more: Any) -> Refurbed:
        account = AccountSettings(
            name="shop",
            provider="refurbed",
            base_url=shop.url,
            token_env="REFURBED_TOKEN",
            token=SecretStr(token),
            ticket_url="https://seller.example.com/tickets/{id}",
            **{"per_second": 10_000, "timeout_seconds": 5, **more},
        )
        built = build(account)
        assert isinstance(built, Refurbed)
        made.append(built)
        return built

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def refurbed(make: Make) -> Refurbed:
    return make()
