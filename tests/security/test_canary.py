"""No secret and no customer's text is stored or logged where it is not needed; the bridge connects
only to configured addresses, and writes nothing but Redis.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from redis import Redis

from slackbridge.config import errors, load
from slackbridge.demo.markets import Markets
from slackbridge.demo.world import ACCOUNT, World, world
from tests.security import life
from tests.security.launch import Launch, everything
from tests.security.life import AGENT, CUSTOMER, SECRET

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]
COMMANDS = (
    "check",
    f"show {ACCOUNT}:{{}}",
    f"show {ACCOUNT}:~",
    "poll --once --dry-run",
    "health",
)
PUBLIC = {"account", "ticket", "effect"}
MARKS = re.compile(f"{CUSTOMER}|{AGENT}|{SECRET}|anna@sandbox", re.IGNORECASE)


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url, markets=Markets.ALL) as place:
        yield place


@pytest.fixture
async def trap() -> AsyncIterator[tuple[str, list[str]]]:
    """A server on the local network, and the requests it got."""
    hits: list[str] = []

    async def caught(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(text="caught")

    server = web.Application()
    server.router.add_route("*", "/{path:.*}", caught)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", hits
    await runner.cleanup()


def marks(text: str) -> list[str]:
    """Every marked word with its surroundings."""
    return [text[max(0, m.start() - 80) : m.end() + 40] for m in MARKS.finditer(text)]


def allowed(place: World) -> set[str]:
    """The connections that the configuration asks for."""
    others = life.known(place)
    urls = (
        place.slack.url,
        place.slack.socket.host.url,
        place.refurbed.url,
        others.clickbank.url,
        others.sellapp.url,
    )
    ports = {urlsplit(url).port for url in (*urls, others.sellgate.url)}
    return {f"connect ('127.0.0.1', {port})" for port in ports}


@pytest.mark.crash
async def test_nothing_leaks_and_nothing_else_is_touched(
    place: World, trap: tuple[str, list[str]], tmp_path: Path, redis_url: str
) -> None:
    secrets = life.marked(place)
    path = place.folder / "slackbridge.toml"
    life.configured(place, path)
    bridge = Launch(tmp_path, path, secrets)
    shops = life.customers(place, trap[0])
    with Redis.from_url(redis_url) as redis:
        running = await bridge.start("run")
        try:
            await place.until("two sockets", lambda: place.slack.socket.connected == 2)
            await life.shown(place, shops)
            agents = life.Agents(place)
            troubles = life.trouble(place, shops)
            for shop in shops:
                await agents.answered(shop)
            await agents.refused(shops[0])
            await place.until("all troubles", lambda: all(each.struck for each in troubles))
            await agents.asks()
            held = await agents.say(shops[3], f"/ {AGENT} hesitates")
            await agents.until_marked(held, "grey_question")
            assert AGENT in everything(redis), "what waits is kept, and this test would see it"
            await agents.button(shops[3], held, "discard")
            await place.until("forgotten", lambda: AGENT not in everything(redis))
            for market in (place.slack, *(shop.market for shop in shops)):
                market.faults.clear()
            pages = await health(life.known(place).port)
            commands = (words.format(shops[0].ticket) for words in COMMANDS)
            assert await bridge.run(*commands) == 0, bridge.said[-2_000:]
        finally:
            code = await bridge.end(running)
        assert code == 0, bridge.said[-2_000:]
        assert marks(everything(redis)) == []
    assert marks(bridge.said + pages) == []
    for words in ("intent.unknown_outcome", "poll.failed", "intent.settled", "service.stopping"):
        assert words in bridge.said, "the log is on to the end"
    connects = {line for line in bridge.did if line.startswith("connect")}
    store = {line for line in connects if urlsplit(redis_url).path in line}
    assert connects - store - allowed(place) == set()
    assert allowed(place) <= connects, "the hook sees what is called"
    assert bridge.did - connects == set(), "no file is written, no program started"
    assert trap[1] == []
    metadata = public(place)
    assert len(metadata) > 2 * len(shops)
    assert marks(json.dumps(metadata)) == []
    assert {key for each in metadata for key in each["event_payload"]} == PUBLIC


async def health(port: int) -> str:
    """The pages that the bridge serves without authentication."""
    pages = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for page in ("/healthz", "/readyz", "/metrics", "/", "/hooks/nobody"):
            async with session.get(page) as answer:
                pages.append(f"{answer.headers!r} {await answer.text()}")
    return "\n".join(pages)


def public(place: World) -> list[dict[str, Any]]:
    """The metadata of all messages, which anybody in the workspace can read."""
    rows = [row for id in place.slack.workspace.channels for row in history(place, id)]
    return [row["metadata"] for row in rows if row.get("metadata")]


def history(place: World, channel: str) -> list[dict[str, Any]]:
    rows = place.slack.workspace.history(channel)
    return [each for row in rows for each in place.slack.workspace.thread(channel, row["ts"])]


def test_no_secret_is_in_the_settings_as_text(tmp_path: Path) -> None:
    path = tmp_path / "slackbridge.toml"
    path.write_text(
        '[slack]\nchannel = "C0SUPPORT"\n[[accounts]]\nname = "shop"\nprovider = "sellapp"\n'
        'token_env = "KEY"\nwebhook_secret_env = "HOOK"\n',
        "utf-8",
    )
    names = ("SLACK_SIGNING_SECRET", "KEY", "HOOK")
    secrets = {name: SECRET for name in names} | {
        "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
        "SLACK_APP_TOKEN": f"xapp-{SECRET}",
        "REDIS_URL": f"rediss://user:{SECRET}@redis.example/0",
    }
    settings = load.load(path, secrets)
    assert SECRET in settings.redis.url
    assert SECRET not in repr(settings) + str(settings) + f"{settings.slack!r}{settings.redis!s}"
    with pytest.raises(errors.ConfigError) as caught:
        load.load(path, {**secrets, "SLACK_APP_TOKEN": SECRET, "KEY": f"{SECRET}\n\x00"})
    assert SECRET not in str(caught.value)


def test_tokens_leave_this_machine_only_encrypted(tmp_path: Path) -> None:
    """A marketplace's base_url is held to the same in tests/providers/test_http.py."""
    path = tmp_path / "slackbridge.toml"
    names = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "KEY": "k"}
    rows = '[[accounts]]\nname = "shop"\nprovider = "sellapp"\ntoken_env = "KEY"\n'
    for url in ("http://slack.com/api/", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"):
        path.write_text(f'[slack]\nchannel = "C0SUPPORT"\napi_url = "{url}"\n{rows}', "utf-8")
        with pytest.raises(errors.ConfigError, match=r"slack\.api_url: must begin with https://"):
            load.load(path, names)
