"""The fault switches, the ledgers, and a bridge that is killed while a page is open."""

from __future__ import annotations

from functools import partial

import aiohttp
import pytest

from slackbridge.demo import views
from slackbridge.demo.audit import lost_and_doubled
from slackbridge.demo.page.page import Page
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.demo_page.conftest import Visitor

pytestmark = pytest.mark.long


class Bot:
    """Posts to Slack as the bridge does."""

    def __init__(self, place: World, session: aiohttp.ClientSession) -> None:
        self._place = place
        self._session = session

    async def says(self, text: str) -> aiohttp.ClientResponse:
        slack = self._place.slack
        body = {"channel": CHANNEL, "text": text}
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        url = f"{slack.api_url}chat.postMessage"
        async with self._session.post(url, json=body, headers=headers) as answer:
            await answer.read()
            return answer


async def test_switches_hold_until_they_are_switched_off(visitor: Visitor, place: World) -> None:
    other = place.slack.faults.add(Fault("users.info", Phase.ARRIVAL, Action.STATUS))
    assert [each["id"] for each in await visitor.get("/page/switches")] == [
        "market-down",
        "market-answer-lost",
        "slack-limit",
        "slack-answer-lost",
        "slack-down",
        "events-twice",
    ]
    async with aiohttp.ClientSession() as session:
        bot = Bot(place, session)
        await visitor.post("/page/switches/slack-limit", on=True)
        for _ in range(2):
            limited = await bot.says("hi")
            assert (limited.status, limited.headers["Retry-After"]) == (429, "3")
            assert await limited.json() == {"ok": False, "error": "ratelimited"}
        await visitor.post("/page/switches/slack-limit", on=False)
        await visitor.post("/page/switches/slack-answer-lost", on=True)
        with pytest.raises(aiohttp.ClientError):
            await bot.says("posted all the same")
        await visitor.post("/page/switches/slack-answer-lost", on=False)
        assert (await bot.says("well again")).status == 200
    texts = [row["text"] for row in place.slack.workspace.history(CHANNEL)]
    assert texts == ["posted all the same", "well again"]
    assert other in place.slack.faults
    assert not any(each["on"] for each in await visitor.get("/page/switches"))


async def test_every_marketplace_is_down_and_well_again(visitor: Visitor, place: World) -> None:
    shown = await visitor.post("/page/switches/market-down", on=True)
    assert [each["id"] for each in shown if each["on"]] == ["market-down"]
    assert place.others is not None
    addresses = {
        f"{place.refurbed.url}/refb.merchant.v1.TicketService/ListTickets": "POST",
        f"{place.others.clickbank.url}/tickets/list": "GET",
        f"{place.others.sellapp.url}/v2/tickets": "GET",
        f"{place.others.sellgate.url}/tickets": "GET",
    }
    async with aiohttp.ClientSession() as session:
        for on in (True, False):
            await visitor.post("/page/switches/market-down", on=on)
            for address, method in addresses.items():
                async with session.request(method, address, json={}) as answer:
                    assert (answer.status == 503) == on, address


async def test_what_is_no_switch(visitor: Visitor) -> None:
    assert await visitor.refused("/page/switches/gravity", on=True) == (
        404,
        "There is no switch gravity.",
    )
    assert (await visitor.refused("/page/switches/slack-down", on="yes"))[0] == 400


async def test_the_ledgers_say_who_did_what(visitor: Visitor, place: World) -> None:
    await visitor.post("/sandbox/people/U0ANNA/say", channel=CHANNEL, text="hi <@U0BEN> & all")
    ticket = place.refurbed.customer_opens(html="<p>where <b>is</b> it?</p>")
    sides = {side["name"]: side for side in (await visitor.get("/page/books"))["sides"]}
    slack = sides["slack"]
    assert (slack["label"], slack["committed"]) == ("Slack", 1)
    assert slack["acts"] == [{"act": "said", "count": 1}]
    assert slack["latest"][0]["what"] == "anna in #support: hi @ben & all"
    assert sides["refurbed"]["latest"][0]["what"] == f"ticket {ticket} of Kim Muster: where is it?"


@pytest.mark.crash
@pytest.mark.timeout(120)
async def test_a_killed_bridge_goes_on_where_it_was(
    visitor: Visitor, place: World, page: Page
) -> None:
    act = "/page/bridge"
    assert (await visitor.refused(act, act="kill")) == (409, "The bridge is not running.")
    assert (await visitor.refused(act, act="oil"))[0] == 400
    await visitor.post("/page/switches/market-answer-lost", on=True)
    await visitor.post("/page/switches/events-twice", on=True)
    async with visitor.listening() as stream:
        assert (await visitor.post(act, act="start"))["started"] == 1
        await place.until("the bridge", lambda: place.slack.socket.connected >= 2)
        open = {"name": "Kim", "text": "where is it?"}
        tickets = {
            market: (await visitor.post(f"/page/markets/{market}/open", **open))["ticket"]
            for market in ("refurbed", "sellgate")
        }
        for ticket in tickets.values():
            await place.until("its message", partial(views.mirrored, place.slack, ticket))
            card = views.cards(place.slack, ticket)[0]["ts"]
            say = {"channel": CHANNEL, "thread_ts": card, "text": f"answer to {ticket}"}
            await visitor.post("/sandbox/people/U0ANNA/say", **say)
        killed = await visitor.post(act, act="kill")
        assert (killed["running"], killed["killed"]) == (False, 1)
        await visitor.post("/page/switches/market-answer-lost", on=False)
        lost = (await visitor.get("/page/books"))["lost"]
        await visitor.post("/page/markets/sellapp/open", **open)
        assert (await visitor.get("/page/books"))["lost"] > lost  # sample tickets arrive, too
        again = await visitor.post(act, act="start")
        assert (again["running"], again["started"]) == (True, 2)
        await stream.next("books")
    for market, ticket in tickets.items():
        answers = partial(answers_of, page, market, ticket)
        await place.until("the answer", answers)
        assert answers() == [f"answer to {ticket}"]
    await place.until("what was opened meanwhile", lambda: lost_and_doubled(place) == (0, 0))


def answers_of(page: Page, market: str, ticket: str) -> list[str]:
    messages = page.markets.market(market).ticket(ticket).history
    return [message.text for message in messages if message.by == "merchant"]
