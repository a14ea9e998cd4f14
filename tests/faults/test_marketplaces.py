"""A marketplace misbehaves while the bridge runs: nothing is lost, doubled or silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any, ClassVar

import pytest

from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed import service
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.markup import sanitised
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.slack import manifest
from slackbridge.text.html import from_plain
from tests.market import conftest as fixtures
from tests.market.conftest import CHANNEL, Market

market = fixtures.market

IMPATIENT = {"call_timeout_seconds": 1.0, "settle_seconds": 2.0, "retry_seconds": 0.1}
PROBES = {"probe_seconds": 0.2, "unauthorized_probe_seconds": 0.2, "retry_max_seconds": 0.3}
TIMING = {**IMPATIENT, **PROBES}
HTML = "<html><title>Attention Required!</title></html>"
SLOW = 1.3  # longer than a call's timeout, shorter than the settle time
HUGE = "x" * (9 * 2**20)
DONE, FAILED = "white_check_mark", "x"


@dataclass
class Shop:
    """One marketplace: its server and the names of its calls."""

    name: str
    sandbox: Any
    lists: str
    reads: str
    replies: str
    SORTS: ClassVar[dict[str, tuple[Any, str, str, str]]] = {
        "refurbed": (RefurbedSandbox, "ListTickets", "GetTicket", "UpdateTicket"),
        "clickbank": (ClickBankSandbox, "List", "Get", "Update"),
        "sellapp": (SellAppSandbox, "ListTickets", "GetTicket", "CreateMessage"),
        "sellgate": (SellgateSandbox, "ListTickets", "GetTicket", "ReplyToTicket"),
    }

    @classmethod
    async def start(cls, name: str, clock: Callable[[], float] = time.time) -> Shop:
        kind, *calls = cls.SORTS[name]
        sandbox: Any = await kind.start(seed=False, clock=clock)
        sandbox.rate_per_second = 0
        sandbox.searches = False  # SellApp's list stands in for its search
        return cls(name, sandbox, *calls)

    def add_to(self, market: Market) -> None:
        market.add("shop", self.name, self.sandbox, timeout_seconds=1.0)

    def written(self, text: str) -> str:
        return from_plain(text) if self.name == "refurbed" else text

    def opened(self, text: str = "Hello") -> Any:
        word = "html" if self.name == "refurbed" else "text"
        return self.sandbox.customer_opens(**{word: self.written(text)})

    def more(self, ticket: Any, text: str = "more") -> None:
        self.sandbox.customer_writes(ticket, self.written(text))

    def got(self, ticket: Any) -> list[str]:
        """What the customer got through the API, as it was stored."""
        entries = self.sandbox.ledger.all("reply")
        return [str(e.data["text"]) for e in entries if e.data["ticket_id"] == ticket]

    def fault(self, call: str, phase: Phase, status: int = 0, **more: Any) -> Fault:
        """With a status it is answered instead, with seconds it is slow; else the line is cut."""
        action = Action.DELAY if "seconds" in more else Action.RESET
        action = Action.STATUS if status else action
        fault = Fault(call, phase, action, status=status or 500, **more)
        return self.sandbox.faults.add(fault)  # type: ignore[no-any-return] # of any sandbox


@pytest.fixture(params=list(Shop.SORTS))
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """Each marketplace."""
    shop = await Shop.start(request.param)
    yield shop
    await shop.sandbox.stop()


async def reacted(market: Market, ts: str, name: str = DONE) -> None:
    await until(f":{name}:", lambda: name in views.reactions(market.slack, CHANNEL, ts))


async def mirrored(market: Market, ticket: Any, messages: int) -> None:
    """The thread shows so many messages of the marketplace, each once, under one card."""
    await until(
        f"{messages} messages of {ticket}",
        lambda: len(views.mirrored(market.slack, ticket)) >= messages,
    )
    assert len(views.cards(market.slack, ticket)) == 1
    assert len(views.mirrored(market.slack, ticket)) == messages
    marks = [views.effect_of(row) for row in views.thread(market.slack, ticket)]
    assert len({*marks} - {""}) == len([mark for mark in marks if mark])


async def press(market: Market, ticket: Any, intent: str, name: str) -> bool:
    """Press a button of a receipt if it is there."""
    row = views.receipt(market.slack, ticket, intent)
    if row is None or f"intent:{name}" not in views.buttons(row):
        return False
    await market.anna.click(CHANNEL, row["ts"], f"intent:{name}")
    return True


# -- everything the contract suite knows, in mid-flight ----------------------------------------


READS: tuple[tuple[Phase, dict[str, Any]], ...] = (
    (Phase.COMMIT, {"seconds": SLOW}),
    (Phase.COMMIT, {}),
    (Phase.HALF, {}),
    (Phase.COMMIT, {"status": 500}),
    (Phase.COMMIT, {"status": 503, "body": HTML}),
    (Phase.COMMIT, {"status": 429, "headers": {"Retry-After": "1"}}),
    (Phase.COMMIT, {"status": 302, "headers": {"Location": "/elsewhere"}}),
)
REPLIES: tuple[tuple[Phase, dict[str, Any]], ...] = (
    (Phase.COMMIT, {"seconds": SLOW}),
    (Phase.ANSWER, {"seconds": SLOW}),
    (Phase.COMMIT, {}),
    (Phase.ANSWER, {}),
    (Phase.HALF, {}),
    (Phase.COMMIT, {"status": 500}),
    (Phase.ANSWER, {"status": 502, "body": HTML}),
    (Phase.ANSWER, {"status": 504, "body": '{"message": "gateway timeout"}'}),
    (Phase.COMMIT, {"status": 200, "body": HTML}),
    (Phase.ANSWER, {"status": 200, "body": HUGE}),
    (Phase.COMMIT, {"status": 429, "headers": {"Retry-After": "1"}}),
    (Phase.ANSWER, {"status": 429, "headers": {"Retry-After": "1"}}),
    (Phase.ANSWER, {"status": 503, "headers": {"Retry-After": "1"}, "body": HTML}),
    (Phase.COMMIT, {"status": 302, "headers": {"Location": "/elsewhere"}}),
    (Phase.COMMIT, {"status": 501}),
    (Phase.COMMIT, {"status": 400}),
)
"""What meets one reply each; none of it may need more than a press of "retry"."""


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize("shop", ["refurbed", "sellgate"], indirect=True)
async def test_all_troubles_at_once_and_the_ledgers_balance(
    market: Market, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1, I2, I3, I6, I7, I8, I10, I21; F6."""
    unpaced = {name: replace(method, pace=None) for name, method in manifest.METHODS.items()}
    monkeypatch.setattr(manifest, "METHODS", unpaced)  # so many reactions take Slack a minute
    monkeypatch.setattr(
        TicketPass, "forgettable", lambda work, intent: False
    )  # Redis is long known
    shop.add_to(market)
    shop.fault(shop.lists, Phase.COMMIT, 302, headers={"Location": "/elsewhere"})
    for phase, more in READS:
        shop.fault(shop.reads, phase, **more)
    tickets = [shop.opened(f"Question {number}") for number in range(len(REPLIES))]
    async with market.open(timing=TIMING):
        for ticket in tickets:
            await mirrored(market, ticket, 1)
        shop.sandbox.faults.clear()
        for phase, more in REPLIES:
            shop.fault(shop.replies, phase, **more)
        asked = [(each, await market.say(each, f"Answer to {each}")) for each in tickets]
        pressed: set[str] = set()
        async with asyncio.timeout(90):
            for ticket, ts in asked:
                while DONE not in views.reactions(market.slack, CHANNEL, ts):
                    if ts not in pressed and await press(market, ticket, ts, "retry"):
                        pressed.add(ts)
                    await market.quiet(0.02)
        for ticket in tickets:
            shop.more(ticket)
        for ticket in tickets:
            await mirrored(market, ticket, 2)
            assert shop.got(ticket) == [f"Answer to {ticket}"]
    assert len(pressed) == 3, "only a certain refusal is left to the agent"


# -- not offered, not allowed ------------------------------------------------------------------


@pytest.mark.parametrize("status", [501, 401])
async def test_a_reply_that_is_refused_says_so_and_the_rest_goes_on(
    market: Market, shop: Shop, status: int
) -> None:
    """I1, I7, I10, I15; F7, F8."""
    shop.add_to(market)
    async with market.open(timing=TIMING):
        ticket = shop.opened()
        await mirrored(market, ticket, 1)
        shop.fault(shop.replies, Phase.COMMIT, status, times=None)
        ts = await market.say(ticket, "Hello")
        row = await market.receipt(ticket, "was not sent")
        words = {501: "(501)", 401: "(401)"}
        assert words[status] in views.shown(row)
        shop.more(ticket)
        await mirrored(market, ticket, 2)
        assert shop.got(ticket) == []
        shop.sandbox.faults.clear()
        assert await press(market, ticket, ts, "retry")
        await reacted(market, ts)
        assert shop.got(ticket) == ["Hello"]


# -- another clock -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "offset"), [("refurbed", -600.0), ("sellapp", 600.0)])
async def test_a_clock_that_is_wrong_changes_nothing(
    market: Market, name: str, offset: float
) -> None:
    """I1, I4, I6, I8; F10."""

    def clock() -> float:
        return time.time() + offset

    shop = await Shop.start(name, clock)
    try:
        shop.add_to(market)
        async with market.open(timing=TIMING):
            ticket = shop.opened()
            await mirrored(market, ticket, 1)
            shop.fault(shop.replies, Phase.ANSWER)
            lost = await market.say(ticket, "arrives, but the answer is lost")
            await reacted(market, lost)
            shop.fault(shop.replies, Phase.COMMIT)
            cut = await market.say(ticket, "does not arrive at first")
            await reacted(market, cut)
            now, wait = clock(), clock() + 1
            dates = {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(wait)}
            shop.fault(shop.replies, Phase.COMMIT, 429, headers=dates)
            late = await market.say(ticket, "is asked to wait")
            await reacted(market, late)
            shop.more(ticket)
            await mirrored(market, ticket, 2)
            assert shop.got(ticket) == [
                "arrives, but the answer is lost",
                "does not arrive at first",
                "is asked to wait",
            ]
    finally:
        await shop.sandbox.stop()


async def test_a_reply_that_was_declined_but_came_in_is_shown_once(
    market: Market, shop: Shop
) -> None:
    """I1, I2, I7: a proxy answers 429 after the request was accepted; the poll sees it first."""
    shop.add_to(market)
    later = {"retry_seconds": 5, "retry_max_seconds": 5}
    async with market.open(timing={**TIMING, **later}):
        ticket = shop.opened()
        await mirrored(market, ticket, 1)
        shop.fault(shop.replies, Phase.ANSWER, 429, headers={"Retry-After": "0"})
        ts = await market.say(ticket, "Hello")
        await until("it is there", lambda: bool(shop.got(ticket)))
        shop.more(ticket)
        await mirrored(market, ticket, 2)
        await reacted(market, ts)
        await mirrored(market, ticket, 2)
        assert len(shop.got(ticket)) == 1


# -- a ticket that is gone ---------------------------------------------------------------------


@pytest.mark.parametrize("shop", ["refurbed", "sellapp", "sellgate"], indirect=True)
@pytest.mark.parametrize("lost", [False, True], ids=["before it is sent", "while it is unknown"])
async def test_a_ticket_that_vanishes_with_an_open_reply_is_told(
    market: Market, shop: Shop, lost: bool
) -> None:
    """I7, I10, I14."""
    shop.add_to(market)
    undo = {"undo_seconds": 0 if lost else 0.4}
    async with market.open(timing=TIMING, replies=undo):
        ticket, other = shop.opened(), shop.opened()
        await mirrored(market, ticket, 1)
        await mirrored(market, other, 1)
        if lost:
            shop.fault(shop.replies, Phase.ANSWER, seconds=SLOW)
        ts = await market.say(ticket, "Hello")
        if lost:
            await until("it arrived", lambda: shop.got(ticket))
        del shop.sandbox.tickets[ticket]
        await market.receipt(ticket, "may not have been sent:" if lost else "was not sent:")
        await reacted(market, ts, "warning" if lost else FAILED)
        shop.more(other)
        await mirrored(market, other, 2)
        assert len(market.receipts(ticket)) == 1
        assert shop.got(ticket) == (["Hello"] if lost else [])


# -- what the marketplace makes of a text ------------------------------------------------------


TEXT = "We'll send a \"new\" one -- it's 5 > 4 & ready.\n\nPlease wait two days,\nyour team"
REWRITES: dict[str, Callable[[str], str]] = {
    "a footer": lambda text: f"{text}\n\n--\nShop GmbH, Wollzeile 1, 1010 Wien. Rate us!",
    "a greeting": lambda text: f"Dear customer,\n\n{text}",
    "quotes": lambda text: text.replace("'", "’").replace('"', "“").replace("--", "—"),
    "spaces": lambda text: f" {text} ".replace(" ", " \u00a0").replace("\n", " \r\n\r\n"),
    "entities": lambda text: text.replace("'", "&#8217;").replace("e", "&#101;"),
}


@pytest.mark.parametrize("phase", [Phase.ANSWER, None], ids=["answer lost", "answered"])
@pytest.mark.parametrize("name", ["refurbed", "sellgate"])
async def test_a_reply_that_is_rewritten_is_still_ours(
    market: Market, name: str, phase: Phase | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2, I6, I7, I8."""
    shop = await Shop.start(name)
    kinds = [kind for kind in REWRITES if name == "refurbed" or kind != "entities"]

    def rewritten(text: str) -> str:
        kind = next(kind for kind in kinds if kind in text)
        return REWRITES[kind](text)

    if name == "refurbed":
        monkeypatch.setattr(
            service, "sanitised", lambda body, rewrite: rewritten(sanitised(body, rewrite=rewrite))
        )
    else:
        answer = shop.sandbox.reply
        monkeypatch.setattr(shop.sandbox, "reply", lambda to, text: answer(to, rewritten(text)))
    try:
        shop.add_to(market)
        async with market.open(timing=TIMING):
            tickets = [shop.opened() for _ in kinds]
            for ticket in tickets:
                await mirrored(market, ticket, 1)
            if phase:
                shop.fault(shop.replies, phase, times=None)
            pairs = zip(tickets, kinds, strict=True)
            asked = [await market.say(each, f"With {kind}: {TEXT}") for each, kind in pairs]
            for ts in asked:
                await reacted(market, ts)
            for ticket in tickets:
                shop.more(ticket)
            for ticket in tickets:
                await mirrored(market, ticket, 2)
                assert len(shop.got(ticket)) == 1
    finally:
        await shop.sandbox.stop()
