"""The customers' side of the page: the same actions at four marketplaces."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from slackbridge.demo.page.page import Page
from slackbridge.demo.page.sample_tickets import sample_tickets
from slackbridge.demo.world import World
from tests.demo_page.conftest import Visitor

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
MARKETS = ("refurbed", "clickbank", "sellapp", "sellgate")
Json = dict[str, Any]


@pytest.mark.parametrize("market", MARKETS)
async def test_a_customer_opens_writes_and_closes(visitor: Visitor, market: str) -> None:
    at = f"/page/markets/{market}"
    async with visitor.listening() as stream:
        kim = {"name": "Kim Moe", "email": "kim@example.com"}
        ticket = (await visitor.post(f"{at}/open", text="Where <b>is</b> it?", **kim))["ticket"]
        assert await stream.next("ticket") == {"market": market, "ticket": ticket}
        message = await visitor.post(f"{at}/tickets/{ticket}/write", text="Still waiting 🙂")
        shown = await visitor.get(f"{at}/tickets/{ticket}")
        last = shown["history"][-1]
        assert (last["id"], last["text"]) == (message["message"], "Still waiting 🙂")
        assert "Where <b>is</b> it?" in [line["text"] for line in shown["history"]]
        assert (last["by"], shown["email"], shown["open"]) == ("customer", kim["email"], True)
        assert shown["can"] == {"write": True, "close": True, "reopen": False}
        await visitor.post(f"{at}/tickets/{ticket}/close")
        row = (await visitor.get(f"{at}/tickets"))[0]
        assert (row["id"], row["label"], row["open"]) == (ticket, "Closed", False)
        books = (await stream.next("books"))["sides"]
        assert next(side for side in books if side["name"] == market)["committed"] > 0


@pytest.mark.parametrize("market", MARKETS[1:])
async def test_it_opens_again_where_the_marketplace_allows(visitor: Visitor, market: str) -> None:
    at = f"/page/markets/{market}"
    ticket = (await visitor.post(f"{at}/open", text="help"))["ticket"]
    assert (await visitor.refused(f"{at}/tickets/{ticket}/reopen")) == (400, "This ticket is open.")
    await visitor.post(f"{at}/tickets/{ticket}/close")
    assert (await visitor.refused(f"{at}/tickets/{ticket}/close"))[0] == 400
    await visitor.post(f"{at}/tickets/{ticket}/reopen")
    assert (await visitor.get(f"{at}/tickets/{ticket}"))["open"]


async def test_refurbed_has_html_files_and_an_end(visitor: Visitor, place: World) -> None:
    at = "/page/markets/refurbed"
    files = [{"name": "../x.png", "base64": PNG}, {"name": "x.svg", "base64": PNG}]
    html = "<p>Hi <b>there</b></p><script>1</script>"
    ticket = (await visitor.post(f"{at}/open", html=html, files=files))["ticket"]
    (line,) = (await visitor.get(f"{at}/tickets/{ticket}"))["history"]
    assert (line["html"], line["text"]) == (html, "Hi there")
    assert [(file["name"], file["image"]) for file in line["files"]] == [
        *(("x.png", True), ("x.svg", False))
    ]
    image, drawing = [await visitor.raw(file["url"]) for file in line["files"]]
    assert (image.kind, drawing.kind) == ("image/png", "application/octet-stream")
    assert "sandbox" in image.headers["Content-Security-Policy"]
    place.refurbed.refurbed_writes(int(ticket), "<p>psst</p>", internal=True)
    line = (await visitor.get(f"{at}/tickets/{ticket}"))["history"][-1]
    assert (line["by"], line["internal"]) == ("marketplace", True)
    await visitor.post(f"{at}/tickets/{ticket}/close")
    for act, words in (("write", "cannot write any more"), ("reopen", "a closed one never")):
        status, sentence = await visitor.refused(f"{at}/tickets/{ticket}/{act}", text="hm")
        assert status == 400
        assert words in sentence


async def test_time_passes_at_one_marketplace(visitor: Visitor, place: World) -> None:
    ticket = place.refurbed.customer_opens()
    place.refurbed.merchant_writes(ticket, "<p>try this</p>")
    await visitor.post("/page/markets/refurbed/pass", hours=8 * 24)
    assert (await visitor.get(f"/page/markets/refurbed/tickets/{ticket}"))["label"] == "Solved"
    for hours in (0, -1, 1e9, "2", True):
        assert (await visitor.refused("/page/markets/refurbed/pass", hours=hours))[0] == 400


@pytest.mark.parametrize(
    ("path", "given", "status", "words"),
    [
        ("open", {}, 400, "Write something first."),
        ("open", {"text": 5}, 400, "text must be text."),
        ("open", {"text": "a", "email": "nobody"}, 400, "is no e-mail address"),
        ("open", {"text": "a", "files": [{"name": "a", "base64": PNG}]}, 400, "takes no files"),
        ("open", {"text": "a", "files": [{"name": "a", "base64": "?"}]}, 400, "not valid base64"),
        ("tickets/1/write", {"text": "a"}, 404, "There is no ticket 1 at SellApp."),
        ("tickets/²/write", {"text": "a"}, 404, "There is no ticket ² at SellApp."),
        ("tickets/1/frown", {}, 404, "write, close and reopen"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(
    visitor: Visitor, path: str, given: Json, status: int, words: str
) -> None:
    answer = await visitor.refused(f"/page/markets/sellapp/{path}", **given)
    assert answer[0] == status
    assert words in answer[1]


async def test_every_sample_ticket_is_opened(visitor: Visitor, page: Page) -> None:
    arrived = [await visitor.post("/page/arrive") for _ in sample_tickets()]
    assert {each["market"] for each in arrived} == set(MARKETS)
    assert arrived[0]["market"] == "refurbed"
    for each in arrived:
        shown = await visitor.get(f"/page/markets/{each['market']}/tickets/{each['ticket']}")
        assert shown["history"][-1]["text"]
    again = await visitor.post("/page/arrive")
    assert again["market"] == arrived[0]["market"], "the samples start over"
    assert again["ticket"] != arrived[0]["ticket"]


async def test_a_sample_ticket_is_opened_when_the_first_page_is_opened(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slackbridge.demo.page.sample_tickets.FIRST_SECONDS", 0.05)
    monkeypatch.setattr("slackbridge.demo.page.sample_tickets.EVERY_SECONDS", 0.05)
    async with visitor.listening() as stream:
        first, second = [await stream.next("ticket") for _ in range(2)]
    assert (first["market"], second["market"]) == ("refurbed", "clickbank")
