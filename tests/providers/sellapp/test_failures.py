"""SellApp's adapter: what its failures mean, the probe, and bad settings."""

from __future__ import annotations

import time as wall
from email.utils import formatdate

import pytest

from slackbridge.domain.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.providers.sellapp.provider import SellApp
from slackbridge.sandbox.sellapp.app import TOKEN, SellAppSandbox
from tests.providers.common import Time, says, within_a_second
from tests.providers.sellapp.conftest import REPLY, Make


@pytest.mark.parametrize("answer", ["nonsense", "<html>Welcome</html>", "[]", '{"data": [1]}', ""])
async def test_a_reply_that_is_answered_with_nonsense_is_unknown(
    shop: SellAppSandbox, sellapp: SellApp, answer: str
) -> None:
    says(shop, "CreateMessage", answer, 200)
    with pytest.raises(Unknown, match=r"cannot be read|does not show it done"):
        await sellapp.perform(str(shop.customer_opens()), REPLY, 5)


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_is_not_followed(
    shop: SellAppSandbox, sellapp: SellApp, status: int
) -> None:
    says(shop, "GetTicket", "", status, Location="https://elsewhere.example.com/")
    with pytest.raises(Rejected, match="redirect"):
        await sellapp.get("1")


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (401, {"message": "Unauthenticated."}, Unauthorized, "API key.*: Unauthenticated"),
        (403, {"message": "No."}, Rejected, "abilities for tickets"),
        (403, "<html>Error 1020</html>", Unauthorized, "1020.*malformed or missing"),
        (404, {"message": "No query results"}, Rejected, "does not know this ticket"),
        (429, {}, Later, "asks for fewer calls"),
        (501, {}, Unsupported, "does not offer this"),
        (500, {"message": "Server Error"}, Later, "a fault of its own.*Server Error"),
        (522, "<html>cloudflare</html>", Later, r"a fault of its own \(522\)$"),
        (400, {"message": "Bad", "param": "page"}, Rejected, r"\(400\): page: Bad"),
        (422, {"message": "Invalid."}, Rejected, r"declined \(422\): Invalid"),
        (422, "oops", Rejected, r"declined \(422\): oops"),
        (422, {"errors": {"a": ["one.", "two."], "b": "x"}}, Rejected, "a: one. two.; b: x"),
        (422, {"errors": {"a": TOKEN + "x" * 999}}, Rejected, r"a: \*\*\*x+…$"),
        (418, {"error": "e", "error_description": "d"}, Rejected, ": e"),
    ],
)
async def test_every_refusal_is_a_clear_sentence(
    shop: SellAppSandbox,
    sellapp: SellApp,
    status: int,
    answer: object,
    kind: type[Failure],
    words: str,
) -> None:
    says(shop, "GetTicket", answer, status)
    with pytest.raises(kind, match=words) as raised:
        await sellapp.get("1")
    assert type(raised.value) is kind
    assert "<" not in raised.value.reason


async def test_a_text_that_the_firewall_takes_for_an_attack_does_not_blame_the_key(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    says(shop, "CreateMessage", "<html>1020</html>", 403)
    with pytest.raises(Rejected, match="the text may look like an attack") as raised:
        await sellapp.perform(str(shop.customer_opens()), REPLY, 5)
    assert type(raised.value) is Rejected


@pytest.mark.parametrize(("form", "least"), [("seconds", 1.9), ("date", 0.5), ("", 1.9)])
async def test_too_many_calls_are_told_and_waited_for(
    shop: SellAppSandbox, make: Make, time: Time, form: str, least: float
) -> None:
    shop.rate_per_second, shop.retry_after = 1, form
    shop.bulk(1)
    shop.searches = False

    async def too_many() -> None:
        time.now = wall.time()
        sellapp = make()
        await sellapp.probe()
        with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
            await sellapp.read(["30512"])
        assert least <= limited.value.seconds <= 3
        if form:
            with pytest.raises(Later, match="allows no further call"):
                await sellapp.perform("30512", REPLY, 0.05)

    await within_a_second(shop, too_many)


async def test_a_date_in_retry_after(shop: SellAppSandbox, sellapp: SellApp) -> None:
    later = formatdate(wall.time() + 30, usegmt=True)
    says(shop, "GetTicket", "{}", 429, **{"Retry-After": later})
    with pytest.raises(Later) as limited:
        await sellapp.get("1")
    assert 25 <= limited.value.seconds <= 31


async def test_a_key_revoked_in_mid_run(shop: SellAppSandbox, sellapp: SellApp) -> None:
    made = shop.bulk(150)
    page = await sellapp.list_active("")
    shop.revoke(TOKEN)
    with pytest.raises(Unauthorized):
        await sellapp.list_active(page.cursor)
    shop.allow(TOKEN)
    assert len((await sellapp.list_active(page.cursor)).tickets) == len(made) - len(page.tickets)


async def test_the_probe_says_what_is_wrong(shop: SellAppSandbox, make: Make, time: Time) -> None:
    time.now = wall.time() - 600
    health = await make().probe()
    assert (health.ok, health.detail) == (True, "SellApp answers")
    assert health.skew == pytest.approx(-600, abs=3)
    assert (await make(f"Bearer {TOKEN}", store="").probe()).ok
    assert "(403)" in (await make(store="other").probe()).detail
    assert "(401)" in (await make("stranger-in-town").probe()).detail
    assert "1020" in (await make("a b").probe()).detail
    shop.allow("writer-key", frozenset({"tickets:write"}))
    assert "Invalid ability" in (await make("writer-key").probe()).detail
    await shop.stop()
    health = await make().probe()
    assert (health.ok, health.skew) == (False, None)
    assert health.detail == "sellapp could not be reached"


@pytest.mark.parametrize(
    ("more", "words"),
    [({"api_version": "v3"}, "'v2' or 'v1'"), ({"store": "my shop\r\nX: y"}, "is no slug")],
)
def test_settings_that_cannot_be(make: Make, more: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(**more)
