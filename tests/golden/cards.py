"""All four marketplaces: a ticket in every status and of every type, and each form of its card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from redis import Redis

from slackbridge.demo import views
from slackbridge.demo.markets import CLICKBANK, REFUNDS, SELLAPP, SELLGATE
from slackbridge.demo.world import ACCOUNT, CHANNEL, QUICK, Table, World
from slackbridge.sandbox.refurbed.drivers import REFURBED
from slackbridge.sandbox.slack.people import Person
from tests.golden.forms import Json, Names, blocks_form, view_form
from tests.golden.people import Done, People, choose, shut

POLLED: Table = {
    **QUICK,
    "replies": {"undo_seconds": 0},
    "timing": {**QUICK["timing"], "lease_seconds": 25, "call_timeout_seconds": 20},
}
CHANNELS = (CHANNEL, REFUNDS)
Change = Callable[[Any, Any], object]


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket: how it is opened, what becomes of it, and which of its buttons open a form."""

    account: str
    name: str
    become: Change = lambda market, ticket: None
    opened: Mapping[str, Any] = field(default_factory=dict)
    forms: tuple[str, ...] = ()


def _forced(status: str) -> Change:
    return lambda market, ticket: market.force_status(ticket, status)


def _answered(market: Any, ticket: Any) -> None:
    market.merchant_writes(ticket, "<p>We are at it</p>")


def _of_clickbank(type: str, forms: tuple[str, ...]) -> tuple[Case, ...]:
    """A type's tickets in each status."""
    opened = {"type": type, "recurring": True, "physical": True}
    return (
        Case(CLICKBANK, f"{type} open", opened=opened, forms=forms),
        Case(CLICKBANK, f"{type} reopened", _reopened, opened),
        Case(CLICKBANK, f"{type} closed", _closed, opened, ("reopen",)),
    )


def _closed(market: Any, ticket: Any) -> None:
    market.close(ticket)


def _reopened(market: Any, ticket: Any) -> None:
    market.close(ticket)
    market.reopen(ticket)


def _helped(market: Any, ticket: Any) -> None:
    """Somebody has asked refurbed for help about it."""
    said = market.message(REFURBED, "<p>May we?</p>")
    market.ask_for_help(market.ticket(ticket), "LEGAL", said)


HELP = ("return_label", "topic_change", "help_request")
CASES = (
    Case(ACCOUNT, "open", forms=("reply", "internal", "private", *HELP)),
    Case(ACCOUNT, "helped", _helped),
    Case(ACCOUNT, "pending", _forced("PENDING")),
    Case(ACCOUNT, "solved", _forced("SOLVED"), forms=("reply",)),
    Case(ACCOUNT, "closed", _forced("CLOSED"), forms=("follow_up",)),
    Case(ACCOUNT, "never heard of", _forced("ESCALATED")),
    *_of_clickbank("TECH_SUPPORT", ("reply", "close", "change", "refund", "cancel", "tech")),
    *_of_clickbank("REFUND", ("close", "returned")),
    *_of_clickbank("CANCEL", ("change",)),
    Case(SELLAPP, "open", forms=("reply", "archive")),
    Case(SELLAPP, "waiting", _answered),
    Case(SELLAPP, "closed", _closed),
    Case(SELLAPP, "archived", lambda market, ticket: market.archive(ticket)),
    Case(SELLGATE, "open", forms=("reply",)),
    Case(SELLGATE, "waiting", _answered),
    Case(SELLGATE, "closed", _closed),
)


class Gallery:
    """The tickets of all cases, in a world with all marketplaces whose bridge runs."""

    def __init__(self, place: World, redis: Redis) -> None:
        others = place.others
        assert others is not None
        self.place = place
        self.names = Names()
        self.people = People(place, redis)
        self._redis = redis
        self._markets: dict[str, Any] = {
            ACCOUNT: place.refurbed,
            CLICKBANK: others.clickbank,
            SELLAPP: others.sellapp,
            SELLGATE: others.sellgate,
        }
        self._tickets: dict[tuple[str, str], Any] = {}

    async def open(self) -> None:
        """Open every ticket; once its card is there, it becomes what it shall be."""
        for case in CASES:
            ticket = self._markets[case.account].customer_opens(**case.opened)
            self._tickets[case.account, case.name] = ticket
            self.names.call(f"{case.account}:{ticket}", f"{case.account}:ticket")
        await self.place.bridge.start()
        for case in CASES:
            await self.people.until(f"the card of {case}", partial(self.card, case))
        self.unhurried()
        for case in CASES:
            case.become(self._markets[case.account], self._tickets[case.account, case.name])

    def unhurried(self) -> None:
        """Give back what the bridge saves up by spacing its calls."""
        for name in self._redis.scan_iter(match="sb:pace:*"):
            self._redis.delete(name)

    def card(self, case: Case) -> Json:
        """Its card; empty while there is none. A route may have sent it elsewhere."""
        ticket = str(self._tickets[case.account, case.name])
        for channel in CHANNELS:
            for row in views.cards(self.place.slack, ticket, channel):
                if row["metadata"]["event_payload"]["account"] == case.account:
                    return {**row, "channel": channel}
        return {}

    def cards(self) -> Json:
        """The forms of all cards."""
        self.unhurried()
        return {
            f"{case.account}: {case.name}": blocks_form(self.card(case)["blocks"], self.names)
            for case in CASES
        }

    async def modals(self) -> Json:
        """The forms of all modals; none is submitted but the one that asks twice."""
        anna, ben = self.people.anna, self.people.ben
        found: Json = {}
        for case in CASES:
            for name in case.forms:
                await self._press(anna, case, name, anna.modals)
                found[f"{case.account}: {case.name}: {name}"] = self._shown(anna)
                if name == "refund":
                    found[f"{case.account}: {case.name}: {name} again"] = await self._twice(anna)
                await shut(anna)
        ask = partial(anna.command, "/ticket", f"new {ACCOUNT}", channel=CHANNEL)
        await self.people.insist("a form", ask, anna.modals)
        found["new ticket"] = self._shown(anna)
        await shut(anna)
        await self._press(anna, CASES[0], "claim", self._offers_unclaim)
        await self._press(ben, CASES[0], "claim", ben.modals)
        return found | {"claim": self._shown(ben), "a card that is held": self._offers_unclaim()}

    async def _press(self, person: Person, case: Case, name: str, done: Done) -> None:
        card = self.card(case)
        press = partial(choose, person, card["channel"], card, name)
        await self.people.insist(f"{name} of {case}", press, done)

    def _shown(self, person: Person) -> Json:
        return view_form(person.modals()[-1], self.names)

    async def _twice(self, anna: Person) -> Json:
        """The second step of what moves money."""
        view = str(anna.modals()[-1]["id"])
        chosen = {"reason": "ticket.type.refund.1", "refund_type": "FULL"}
        entered = {name: {name: value} for name, value in chosen.items()}
        await self.people.insist(
            "the amount",
            lambda: anna.submit(view, entered),
            lambda: anna.modals()[-1]["callback_id"] == "money",
        )
        return self._shown(anna)

    def _offers_unclaim(self) -> Any:
        forms = blocks_form(self.card(CASES[0])["blocks"], self.names)
        return forms if "unclaim" in str(forms) else None
