"""ClickBank's adapter against the local Tickets API over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from slackbridge.domain.model import Act, Kind
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.clickbank.api import headers
from slackbridge.providers.clickbank.provider import ClickBank
from slackbridge.providers.http import HttpClient
from slackbridge.sandbox.clickbank.app import TOKEN, ClickBankSandbox
from tests.providers.common import Time

Make = Callable[..., ClickBank]
REPLY = Act(Kind.REPLY, "Hello & welcome + more\n\n50 % of <you>, ünd 😀")
PAID = {"reason": "ticket.type.refund.8", "refund_type": "FULL"}


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[ClickBankSandbox]:
    sandbox = await ClickBankSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: ClickBankSandbox, time: Time) -> AsyncIterator[Make]:
    made: list[ClickBank] = []

    def provider(token: str = TOKEN, base_url: str = "", **more: Any) -> ClickBank:
        account = AccountSettings(
            name="shop",
            provider="clickbank",
            base_url=base_url or shop.url,
            token_env="CLICKBANK_KEY",
            token=SecretStr(token),
            ticket_url="https://vendor.example.com/tickets/{id}",
        )
        client = HttpClient(
            "clickbank", account.base_url, headers(token), timeout_seconds=5, clock=time
        )
        built = ClickBank("shop", account, client, **{"slow_seconds": 0.01, **more})
        made.append(built)
        return built

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def bank(make: Make) -> ClickBank:
    return make()


def do(name: str, **fields: str) -> Act:
    return Act(Kind.ACTION, action=name, fields=fields)
