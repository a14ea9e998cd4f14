"""`slackbridge demo --script marketplaces`: four marketplaces side by side, one queue."""

from __future__ import annotations

from functools import partial
from typing import Any

from slackbridge.demo import clickbank_life, refurbed_life, sellapp_life, sellgate_life, views
from slackbridge.demo.counter import Counter
from slackbridge.demo.markets import CLICKBANK, REFUNDS, SELLAPP, SELLGATE, Others
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import ACCOUNT, CHANNEL, Missed, World

ACCOUNTS = (ACCOUNT, CLICKBANK, SELLAPP, SELLGATE)
REFUND = (
    "Hello, I signed up for the guitar course by mistake & only watched two lessons. "
    "Could I have some of my money back?"
)


class Tour:
    """A ticket of each marketplace, from its first message to its last."""

    def __init__(self, place: World, transcript: Transcript) -> None:
        if place.others is None:
            raise ValueError("this scenario needs a world with all marketplaces")
        self._place = place
        self._tell = transcript
        self._others: Others = place.others
        self._anna = place.slack.person("anna")
        self._at: dict[str, Counter] = {}

    async def begins(self) -> None:
        self._tell.step("The bridge starts: one process, four marketplaces")
        for account in ACCOUNTS:
            probe = partial(self._summary, account)
            row = await self._place.until(f"the summary of {account}", probe, 30)
            self._tell.say(
                "slack", f"#support-ops: {views.as_seen(self._place.slack, row).splitlines()[0]}"
            )

    def _summary(self, account: str) -> dict[str, Any] | None:
        rows = self._place.slack.workspace.history("C0OPS")
        words = f"*{account}* is connected"
        return next((row for row in rows if words in views.shown(row)), None)

    async def arrive(self) -> None:
        self._tell.step("Four customers write, and every ticket becomes a thread")
        others = self._others
        said = "Marie opens a ticket on refurbed, Ruth asks ClickBank for a refund,"
        self._tell.say("customer", f"{said} Lars writes on SellApp, Noor on Sellgate.")
        opened: tuple[tuple[str, int | str, str], ...] = (
            (ACCOUNT, self._place.refurbed.customer_opens(name="Marie Huber"), CHANNEL),
            (CLICKBANK, self._refund_asked(), REFUNDS),
            (
                SELLAPP,
                others.sellapp.customer_opens(email="lars@example.com", order_id=90_210),
                CHANNEL,
            ),
            (SELLGATE, others.sellgate.customer_opens(email="noor@example.com"), CHANNEL),
        )
        for account, ticket, channel in opened:
            self._at[account] = Counter(self._place, self._tell, ticket, channel)
            await self._at[account].arrived()
        self._at[CLICKBANK].must(
            not views.cards(self._place.slack, self._at[CLICKBANK].ticket),
            "a route sent the refund to #refunds, and only there",
        )

    def _refund_asked(self) -> int:
        return self._others.clickbank.customer_opens(
            name="Ruth Okafor",
            email="ruth@example.com",
            type="REFUND",
            sku="guitar-course",
            text=REFUND,
        )

    async def queue(self) -> None:
        self._tell.step("One queue: /ticket list open, and /ticket stats")
        text = await self._command("list open")
        for account in ACCOUNTS:
            key = f"{account}:{self._at[account].ticket}"
            if key not in text:
                raise Missed(f"{key} is not in the queue")
        self._tell.say("check", "all four are in one list")
        if SELLGATE not in await self._command("stats"):
            raise Missed("Sellgate's own figures")

    async def _command(self, words: str) -> str:
        self._tell.say("agent", f"Anna: /ticket {words}")
        answer = await self._anna.command("/ticket", words, channel=CHANNEL)
        text = views.as_seen(self._place.slack, answer) if isinstance(answer, dict) else str(answer)
        self._tell.say("slack", f"only to Anna: {text}")
        return text

    async def clickbank_answers(self) -> None:
        self._tell.step("ClickBank: a reply, and one that does not fit")
        await clickbank_life.answered(self._at[CLICKBANK], self._others.clickbank)

    async def clickbank_refunds(self) -> None:
        self._tell.step("ClickBank: a partial refund, asked twice, done once")
        ben = self._place.slack.person("ben")
        await clickbank_life.refunded(self._at[CLICKBANK], self._others.clickbank, ben, self._tell)

    async def clickbank_ends(self) -> None:
        self._tell.step("ClickBank: closing says what it withdraws; reopening needs a comment")
        await clickbank_life.closed(self._at[CLICKBANK], self._others.clickbank, self._tell)

    async def sellapp_hook(self) -> None:
        self._tell.step("SellApp: a webhook brings a message at once")
        await sellapp_life.hooked(self._at[SELLAPP], self._others.sellapp, self._tell)

    async def sellapp_ends(self) -> None:
        self._tell.step("SellApp: reply, close, reopen, archive")
        await sellapp_life.lived(self._at[SELLAPP], self._others.sellapp, self._tell)

    async def sellgate(self) -> None:
        self._tell.step("Sellgate: message, reply, close, reopen")
        await sellgate_life.lived(self._at[SELLGATE], self._others.sellgate, self._tell)

    async def refurbed_label(self) -> None:
        self._tell.step("refurbed: a return label")
        await refurbed_life.labelled(self._at[ACCOUNT], self._place.refurbed, self._tell)

    async def refurbed_help(self) -> None:
        self._tell.step("refurbed: a help request, as a conversation beside the customer's")
        await refurbed_life.helped(self._at[ACCOUNT], self._place.refurbed, self._tell)
