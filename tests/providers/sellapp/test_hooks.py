"""SellApp's adapter: webhooks, genuine or forged."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from slackbridge.domain.errors import Unauthorized
from slackbridge.ports import capabilities
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.serve import serve
from tests.providers.common import Time
from tests.providers.sellapp.conftest import SECRET, Make


def webhook(
    now: float, *, secret: str = SECRET, event: str = "ticket_message.created", **data: Any
) -> tuple[dict[str, str], bytes]:
    at = datetime.fromtimestamp(now, UTC).isoformat()
    message = {"ticket_id": 42, "author": "CUSTOMER", "content": "hi", "updated_at": at, **data}
    body = json.dumps({"event": event, "data": message, "store": 4201}).encode()
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"X-Sellapp-Signature": digest}, body


def test_a_hint_names_the_ticket(sellapp: SellApp, time: Time) -> None:
    assert isinstance(sellapp, capabilities.Hinted)
    assert isinstance(sellapp, capabilities.Settles)
    headers, body = webhook(time.now)
    digest = headers["X-Sellapp-Signature"]
    for name in ("Signature", "x-sellapp-hmac-sha256", "X-SIGNATURE", "X-Webhook-Signature"):
        assert sellapp.hint({name: digest}, body, time.now) == "42"
        assert sellapp.hint({name: f"sha256={digest.upper()}"}, body, time.now + 299) == "42"


@pytest.mark.parametrize(
    "about",
    [
        {"author": "STORE"},
        {"event": "order.created"},
        {"ticket_id": None},
        {"ticket_id": "../x"},
        {"ticket_id": [1]},
    ],
)
def test_a_hint_that_does_not_concern_us(
    sellapp: SellApp, time: Time, about: dict[str, Any]
) -> None:
    headers, body = webhook(time.now, **about)
    assert sellapp.hint(headers, body, time.now) == ""


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff", b"[" * 100_000, b'{"data": 3}'])
def test_a_signed_hint_of_nonsense(sellapp: SellApp, body: bytes) -> None:
    digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    assert sellapp.hint({"X-Signature": digest}, body, 0.0) == ""


def test_hints_that_are_not_genuine(make: Make, sellapp: SellApp, time: Time) -> None:
    now = time.now
    good, body = webhook(now)
    digest = good["X-Sellapp-Signature"]
    for sent in (
        {},
        {"X-Sellapp-Signature": ""},
        {"X-Sellapp-Signature": "é"},
        {"X-Sellapp-Signature": digest[:-1]},
        {"X-Other": digest},
        webhook(now, secret="another")[0],
    ):
        with pytest.raises(Unauthorized, match="does not hold"):
            sellapp.hint(sent, body, now)
    with pytest.raises(Unauthorized, match="does not hold"):
        sellapp.hint(good, body + b" ", now)
    named = make(webhook_header="X-My-Own")
    assert named.hint({"x-my-own": digest}, body, now) == "42"
    with pytest.raises(Unauthorized, match="does not hold"):
        named.hint(good, body, now)
    with pytest.raises(Unauthorized, match="no signing secret"):
        make(webhook_secret=SecretStr("")).hint(*webhook(now, secret=""), now)


def test_old_hints_are_refused(sellapp: SellApp, time: Time) -> None:
    now = time.now
    headers, body = webhook(now)
    for wrong in (now + 301, now - 301):
        with pytest.raises(Unauthorized, match="too old"):
            sellapp.hint(headers, body, wrong)
    with pytest.raises(Unauthorized, match="too old"):
        sellapp.hint({**headers, "X-Timestamp": str(int(now - 400))}, body, now)
    assert sellapp.hint({**headers, "X-Timestamp": str(int(now - 4))}, body, now) == "42"
    naked = webhook(now, updated_at=None)
    with pytest.raises(Unauthorized, match="does not say when"):
        sellapp.hint(*naked, now)
    assert sellapp.hint({**naked[0], "X-Sellapp-Timestamp": str(now)}, naked[1], now) == "42"
    with pytest.raises(Unauthorized):
        sellapp.hint({**naked[0], "X-Sellapp-Timestamp": "soon"}, naked[1], now)
    created = webhook(now, updated_at=None, created_at="2020-01-01 00:00:00")
    with pytest.raises(Unauthorized):
        sellapp.hint(*created, now)


async def test_the_sandbox_s_own_webhooks_are_understood(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    heard: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        heard.append(sellapp.hint(request.headers, await request.read(), time.now))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hooks", receive)
    receiver = await serve(app)
    shop.hook(f"{receiver.url}/hooks", SECRET)
    id = shop.customer_opens()
    shop.hook_header, shop.hook_prefix, shop.hook_timestamp = (
        "X-Signature",
        "sha256=",
        "X-Timestamp",
    )
    shop.merchant_writes(id, "ours")
    await shop.hooks.idle()
    assert sorted(heard) == ["", str(id)]
    await receiver.stop()


def forms(digest: bytes) -> dict[str, str]:
    hexes, b64 = digest.hex(), base64.b64encode(digest).decode()
    return {
        "hex": hexes,
        "base64": b64,
        "base64 for addresses": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "sha256": f"sha256={hexes}",
        "sha256 base64": f"SHA256={b64}",
        "v1": f"v1={hexes}",
        "a list": f"t=1800000000,v1={'0' * 64},v1={hexes}",
        "a list of base64": f"t=1,  v1={b64}",
        "pairs": f"v1,{base64.b64encode(b'0' * 32).decode()} v1,{b64}",
        "quoted": f'signature="{hexes}"',
    }


@pytest.mark.parametrize("form", forms(b""))
def test_a_signature_may_be_written_in_many_ways(sellapp: SellApp, time: Time, form: str) -> None:
    _, body = webhook(time.now)
    genuine, forged = (
        forms(hmac.digest(secret.encode(), body, "sha256"))[form] for secret in (SECRET, "other")
    )
    assert sellapp.hint({"X-Signature": genuine}, body, time.now) == "42"
    for wrong in (forged, genuine[:-1] + "\x00", "," * 5_000 + genuine):
        with pytest.raises(Unauthorized, match="does not hold"):
            sellapp.hint({"X-Signature": wrong}, body, time.now)
