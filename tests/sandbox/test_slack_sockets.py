"""The sandbox's socket host and its Web API are away apart from each other; tickets are used up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.socket_host import Trouble


class Client:
    """An app that opens connections by hand."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self._slack = slack
        self._session = session

    async def ticket(self) -> str:
        url = f"{self._slack.api_url}apps.connections.open"
        token = {"Authorization": f"Bearer {self._slack.app_token}"}
        async with self._session.post(url, headers=token) as answer:
            answer.raise_for_status()
            return str((await answer.json())["url"])

    async def connect(self, url: str = "") -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect(url or await self.ticket(), autoping=False)

    async def control(self, what: str, **body: Any) -> None:
        url = f"{self._slack.url}/sandbox/socket/{what}"
        async with self._session.post(url, json=body) as answer:
            assert (await answer.json())["ok"]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(rate_scale=0)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(slack, session)


async def hello(ws: aiohttp.ClientWebSocketResponse) -> str:
    return str((await ws.receive_json(timeout=1))["type"])


async def test_a_ticket_is_good_for_one_use_and_a_short_time(
    slack: SlackSandbox, client: Client
) -> None:
    url = await client.ticket()
    assert await hello(await client.connect(url)) == "hello"
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await client.connect(url)
    await client.control("times", ticket_seconds=0.05)
    late = await client.ticket()
    await asyncio.sleep(0.1)
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await client.connect(late)
    assert (slack.socket.tickets, slack.socket.opened) == (2, 1)


async def test_the_host_is_away_and_the_web_api_gives_tickets(
    slack: SlackSandbox, client: Client
) -> None:
    held = await client.connect()
    assert await hello(held) == "hello"
    await client.control("fail", trouble="refused")
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.connect()
    await client.control("fail", trouble="unavailable")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        await client.connect()
    await client.control("fail", trouble="hangs")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.connect(), 0.2)
    await client.control("fail", trouble="drops")
    dropped = await client.connect()
    assert await hello(dropped) == "hello"
    assert (await dropped.receive(timeout=1)).type is aiohttp.WSMsgType.CLOSED
    await held.ping()
    assert (await held.receive(timeout=1)).type is aiohttp.WSMsgType.PONG, "it stayed open"
    await client.control("fail", trouble="")
    assert await hello(await client.connect()) == "hello"


async def test_a_mute_connection_is_open_and_dead(slack: SlackSandbox, client: Client) -> None:
    await slack.socket.host.fail(Trouble.MUTE)
    mute = await client.connect()
    await mute.ping()
    with pytest.raises(TimeoutError):
        await mute.receive(timeout=0.2)
    await slack.socket.host.fail("")
    held = await client.connect()
    assert await hello(held) == "hello"
    await client.control("mute_all")
    await held.ping()
    await slack.person("anna").say("C0SUPPORT", "unheard")
    with pytest.raises(TimeoutError):
        await held.receive(timeout=0.2)
    assert not held.closed


async def test_the_web_api_is_away_and_the_sockets_live(
    slack: SlackSandbox, client: Client
) -> None:
    held = await client.connect()
    assert await hello(held) == "hello"
    slack.faults.add(Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=503))
    with pytest.raises(aiohttp.ClientResponseError, match="503"):
        await client.ticket()
    await slack.person("anna").say("C0SUPPORT", "heard")
    assert (await held.receive_json(timeout=1))["payload"]["event"]["text"] == "heard"


async def test_tickets_are_of_tier_one(slack: SlackSandbox, client: Client) -> None:
    slack.limits.scale = 1
    with pytest.raises(aiohttp.ClientResponseError, match="429"):
        await asyncio.gather(*(client.ticket() for _ in range(10)))
