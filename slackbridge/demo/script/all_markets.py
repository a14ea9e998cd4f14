"""`slackbridge demo --script marketplaces`: four marketplaces side by side, one queue."""

from __future__ import annotations

from functools import partial

from slackbridge.config.sections import SLASH
from slackbridge.demo import views
from slackbridge.demo.markets import CLICKBANK, REFUNDS, SELLAPP, SELLGATE, MarketSandbox, Others
from slackbridge.demo.script import clickbank, refurbed, sellapp, sellgate
from slackbridge.demo.script.agent import Agent
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import ACCOUNT, CHANNEL, OPS, World

ACCOUNTS = (ACCOUNT, CLICKBANK, SELLAPP, SELLGATE)
REFUND = (
    "Hello, I signed up for the guitar course by mistake & only watched two lessons. "
    "Could I have some of my money back?"
)


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
        step("SellApp: reply, close, reopen, archive")
        await sellapp.answers_and_closes(lars, others.sellapp)
        step("Sellgate: message, reply, close, reopen")
        await sellgate.answers_and_closes(noor, others.sellgate)
        step("refurbed: a return label")
        await refurbed.creates_label(marie)
        step("refurbed: a help request, as a conversation beside the customer's")
        await refurbed.asks_for_help(marie, self._place.refurbed)

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
        for account in ACCOUNTS:
            key = f"{account}:{self._at[account].ticket}"
            if key not in text:
                raise Missed(f"{key} is not in the queue")
        self._tell.say("check", "all four are in one list")
        if SELLGATE not in await anna.command("stats"):
            raise Missed("Sellgate's own figures")
