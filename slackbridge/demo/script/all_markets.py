"""`slackbridge demo --script marketplaces`: four marketplaces side by side, one queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from slackbridge.config.sections import SLASH
from slackbridge.demo import views
from slackbridge.demo.markets import CLICKBANK, REFUNDS, SELLAPP, SELLGATE, MarketSandbox, Others
from slackbridge.demo.script import (
    after_the_end,
    clickbank,
    money,
    refurbed,
    sellapp,
    sellgate,
    truth,
)
from slackbridge.demo.script.agent import Agent
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import ACCOUNT, CHANNEL, OPS, World

ACCOUNTS = (ACCOUNT, CLICKBANK, SELLAPP, SELLGATE)
REFUND = (
    "Hello, I signed up for the guitar course by mistake & only watched two lessons. "
    "Could I have some of my money back?"
)

REFURBED_REFUND = money.Refund({"how_much": "part", "amount": "20.00"}, "gets back 20.00", "20.00")
SELLAPP_REFUND = money.Refund({"amount": "5.00"}, "5.00", "5.00")
REFUNDED = {ACCOUNT: 1, CLICKBANK: 1, SELLAPP: 1, SELLGATE: 0}
READING = "Reading the order"


class AllMarkets:
    """One ticket per marketplace, by account. Raises ValueError in a world of refurbed alone."""

    def __init__(self, place: World, transcript: Transcript) -> None:
        if place.others is None:
            raise ValueError("this scenario needs a world with all marketplaces")
        self._place = place
        self._tell = transcript
        self._others: Others = place.others
        self._at: dict[str, Agent] = {}

    async def play(self) -> None:
        await self.begins()
        await self.arrive()
        await self.queue()
        ben, others = self._place.slack.person("ben"), self._others
        marie, ruth = self._at[ACCOUNT], self._at[CLICKBANK]
        lars, noor = self._at[SELLAPP], self._at[SELLGATE]
        step = self._tell.step
        step("ClickBank: a reply, and one that does not fit")
        await clickbank.answers(ruth)
        step("ClickBank: a partial refund, asked twice, done once")
        await clickbank.refunds(ruth, others.clickbank, ben)
        step("ClickBank: closing says what it withdraws; reopening needs a comment")
        await clickbank.closes_and_reopens(ruth, others.clickbank)
        step("SellApp: a webhook brings a message at once")
        await sellapp.receives_webhook(lars, others.sellapp)
        step("SellApp: a refund, asked twice, done once")
        await money.is_paid_back(lars, others.sellapp, "SellApp", SELLAPP_REFUND)
        step("SellApp: reply, close, reopen, archive")
        await sellapp.answers_and_closes(lars, others.sellapp)
        step("Sellgate: message, reply, close, reopen")
        await sellgate.answers_and_closes(noor, others.sellgate)
        step("refurbed: a return label")
        await refurbed.creates_label(marie)
        step("refurbed: a help request, as a conversation beside the customer's")
        await refurbed.asks_for_help(marie, self._place.refurbed)
        await self.paid_back()
        await self.details()
        await self.no_proof()
        await self.ended()
        await self.looked_up()
        self.balanced()

    async def paid_back(self) -> None:
        self._tell.step("refurbed: a refund of an order item, asked twice, done once")
        marie, market = self._at[ACCOUNT], self._place.refurbed
        await money.is_paid_back(marie, market, "refurbed", REFURBED_REFUND)

    async def details(self) -> None:
        self._tell.step("Details: the order behind a ticket, read when somebody asks")
        for account, anna in self._at.items():
            if not anna.offers("details"):
                continue
            anna.tell.say("agent", f"Anna presses Details on the ticket of {account}")
            await anna.press("details")
            shown = await anna.until("the order", partial(_read, anna))
            anna.tell.say("slack", f"only to Anna: {shown}")

    def balanced(self) -> None:
        self._tell.step("The ledgers of the money: what was confirmed, and nothing else")
        for account in ACCOUNTS:
            entries = money.paid(self._market(account))
            self._at[account].must(
                len(entries) == REFUNDED[account], f"{account}: {len(entries)} paid back"
            )

    async def no_proof(self) -> None:
        self._tell.step("A good answer is no proof: each marketplace says yes, and drops a reply")
        for account, anna in self._at.items():
            text = f"One more thing about your {account.partition('-')[0]} ticket."
            await truth.is_not_believed(anna, self._market(account), account, text)

    async def ended(self) -> None:
        self._tell.step("A customer writes on an ended ticket, and is heard, whatever its status")
        self._place.refurbed.customer_reopens = False
        for account, (name, end, shown) in self._ends().items():
            text = f"One last question, if I may. {name}"
            await after_the_end.is_heard(self._at[account], name, end, shown, text)

    def _ends(self) -> Mapping[str, tuple[str, Callable[[], None], str]]:
        """Of each account the customer, how their ticket ends, and what its card then says."""
        market, others = self._place.refurbed, self._others
        at = {account: anna.ticket for account, anna in self._at.items()}
        return {
            ACCOUNT: ("Marie", lambda: market.solve(int(at[ACCOUNT])), "solved"),
            CLICKBANK: ("Ruth", lambda: others.clickbank.close(int(at[CLICKBANK])), "closed"),
            SELLAPP: ("Lars", lambda: others.sellapp.close(int(at[SELLAPP])), "closed"),
            SELLGATE: ("Noor", lambda: others.sellgate.close(str(at[SELLGATE])), "closed"),
        }

    async def looked_up(self) -> None:
        self._tell.step(f"{SLASH} list ended, and a search that not every marketplace knows")
        anna = self._at[ACCOUNT]
        text = await anna.command("list ended")
        for key in self._keys():
            anna.must(key in text, f"{key} is among the ended tickets")
        text = await anna.command(f"find kind:order status:ended account:{ACCOUNT}")
        anna.must(f"{ACCOUNT}:{anna.ticket}" in text, "found by what it is about")
        text = await anna.command("find name:Marie urgency:panic")
        anna.must(f"{SELLAPP} cannot be searched by urgency" in text, "who cannot answer is named")

    def _market(self, account: str) -> MarketSandbox:
        places = zip(ACCOUNTS, self._place.marketplaces, strict=True)
        return dict(places)[account]

    def _keys(self) -> Sequence[str]:
        return [f"{account}:{anna.ticket}" for account, anna in self._at.items()]

    async def begins(self) -> None:
        self._tell.step("The bridge starts: one process, four marketplaces")
        for account in ACCOUNTS:
            words = f"*{account}* is connected"
            probe = partial(views.saying, self._place.slack, OPS, words)
            row = await self._place.until(f"the summary of {account}", probe, 30)
            first = views.as_seen(self._place.slack, row).splitlines()[0]
            self._tell.say("slack", f"#support-ops: {first}")

    async def arrive(self) -> None:
        self._tell.step("Four customers write, and every ticket becomes a thread")
        said = "Marie opens a ticket on refurbed, Ruth asks ClickBank for a refund,"
        self._tell.say("customer", f"{said} Lars writes on SellApp, Noor on Sellgate.")
        for account, market, ticket, channel in self._opened():
            self._at[account] = Agent(self._place, self._tell, market, ticket, channel)
            await self._at[account].arrived()
        self._at[CLICKBANK].must(
            not views.cards(self._place.slack, self._at[CLICKBANK].ticket),
            "a route sent the refund to #refunds, and only there",
        )

    def _opened(self) -> tuple[tuple[str, MarketSandbox, int | str, str], ...]:
        """Account, marketplace, ticket and channel of each customer."""
        market, others = self._place.refurbed, self._others
        marie = market.customer_opens(name="Marie Huber")
        ruth = others.clickbank.customer_opens(
            name="Ruth Okafor",
            email="ruth@example.com",
            type="REFUND",
            sku="guitar-course",
            text=REFUND,
        )
        lars = others.sellapp.customer_opens(email="lars@example.com", order_id=90_210)
        noor = others.sellgate.customer_opens(email="noor@example.com")
        return (
            (ACCOUNT, market, marie, CHANNEL),
            (CLICKBANK, others.clickbank, ruth, REFUNDS),
            (SELLAPP, others.sellapp, lars, CHANNEL),
            (SELLGATE, others.sellgate, noor, CHANNEL),
        )

    async def queue(self) -> None:
        self._tell.step(f"One queue: {SLASH} list open, and {SLASH} stats")
        anna = self._at[ACCOUNT]
        text = await anna.command("list open")
        for key in self._keys():
            if key not in text:
                raise Missed(f"{key} is not in the queue")
        self._tell.say("check", "all four are in one list")
        if SELLGATE not in await anna.command("stats"):
            raise Missed("Sellgate's own figures")


def _read(anna: Agent) -> str:
    """What Anna's open *Details* say, once they were read."""
    modals = anna.person.modals()
    shown = views.shown(modals[-1]) if modals else ""
    return "" if READING in shown else shown
