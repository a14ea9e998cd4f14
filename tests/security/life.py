"""Tickets whose texts, names and secrets carry marker words, played through every kind of fault, so
that a test can search for the markers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.markets import CLICKBANK, SELLAPP, SELLGATE, Others
from slackbridge.demo.world import ACCOUNT, CHANNEL, QUICK, World, secrets_of, write_config
from slackbridge.sandbox.faults import Action, Fault, Phase

CUSTOMER = "zq7cust"  # in every customer's text and name
AGENT = "zq7agent"  # in every agent's text
SECRET = "zq7secret"
EMAIL = f"{CUSTOMER}@mail.example"
NAME = f"{CUSTOMER.capitalize()} Canary"
ECHO = f'{{"message": "not now, {NAME} of {EMAIL}: {CUSTOMER} {AGENT}"}}'
TIMING = {**QUICK["timing"], "unauthorized_probe_seconds": 0.3, "settle_seconds": 0.5}


@dataclass(frozen=True, slots=True)
class Shop:
    """One marketplace of the life: its ticket, and the name of the call that answers there."""

    account: str
    market: Any
    ticket: int | str
    replies: str
    lists: str


def marked(place: World) -> dict[str, str]:
    """Give every server a marked secret; returns the bridge's environment."""
    others = known(place)
    app = place.slack.app
    app.bot_token, app.app_token = f"xoxb-1-2-{SECRET}", f"xapp-1-A0-2-{SECRET}"
    app.signing_secret = f"{SECRET}-signing"
    for market in (place.refurbed, others.clickbank, others.sellapp, others.sellgate):
        market.token = f"{SECRET}-{type(market).__name__}"
        market.allow(market.token)
    hook = f"{SECRET}-hook"
    others.sellapp.hook(f"http://127.0.0.1:{others.port}/hooks/{SELLAPP}", hook)
    secrets = {**secrets_of(place.slack, place.refurbed), **others.secrets()}
    return {**secrets, "SELLAPP_WEBHOOK_SECRET": hook}


def known(place: World) -> Others:
    assert place.others is not None
    return place.others


def configured(place: World, path: Path) -> None:
    """A configuration with the log level debug."""
    extra = {
        **QUICK,
        "replies": {"undo_seconds": 0},
        "timing": TIMING,
        "ops": {"health_port": known(place).port, "log_level": "debug", "log_format": "text"},
        "account": {**QUICK["account"], "poll_seconds": 0.3},
    }
    api, base = place.slack.api_url, place.refurbed.url
    write_config(path, api, base, place.redis_url, extra, place.others)


def customers(place: World, trap: str) -> tuple[Shop, ...]:
    """Four customers write; `trap` is a link that the bridge must never open."""
    others = known(place)
    words = f"{CUSTOMER} says: see {trap}/text"
    ticket = place.refurbed.customer_opens(
        name=NAME,
        email=EMAIL,
        html=f'<p>{words}</p><img src="{trap}/pixel"><a href="{trap}/link">{CUSTOMER}</a>',
        attachments=[(f"{CUSTOMER}.pdf", b"x")],
    )
    file = place.refurbed.messages(ticket)[0].attachments[0]
    object.__setattr__(file, "path", f"@{trap.removeprefix('http://')}/{CUSTOMER}.pdf")
    clickbank = others.clickbank.customer_opens(name=NAME, email=EMAIL, text=words)
    others.clickbank.customer_attaches(clickbank, words)
    return (
        Shop(ACCOUNT, place.refurbed, ticket, "UpdateTicket", "ListTickets"),
        Shop(CLICKBANK, others.clickbank, clickbank, "Update", "List"),
        Shop(
            SELLAPP,
            others.sellapp,
            others.sellapp.customer_opens(title=f"{CUSTOMER} asks", email=EMAIL, text=words),
            "CreateMessage",
            "ListTickets",
        ),
        Shop(
            SELLGATE,
            others.sellgate,
            others.sellgate.customer_opens(subject=f"{CUSTOMER} asks", email=EMAIL, text=words),
            "ReplyToTicket",
            "ListTickets",
        ),
    )


async def shown(place: World, shops: tuple[Shop, ...]) -> None:
    for shop in shops:
        there = partial(views.mirrored, place.slack, shop.ticket)
        await place.until(f"{shop.account}'s message", there)


def trouble(place: World, shops: tuple[Shop, ...]) -> list[Fault]:
    """Every kind of failure; error texts quote the customer where possible."""
    faults = []
    for shop, kind in zip(shops, FAULTS, strict=True):
        faults.append(shop.market.faults.add(Fault(shop.replies, **kind)))
    polled = [shop for shop in shops if shop.account != SELLAPP]  # that one sends webhooks
    for status, shop in zip((401, 500, 200), polled, strict=True):
        cut = '{"tickets": [ "' + CUSTOMER
        failed = Fault(
            shop.lists,
            Phase.COMMIT,
            Action.STATUS,
            times=2,
            status=status,
            body=cut if status == 200 else ECHO,
            headers={"Retry-After": "1"},
        )
        faults.append(shop.market.faults.add(failed))
    slack = (
        Fault("chat.postMessage", Phase.ANSWER, Action.RESET),
        Fault("chat.update", Phase.COMMIT, Action.STATUS, status=500, body=ECHO),
        Fault("users.info", Phase.COMMIT, Action.STATUS, status=503, body=ECHO),
    )
    return [*faults, *map(place.slack.faults.add, slack)]


FAULTS: tuple[dict[str, Any], ...] = (
    {"phase": Phase.ANSWER, "action": Action.RESET},
    {"phase": Phase.COMMIT, "action": Action.STATUS, "status": 500, "body": ECHO},
    {"phase": Phase.HALF, "action": Action.RESET},
    {
        "phase": Phase.COMMIT,
        "action": Action.STATUS,
        "status": 429,
        "body": ECHO,
        "headers": {"Retry-After": "1"},
    },
)


class Agents:
    """Anna, who writes in the tickets' threads."""

    def __init__(self, place: World) -> None:
        self.place = place
        self.anna = place.slack.person("anna")

    def root(self, shop: Shop) -> str:
        return str(views.cards(self.place.slack, shop.ticket)[0]["ts"])

    async def say(self, shop: Shop, text: str) -> str:
        return await self.anna.say(CHANNEL, text, self.root(shop))

    async def answered(self, shop: Shop) -> None:
        """A reply that must succeed despite the faults."""
        text = f"{AGENT} answers {shop.account}"
        ts = await self.say(shop, text)
        await self.until_marked(ts, "white_check_mark")
        sent = [entry for entry in shop.market.ledger.all("reply") if entry.data["text"] == text]
        assert len(sent) == 1, shop.account

    async def until_marked(self, ts: str, name: str) -> None:
        await self.place.until(
            f":{name}:", lambda: name in views.reactions(self.place.slack, CHANNEL, ts)
        )

    async def button(self, shop: Shop, ts: str, name: str) -> None:
        """Press a button of a receipt once it is there."""

        def there() -> Any:
            row = views.receipt(self.place.slack, shop.ticket, ts) or {}
            return row if f"intent:{name}" in views.buttons(row) else None

        row = await self.place.until(f"the button {name}", there)
        await self.anna.click(CHANNEL, row["ts"], f"intent:{name}")

    async def refused(self, shop: Shop) -> None:
        """A reply that the marketplace refuses, quoting the customer; Anna gives it up."""
        shop.market.faults.add(
            Fault(shop.replies, Phase.COMMIT, Action.STATUS, status=400, body=ECHO)
        )
        ts = await self.say(shop, f"{AGENT} in vain")
        await self.button(shop, ts, "discard")
        await self.place.until(
            "given up",
            lambda: "discarded" in str(views.receipt(self.place.slack, shop.ticket, ts)),
        )

    async def asks(self) -> None:
        """Look-ups by customers' names and addresses."""
        for words in (EMAIL, f"find email:{EMAIL}", f"why {EMAIL}", "list open", "stats"):
            assert await self.anna.command("/ticket", words, channel=CHANNEL)
