"""HTTP mode: the same behaviour through signed requests, and nothing at all through forged ones."""

from __future__ import annotations

import io
import json
import socket
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from slackbridge.demo.world import CHANNEL, World, world
from slackbridge.sandbox.slack.http_transport import signature
from slackbridge.slack.http_mode import add_routes
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

PATH = "/slack/events"
STAMP, SIGNATURE, TYPE = "X-Slack-Request-Timestamp", "X-Slack-Signature", "Content-Type"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Headers = list[tuple[str, str]]


class Door:
    """Sends requests to the bridge as Slack or an attacker would."""

    def __init__(self, place: World, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._secret = place.slack.signing_secret

    def headers(self, body: str, stamp: str = "", kind: str = JSON, secret: str = "") -> Headers:
        stamp = stamp or str(int(time.time()))
        signed = signature(secret or self._secret, stamp, body)
        return [(STAMP, stamp), (SIGNATURE, signed), (TYPE, kind)]

    async def post(self, body: str | bytes, headers: Iterable[tuple[str, str]]) -> int:
        data = io.BytesIO(body.encode() if isinstance(body, str) else body)
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + PATH, data=data, headers=list(headers)) as answer,
        ):
            return answer.status

    async def open(self) -> bool:
        try:
            return await self.post("", []) == 401
        except aiohttp.ClientError:
            return False


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url, mode="http") as place:
        yield place


@pytest.fixture
async def door(place: World, run: Running) -> AsyncIterator[Door]:
    """A bridge in HTTP mode, to which the sandbox delivers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    door = Door(place, port)
    place.slack.endpoints.point_at(door.url + PATH)
    place.slack.http.retry_scale = 0.002
    slack = {"mode": "http", "http_host": "127.0.0.1", "http_port": port}
    async with run(slack=slack, replies={"undo_seconds": 0}):
        await place.until("the port", door.open)
        yield door


def event(stage: Stage, ticket: int, text: str, ts: str = "") -> str:
    """A thread message of Anna's, as Slack would deliver it."""
    message = {
        "type": "message",
        "channel": CHANNEL,
        "user": stage.anna.id,
        "text": text,
        "ts": ts or f"{time.time():.6f}",
        "thread_ts": stage.root(ticket),
        "client_msg_id": f"id-of-{text}",
    }
    return json.dumps({"type": "event_callback", "event_id": "Ev1", "event": message})


async def test_the_same_behaviour_as_by_socket(place: World, door: Door) -> None:
    assert await place.slack.http.verify(), "Slack accepts the URL"
    stage = Stage(place)
    ticket = await stage.opened()
    ts = await stage.say(ticket, "a message")
    await stage.replied(ticket, "a message")
    await stage.reaction(ts, "white_check_mark")
    await stage.anna.click(CHANNEL, stage.root(ticket), "ticket:reply")
    entered = {"text": {"text": "by modal"}, "how": {"how": "send"}}
    await stage.anna.submit(stage.anna.modals()[-1]["id"], entered)
    await stage.replied(ticket, "a message", "by modal")
    await stage.anna.click(CHANNEL, stage.root(ticket), "ticket:solve")
    await stage.until("solved", lambda: "Solved by" in stage.card(ticket))
    answer = await stage.anna.command("/ticket", f"refurbed-at:{ticket}", channel=CHANNEL)
    assert "Kim Muster" in json.dumps(answer)
    stage.balanced(ticket)


def forged(door: Door, body: str) -> dict[str, tuple[str | bytes, Headers]]:
    """Requests with a bad, missing or old signature, or a changed body."""
    good = door.headers(body)
    stamp, signed, kind = good
    now = int(time.time())

    def with_stamp(text: str) -> Headers:
        return [(STAMP, text), signed, kind]

    def with_signature(text: str) -> Headers:
        return [stamp, (SIGNATURE, text), kind]

    return {
        "no headers": (body, [kind]),
        "no timestamp": (body, [signed, kind]),
        "no signature": (body, [stamp, kind]),
        "another secret": (body, door.headers(body, secret="another")),
        "truncated": (body, with_signature(signed[1][:-1])),
        "another version": (body, with_signature(signed[1].replace("v0", "v1"))),
        "upper case": (body, with_signature(signed[1].upper())),
        "not ASCII": (body, with_signature("v0=" + "é" * 64)),
        "not a number": (body, with_stamp("soon")),
        "not a whole number": (body, with_stamp(f"{now}.0")),
        "not Latin digits": (body, with_stamp("".join(chr(0x660 + int(d)) for d in str(now)))),
        "negative": (body, with_stamp(f"-{now}")),
        "huge": (body, with_stamp("9" * 4_000)),
        "another moment": (body, with_stamp(str(now - 1))),
        "stale": (body, door.headers(body, str(now - 301))),
        "future": (body, door.headers(body, str(now + 310))),
        "two timestamps": (body, [stamp, *good]),
        "two signatures": (body, [signed, *good]),
        "encoded again": (json.dumps(json.loads(body), indent=1), good),
        "longer": (body + " ", good),
        "not UTF-8": (body.encode() + b"\xff", good),
        "unsigned, no such charset": (body + " ", [stamp, signed, (TYPE, f"{JSON}; charset=no")]),
        "unsigned, not JSON": ("{", good),
        "unsigned, a list": ("[1]", good),
        "unsigned, without end": ("[" * 100_000, good),
        "unsigned certificate check": ("ssl_check=1", [stamp, signed, (TYPE, FORM)]),
    }


async def test_what_slack_did_not_sign_changes_nothing(place: World, door: Door) -> None:
    stage = Stage(place)
    ticket = await stage.opened()
    cases = forged(door, event(stage, ticket, "forged"))
    answers = {name: await door.post(*case) for name, case in cases.items()}
    assert {name: status for name, status in answers.items() if status != 401} == {}
    await stage.quiet(0.5)
    assert stage.replies(ticket) == []
    ts = await stage.say(ticket, "genuine")
    await stage.replied(ticket, "genuine")
    await stage.reaction(ts, "white_check_mark")


async def test_an_address_is_answered_for_only_with_the_app_s_secret(
    place: World, door: Door
) -> None:
    """Slack signs the question, too: with another secret it does not accept the address."""
    assert await place.slack.http.verify()
    place.slack.app.signing_secret = "of another app"
    assert not await place.slack.http.verify()


async def test_an_address_is_not_answered_for_before_the_bridge_works(place: World) -> None:
    server = web.Application()
    nothing: Any = None  # no listener is reached
    add_routes(server, nothing, place.slack.signing_secret, works=lambda: False)
    async with TestServer(server) as listening:
        door = Door(place, listening.port or 0)
        place.slack.endpoints.point_at(door.url + PATH)
        assert await door.post("{}", door.headers("{}")) == 503
        assert not await place.slack.http.verify()


async def test_what_is_too_big_is_refused_without_being_read(place: World, door: Door) -> None:
    body = "x" * 10_000_000
    assert await door.post(body, door.headers(body)) == 413


async def test_a_signed_body_under_another_content_type_is_no_error(
    place: World, door: Door
) -> None:
    payload = "payload=" + quote('{"type":"block_actions"}')
    kinds = (("payload=%7B", FORM), (payload, JSON), (payload, f"{FORM}; charset=no"), ("{}", FORM))
    for body, kind in kinds:
        assert await door.post(body, door.headers(body, kind=kind)) < 500


async def test_an_exact_replay_is_answered_and_changes_nothing(place: World, door: Door) -> None:
    stage = Stage(place)
    ticket = await stage.opened()
    body = event(stage, ticket, "once")
    headers = door.headers(body)
    assert [await door.post(body, headers) for _ in range(4)] == [200] * 4
    await stage.replied(ticket, "once")
    await stage.quiet(0.5)
    assert stage.replies(ticket) == ["once"]


async def test_what_cannot_be_stored_is_not_answered_with_success(
    place: World, door: Door, redis_url: str
) -> None:
    stage = Stage(place)
    ticket = await stage.opened()
    async with Redis.from_url(redis_url) as redis:
        await redis.config_set("maxmemory", 1)
        try:
            body = event(stage, ticket, "later", await stage.say(ticket, "later"))
            assert await door.post(body, door.headers(body)) == 500
        finally:
            await redis.config_set("maxmemory", 0)
    assert await door.post(body, door.headers(body)) == 200
    await stage.replied(ticket, "later")
