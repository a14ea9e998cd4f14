"""Requests from the internet: without a fresh signature they are refused, change nothing and cause
no internal error. The Events API's own cases are in tests/bridge/test_http_mode.py.
"""

from __future__ import annotations

import ast
import gzip
import hmac
import inspect
import io
import json
import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis import Redis
from slack_sdk.signature import SignatureVerifier

from slackbridge import wiring
from slackbridge.config import load, settings
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.ops.health import MAX_BYTES
from slackbridge.ops.webhooks import add_hooks
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.slack.http_mode import PATHS, add_routes
from tests.bridge.stage import Stage
from tests.bridge.test_http_mode import FORM, TYPE, Door, door, place
from tests.security.launch import everything

__all__ = ["door", "place"]

BIG = 10_000_000
Headers = list[tuple[str, str]]


def records(redis_url: str) -> list[str]:
    """All that is known of tickets, their intents and their threads."""
    with Redis.from_url(redis_url) as redis:
        lines = everything(redis).splitlines()
    kinds = (f"sb:{{{ACCOUNT}}}:t:", f"sb:{{{ACCOUNT}}}:i:", "sb:thread:", "sb:once:told")
    return sorted(line for line in lines if any(kind in line for kind in kinds))


async def send(
    url: str, body: Any, headers: Iterable[tuple[str, str]] = (), method: str = "POST"
) -> int:
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(method, url, data=data, headers=list(headers)) as answer,
    ):
        return answer.status


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body without Content-Length."""
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


def gestures(stage: Stage, ticket: int) -> dict[str, str]:
    """A button, a modal and a command of Anna's, as Slack would deliver them."""
    root = stage.root(ticket)
    head = {"user": {"id": "U0ANNA"}, "team": {"id": "T0SANDBOX"}, "trigger_id": "1.2.3"}
    press = {
        "type": "block_actions",
        "container": {"type": "message", "message_ts": root, "channel_id": CHANNEL},
        "channel": {"id": CHANNEL},
        "message": {"ts": root},
        "actions": [{"type": "button", "action_id": "ticket:claim", "block_id": "b"}],
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "reply",
        "private_metadata": json.dumps({"key": f"{ACCOUNT}:{ticket}"}),
        "state": {"values": {"text": {"text": {"value": "forged"}}}},
    }
    command = {
        "command": "/ticket",
        "text": f"{ACCOUNT}:{ticket}",
        "user_id": "U0ANNA",
        "team_id": "T0SANDBOX",
        "channel_id": CHANNEL,
    }
    return {
        "press": urlencode({"payload": json.dumps(head | press)}),
        "submit": urlencode(
            {"payload": json.dumps(head | {"type": "view_submission", "view": view})}
        ),
        "command": urlencode(command),
    }


async def test_no_kind_of_request_is_believed_unsigned(
    place: World, door: Door, redis_url: str
) -> None:
    stage = Stage(place)
    ticket = await stage.opened()
    await stage.quiet(0.5)
    before = records(redis_url)
    assert before
    for path in PATHS:
        for body in gestures(stage, ticket).values():
            other = door.headers(body, kind=FORM, secret="another")
            old = door.headers(body, str(int(time.time()) - 301), FORM)
            for headers in (other, old, [(TYPE, FORM)]):
                assert await send(door.url + path, body.encode(), headers) == 401
    await stage.quiet(0.5)
    assert records(redis_url) == before
    assert stage.replies(ticket) == []


async def test_an_exact_replay_of_a_gesture_acts_once(place: World, door: Door) -> None:
    stage = Stage(place)
    ticket = await stage.opened()
    for name, path in (("press", PATHS[1]), ("submit", PATHS[1])):
        body = gestures(stage, ticket)[name]
        headers = door.headers(body, kind=FORM)
        assert {await send(door.url + path, body.encode(), headers) for _ in range(3)} == {200}
    await stage.replied(ticket, "forged")
    await stage.quiet(0.5)
    assert stage.replies(ticket) == ["forged"]
    assert stage.card(ticket).count("Held by") == 1


async def test_odd_requests_are_nobodys_error(place: World, door: Door, redis_url: str) -> None:
    body = "x" * BIG
    packed = gzip.compress(body.encode())
    signed = door.headers(body)
    small = door.headers("{}")
    cases: dict[str, tuple[str, Any, Headers]] = {
        "big, without a length": ("POST", pieces(body.encode()), signed),
        "a bomb": ("POST", packed, [*signed, ("Content-Encoding", "gzip")]),
        "not gzip at all": ("POST", b"{}", [*small, ("Content-Encoding", "gzip")]),
        "an unknown encoding": ("POST", b"{}", [*small, ("Content-Encoding", "rot13")]),
        "a huge header": ("POST", b"{}", [*small, ("X-Pad", "x" * 100_000)]),
        "read": ("GET", b"", small),
        "put": ("PUT", b"{}", small),
        "nothing": ("POST", b"", []),
        "a number": ("POST", b"7", door.headers("7")),
        "null": ("POST", b"null", door.headers("null")),
        "a form of nothing": ("POST", b"payload=null", door.headers("payload=null", kind=FORM)),
        "an empty gesture": ("POST", b"payload=%7B%7D", door.headers("payload=%7B%7D", kind=FORM)),
    }
    before = records(redis_url)
    found = {name: await asked(door, *case) for name, case in cases.items()}
    assert {name: status for name, status in found.items() if status >= 500} == {}
    assert found["big, without a length"] == 413
    assert found["a bomb"] == 401, "not even unpacked"
    assert (found["read"], found["put"], found["nothing"]) == (405, 405, 401)
    assert records(redis_url) == before
    for path in ("/", "/slack", "/slack/events/../../etc/passwd", "/hooks/..%2f", "/docs"):
        assert await send(door.url + path, b"{}", small) in (401, 404)
    assert await door.open(), "it still serves"


async def asked(door: Door, method: str, body: Any, headers: Headers) -> int:
    """The status; a connection that is cut while too much is sent counts as 413."""
    try:
        return await send(door.url + PATHS[0], body, headers, method)
    except aiohttp.ClientConnectionError:
        return 413


def test_without_a_secret_there_is_no_door() -> None:
    """The configuration refuses this first, see tests/cli/test_cli.py."""
    with pytest.raises(ValueError, match="must not be empty"):
        add_routes(web.Application(), cast(Any, None), "")


def test_signatures_are_compared_in_constant_time() -> None:
    package = Path(settings.__file__).parent.parent
    for file in ("slack/http_mode.py", "providers/sellapp/webhook.py"):
        source = (package / file).read_text("utf-8")
        assert "compare_digest(" in source or "verifier.is_valid(" in source
        compared = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Compare)]
        bare = [ast.unparse(n) for n in compared if isinstance(n.ops[0], ast.Eq | ast.NotEq)]
        assert not [text for text in bare if "sign" in text.lower() or "expected" in text]
    assert "compare_digest" in inspect.getsource(SignatureVerifier.is_valid)


# -- marketplaces' webhooks ----------------------------------------------------------------------


class Notebook:
    """Notes the hints, as the desk would get them."""

    def __init__(self) -> None:
        self.hints: list[str] = []

    def now(self) -> float:
        return time.time()

    async def hinted(self, key: object) -> None:
        self.hints.append(str(key))


@pytest.fixture
async def hooks(tmp_path: Path) -> AsyncIterator[tuple[str, Notebook]]:
    """The address of the webhooks of one account that has a secret, and one that has none."""
    path = tmp_path / "slackbridge.toml"
    rows = (
        '[[accounts]]\nname = "safe"\nprovider = "sellapp"\ntoken_env = "KEY"\n'
        'webhook_secret_env = "HOOK"\n[[accounts]]\nname = "bare"\nprovider = "sellapp"\n'
        'store = "bare"\ntoken_env = "KEY"\n'
        '[[accounts]]\nname = "gate"\nprovider = "sellgate"\ntoken_env = "KEY"\n'
    )
    path.write_text(f'[slack]\nchannel = "C0SUPPORT"\n{rows}', "utf-8")
    names = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "KEY": "k", "HOOK": "hush"}

    async def spend(*_: object) -> int:
        return 0

    providers = wiring.providers(load.load(path, names), spend)
    book = Notebook()
    server = web.Application(client_max_size=MAX_BYTES)
    add_hooks(server, providers, cast(InboundDesk, book), lambda account: None)
    async with TestServer(server) as running:
        yield str(running.make_url("/hooks/")), book
    for provider in providers.values():
        await provider.close()


def hook(at: object = None) -> bytes:
    """A message of a customer's, as SellApp tells of it."""
    made = datetime.now(UTC).isoformat() if at is None else at
    data = {"id": 1, "ticket_id": 7, "author": "CUSTOMER", "content": "x", "created_at": made}
    return json.dumps({"event": "ticket_message.created", "data": data}).encode()


def signed(body: bytes, secret: bytes = b"hush", name: str = "X-Sellapp-Signature") -> Headers:
    return [(name, hmac.new(secret, body, "sha256").hexdigest())]


async def test_forged_webhooks_change_nothing(hooks: tuple[str, Notebook]) -> None:
    url, book = hooks
    good, big = hook(), b"x" * BIG
    cases: dict[str, tuple[str, Any, Headers, int]] = {
        "unsigned": ("safe", good, [], 401),
        "another secret": ("safe", good, signed(good, b"other"), 401),
        "no secret": ("safe", good, signed(good, b""), 401),
        "truncated": ("safe", good, [("X-Signature", signed(good)[0][1][:-1])], 401),
        "not ASCII": ("safe", good, [("X-Signature", "é" * 64)], 401),
        "huge": ("safe", good, [("X-Signature", "0" * 8_000)], 401),
        "another name": ("safe", good, signed(good, name="X-Hub-Signature"), 401),
        "encoded again": ("safe", good.replace(b": ", b":"), signed(good), 401),
        "stale": ("safe", hook("2020-01-01T00:00:00Z"), [], 401),
        "signed, stale": ("safe", old := hook("2020-01-01T00:00:00Z"), signed(old), 401),
        "signed, future": ("safe", new := hook("2999-01-01T00:00:00Z"), signed(new), 401),
        "signed, timeless": ("safe", odd := hook("nan"), signed(odd), 401),
        "signed, of no time": ("safe", far := hook(10**400), signed(far), 401),
        "big": ("safe", big, signed(big), 413),
        "no secret configured": ("bare", good, signed(good, b""), 401),
        "no webhooks": ("gate", good, signed(good), 404),
        "nobody": ("nobody", good, signed(good), 404),
        "the bridge itself": ("~", good, signed(good), 404),
        "signed, not JSON": ("safe", b"{", signed(b"{"), 200),
        "signed, a list": ("safe", b"[1]", signed(b"[1]"), 200),
        "signed, without end": ("safe", deep := b"[" * 100_000, signed(deep), 200),
    }
    found = {name: await reached(url, *case[:3]) for name, case in cases.items()}
    assert found == {name: case[3] for name, case in cases.items()}
    assert book.hints == []
    assert await send(f"{url}safe", good, signed(good)) == 200
    assert book.hints == ["safe:7"]


async def reached(url: str, account: str, body: Any, headers: Headers) -> int:
    try:
        return await send(url + account, body, headers)
    except aiohttp.ClientConnectionError:
        return 413


@pytest.mark.parametrize("id", ["~", "", "../7", "7/../8", "a:b", "x" * 5_000])
async def test_a_genuine_webhook_names_a_ticket_or_nothing(
    hooks: tuple[str, Notebook], id: str
) -> None:
    """A signed webhook is only a hint; the ticket is always read from the API."""
    url, book = hooks
    body = hook().replace(b'"ticket_id": 7', f'"ticket_id": {json.dumps(id)}'.encode())
    assert await send(f"{url}safe", body, signed(body)) < 500
    assert "safe:~" not in book.hints
