"""`slackbridge demo --script marketplaces`: four marketplaces side by side, one queue."""

from __future__ import annotations

from functools import partial
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.markets import CLICKBANK, REFUNDS, SELLAPP, SELLGATE, MarketSandbox, Others
from slackbridge.demo.script import clickbank, refurbed, sellapp, sellgate
from slackbridge.demo.script.agent import Agent
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import ACCOUNT, CHANNEL, World

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
        for step in (
            self.begins,
            self.arrive,
            self.queue,
            self.clickbank_answers,
            self.clickbank_refunds,
            self.clickbank_ends,
            self.sellapp_webhook,
            self.sellapp_ends,
            self.sellgate,
            self.refurbed_label,
            self.refurbed_help,
        ):
            await step()

    async def begins(self) -> None:
        self._tell.step("The bridge starts: one process, four marketplaces")
        for account in ACCOUNTS:
            probe = partial(self._summary, account)
            row = await self._place.until(f"the summary of {account}", probe, 30)
            first = views.as_seen(self._place.slack, row).splitlines()[0]
            self._tell.say("slack", f"#support-ops: {first}")

    def _summary(self, account: str) -> dict[str, Any] | None:
        rows = self._place.slack.workspace.history("C0OPS")
        words = f"*{account}* is connected"
        return next((row for row in rows if words in views.shown(row)), None)

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
        self._tell.step("One queue: /ticket list open, and /ticket stats")
        anna = self._at[ACCOUNT]
        text = await anna.command("list open")
        for account in ACCOUNTS:
            key = f"{account}:{self._at[account].ticket}"
            if key not in text:
                raise Missed(f"{key} is not in the queue")
        self._tell.say("check", "all four are in one list")
        if SELLGATE not in await anna.command("stats"):
            raise Missed("Sellgate's own figures")

    async def clickbank_answers(self) -> None:
        self._tell.step("ClickBank: a reply, and one that does not fit")
        await clickbank.answers(self._at[CLICKBANK])

    async def clickbank_refunds(self) -> None:
        self._tell.step("ClickBank: a partial refund, asked twice, done once")
        ben = self._place.slack.person("ben")
        await clickbank.refunds(self._at[CLICKBANK], self._others.clickbank, ben)

    async def clickbank_ends(self) -> None:
        self._tell.step("ClickBank: closing says what it withdraws; reopening needs a comment")
        await clickbank.closes_and_reopens(self._at[CLICKBANK], self._others.clickbank)

    async def sellapp_webhook(self) -> None:
        self._tell.step("SellApp: a webhook brings a message at once")
        await sellapp.receives_webhook(self._at[SELLAPP], self._others.sellapp)

    async def sellapp_ends(self) -> None:
        self._tell.step("SellApp: reply, close, reopen, archive")
        await sellapp.answers_and_closes(self._at[SELLAPP], self._others.sellapp)

    async def sellgate(self) -> None:
        self._tell.step("Sellgate: message, reply, close, reopen")
        await sellgate.answers_and_closes(self._at[SELLGATE], self._others.sellgate)

    async def refurbed_label(self) -> None:
        self._tell.step("refurbed: a return label")
        await refurbed.creates_label(self._at[ACCOUNT])

    async def refurbed_help(self) -> None:
        self._tell.step("refurbed: a help request, as a conversation beside the customer's")
        await refurbed.asks_for_help(self._at[ACCOUNT], self._place.refurbed)
