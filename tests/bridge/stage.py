"""Shorthand for what tests ask of a world with a running bridge."""

from __future__ import annotations

import asyncio
from typing import Any

from slackbridge.app import Bridge
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.model import TicketKey


class Stage:
    """Shorthand for what tests ask of a world."""

    def __init__(self, place: World) -> None:
        self.place = place
        self.slack = place.slack
        self.market = place.refurbed
        self.anna = place.slack.person("anna")
        self.ben = place.slack.person("ben")
        self.until = place.until

    async def opened(self, html: str = "<p>Hello</p>", **more: Any) -> int:
        """A customer opens a ticket; its id, once its thread shows the message."""
        ticket = self.market.customer_opens(html=html, **more)
        await self.until("its first message", lambda: self.mirrored(ticket))
        return ticket

    def root(self, ticket: int) -> str:
        return str(views.cards(self.slack, ticket)[0]["ts"])

    def mirrored(self, ticket: int) -> list[dict[str, Any]]:
        return views.mirrored(self.slack, ticket)

    def card(self, ticket: int) -> str:
        return views.shown(views.cards(self.slack, ticket)[0])

    async def say(self, ticket: int, text: str, **more: Any) -> str:
        """Anna writes in the ticket's thread."""
        return await self.anna.say(CHANNEL, text, self.root(ticket), **more)

    def replies(self, ticket: int) -> list[str]:
        """What the customer got, by the marketplace's ledger."""
        return [
            str(e.data["text"])
            for e in self.market.ledger.all("reply")
            if int(e.data["ticket_id"]) == ticket and e.data["scope"] == "PUBLIC"
        ]

    async def replied(self, ticket: int, *texts: str) -> None:
        await self.until(f"replies {texts}", lambda: self.replies(ticket) == list(texts))

    async def reaction(self, ts: str, name: str) -> None:
        await self.until(f":{name}:", lambda: name in views.reactions(self.slack, CHANNEL, ts))

    async def receipt(self, ticket: int, intent: str, words: str) -> dict[str, Any]:
        """The receipt of an intent once it says so."""

        def found() -> dict[str, Any] | None:
            row = views.receipt(self.slack, ticket, intent)
            return row if row and words in views.shown(row) else None

        return dict(await self.until(f"a receipt with {words!r}", found))

    async def press(self, ticket: int, intent: str, button: str, words: str = "") -> None:
        """Press a button of a receipt once it is there."""

        def found() -> dict[str, Any] | None:
            row = views.receipt(self.slack, ticket, intent)
            return row if row and f"intent:{button}" in views.buttons(row) else None

        row = await self.until(f"button {button}", found)
        await self.anna.click(CHANNEL, row["ts"], f"intent:{button}")

    async def read_again(self, bridge: Bridge, key: TicketKey) -> None:
        """Have a thread read as after a gap; returns once it was."""
        await bridge.desk.look_again(key)

        async def read() -> bool:
            return not (await bridge.store.load(key)).stored.missed_at

        await self.until("the reading", read)

    async def quiet(self, seconds: float = 0.8) -> None:
        """Wait for effects that should not happen."""
        await asyncio.sleep(seconds)

    def balanced(self, ticket: int) -> None:
        """Every message of the ticket stands in Slack exactly once, in order."""
        assert len(views.cards(self.slack, ticket)) == 1
        effects = [views.effect_of(row) for row in views.thread(self.slack, ticket)]
        ours = [effect for effect in effects if effect]
        assert len(ours) == len(set(ours)), "posted twice"
        shown = [int(e.split(":")[1]) for e in ours if e.startswith("m:")]
        assert list(dict.fromkeys(shown)) == sorted(set(shown)), "out of order"
        sent = {int(e.data["message_id"]) for e in self.market.ledger.all("reply")}
        missing = {int(m.id) for m in self.market.messages(ticket)} - set(shown) - sent
        assert not missing, "lost"
