"""What the marketplaces answer is believed only as far as they show it: all four in one bridge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.sellapp.app import SLUG, SellAppSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from tests.market.conftest import CHANNEL, Market

AT = "2026-05-01T08:00:00Z"
READS = {"refurbed": "GetTicket", "clickbank": "Get", "sellapp": "GetTicket"}
READS |= {"sellgate": "GetTicket"}
REPLIES = {"refurbed": "UpdateTicket", "clickbank": "Update", "sellapp": "CreateMessage"}
REPLIES |= {"sellgate": "ReplyToTicket"}
# What each answers with 200, though nothing was done.
TAKEN: dict[str, Any] = {
    "refurbed": {"ticket": {"id": "ID", "status": "PENDING", "updated_at": AT}, "messages": []},
    "clickbank": {
        "ticketid": "ID",
        "status": "CLOSED",
        "comments": [
            {"commentId": 1, "comment": "hello", "commentRole": "CUSTOMER", "action": "OPENED"}
        ],
    },
    "sellapp": {"success": False, "message": "Ticket is archived"},
    "sellgate": {"message": "Ticket is locked"},
}
Shops = dict[str, Any]


@pytest.fixture
def shops(
    market: Market,
    refurbed: RefurbedSandbox,
    clickbank: ClickBankSandbox,
    sellapp: SellAppSandbox,
    sellgate: SellgateSandbox,
) -> Shops:
    """Each marketplace with an account of its own."""
    shops: Shops = {"refurbed": refurbed, "clickbank": clickbank, "sellapp": sellapp}
    shops["sellgate"] = sellgate
    for name, shop in shops.items():
        market.add(name, name, shop, **({"store": SLUG} if name == "sellapp" else {}))
    return shops


def opened(shops: Shops, text: str) -> Shops:
    """A ticket in each."""
    word = {"refurbed": "html"}
    return {n: shop.customer_opens(**{word.get(n, "text"): text}) for n, shop in shops.items()}


async def told(market: Market, key: str) -> None:
    """Wait for the notice in ops."""

    def found() -> bool:
        return any(key in text and "another ticket" in text for text in market.notices())

    await until(f"ops is told of {key}", found)


async def test_a_reply_that_a_200_does_not_show_is_not_told_as_sent(
    market: Market, shops: Shops
) -> None:
    tickets = opened(shops, "Hello")
    async with market.open():
        for name, ticket in tickets.items():
            await market.shown(ticket)
            body = json.dumps(TAKEN[name]).replace("ID", str(ticket))
            shops[name].faults.add(
                Fault(REPLIES[name], Phase.COMMIT, Action.STATUS, status=200, body=body, times=None)
            )
        said = {t: await market.say(t, "We have sent it again") for t in tickets.values()}
        for ticket, ts in said.items():
            asked = await market.receipt(ticket, "may not have been sent:")
            assert "intent:again" in views.buttons(asked)
            assert "white_check_mark" not in views.reactions(market.slack, CHANNEL, ts)
    for name, shop in shops.items():
        assert shop.faults.seen.count(REPLIES[name]) == 1, "not sent again unasked"


async def test_another_customers_ticket_is_not_shown_and_is_told(
    market: Market, shops: Shops
) -> None:
    others = opened(shops, "OTHER, of other@example.com")
    tickets = opened(shops, "mine")
    async with market.open():
        for ticket in (*others.values(), *tickets.values()):
            await market.shown(ticket)
        faults = {
            name: Fault(READS[name], Phase.ANSWER, Action.OTHER, times=None) for name in shops
        }
        for name, shop in shops.items():
            shop.faults.add(faults[name])
            shop.customer_writes(tickets[name], "more")
        for name, fault in faults.items():
            await told(market, f"{name}:{tickets[name]}")
            assert fault.struck
        for name, shop in shops.items():
            everything = json.dumps([dict(r) for r in views.thread(market.slack, tickets[name])])
            assert "OTHER" not in everything
            shop.faults.remove(faults[name])
        for ticket in tickets.values():
            await market.shown(ticket, 2)
