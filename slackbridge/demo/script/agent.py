"""An agent, Anna, at one ticket's thread: writes, presses buttons, fills in forms, checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slackbridge.config.sections import SLASH
from slackbridge.demo import views
from slackbridge.demo.markets import MarketSandbox
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.slack.people import Person

MENU = "ticket:more"
LATER = "one moment"
SENT = "white_check_mark"
Json = dict[str, Any]


class Agent:
    """`ticket` is its id at `market`. Every wait raises Missed on timeout."""

    def __init__(
        self,
        place: World,
        tell: Transcript,
        market: MarketSandbox,
        ticket: int | str,
        channel: str = CHANNEL,
    ) -> None:
        self._place = place
        self._slack = place.slack
        self._market = market
        self.channel = channel
        self.tell = tell
        self.person = place.slack.person("anna")
        self.ticket = ticket

    # -- the thread ----------------------------------------------------------------------------

    async def arrived(self) -> None:
        """Wait for the card and the first message, and tell what they say."""
        await self.until("a card", self.cards)
        row = (await self.until("the message", self.messages))[0]
        name = self._slack.workspace.channels[self.channel].name
        self.tell.say("slack", f"#{name}: {self.drawn()}")
        self.tell_message(row)

    def tell_message(self, row: Mapping[str, Any]) -> None:
        self.tell.say("slack", f"in its thread, {row.get('username')}: {self.seen(row)}")

    def messages(self) -> list[Json]:
        """The marketplace's messages in the thread."""
        return views.mirrored(self._slack, self.ticket, self.channel)

    def saying(self, words: str) -> Json | None:
        """The message that contains these words."""
        return next((row for row in self.messages() if words in views.shown(row)), None)

    def cards(self) -> list[Json]:
        return views.cards(self._slack, self.ticket, self.channel)

    def card(self) -> Json:
        return self.cards()[0]

    def drawn(self) -> str:
        """The card's text."""
        return self.seen(self.card())

    def buttons(self) -> list[str]:
        """The action ids of the card's buttons."""
        return views.buttons(self.card())

    def seen(self, row: Mapping[str, Any]) -> str:
        return views.as_seen(self._slack, dict(row))

    async def shows(self, words: str) -> None:
        """Wait until the card says that, in any case."""
        await self.until(
            f"the card with {words!r}",
            lambda: words.casefold() in views.shown(self.card()).casefold(),
        )

    async def until(self, what: str, probe: Callable[[], Any]) -> Any:
        return await self._place.until(f"{what} of ticket {self.ticket}", probe)

    def must(self, holds: bool, what: str) -> None:
        """Tell a check that holds; raise Missed for one that does not."""
        if not holds:
            raise Missed(what)
        self.tell.say("check", what)

    # -- the marketplace -----------------------------------------------------------------------

    def acts(self, act: str) -> list[Json]:
        """The marketplace's ledger entries of that act on this ticket, oldest first."""
        entries = self._market.ledger.all(act)
        return [entry.data for entry in entries if entry.data["ticket_id"] == self.ticket]

    def replies(self) -> list[str]:
        """The replies that the customer was sent."""
        return [str(data["text"]) for data in self.acts("reply")]

    async def customer_writes(self, name: str, text: str) -> None:
        """The customer adds a message; wait until the thread shows it."""
        self._market.customer_writes(self.ticket, text)
        self.tell.say("customer", f"{name}: {text}")
        await self.until("the message", lambda: self.saying(text))

    # -- writing -------------------------------------------------------------------------------

    async def says(self, text: str, told: str = "") -> str:
        """Write in the thread; `told` stands for the text in the transcript. Returns the ts."""
        self.tell.say("agent", f"Anna: {told or text}")
        return await self.person.say(self.channel, text, self.card()["ts"])

    async def reaction(self, ts: str, name: str = SENT) -> None:
        """Wait for a reaction on the agent's message."""
        await self.until(
            f"reaction :{name}:", lambda: name in views.reactions(self._slack, self.channel, ts)
        )

    async def answers(self, text: str) -> None:
        """Reply, and check that the marketplace has it exactly once."""
        before = len(self.replies())
        ts = await self.says(text)
        await self.until("the reply", lambda: len(self.replies()) > before)
        self.tell.say("marketplace", f"the customer receives: {self.replies()[-1]}")
        await self.reaction(ts)
        self.must(
            self.replies()[before:] == [text], "sent once, word for word; the thread shows ✅"
        )

    async def receipt(self, intent: str, mark: str) -> Json:
        """Wait for an intent's receipt with `mark`: words of its text, or a button's action id."""
        row: Json = await self.until(
            f"a receipt with {mark!r}", partial(self.question, intent, mark)
        )
        return row

    def question(self, intent: str, mark: str) -> Json | None:
        """An intent's receipt, if it has `mark` now."""
        row = views.receipt(self._slack, self.ticket, intent, self.channel)
        return row if row and (mark in views.shown(row) or mark in views.buttons(row)) else None

    async def told_receipt(self, intent: str, mark: str) -> Json:
        """The same, told in the transcript."""
        row = await self.receipt(intent, mark)
        self.tell.say("slack", f"receipt: {self.seen(row)}")
        return row

    async def click(self, row: Mapping[str, Any], action: str) -> None:
        await self.person.click(self.channel, str(row["ts"]), action)

    # -- buttons and forms ---------------------------------------------------------------------

    async def press(self, name: str, who: Person | None = None) -> None:
        """Use the card's button or menu entry of that name, once it is offered."""
        action = f"ticket:{name}"
        await self.until(f"the button {name}", lambda: self.offers(name))
        menu = action not in self.buttons()
        await (who or self.person).click(
            self.channel,
            self.card()["ts"],
            MENU if menu else action,
            selected_option=name if menu else None,
        )

    async def changes_status(self, button: str, done: Callable[[], bool], shown: str) -> None:
        """Press a button; wait for `done` at the marketplace and for the card to say `shown`."""
        self.tell.say("agent", f"Anna presses {button}")
        await self.press(button.lower())
        await self.until(shown, done)
        await self.shows(shown)

    def offers(self, name: str) -> bool:
        """Whether the card has that button, or that entry in its menu."""
        return f"ticket:{name}" in self.buttons() or name in _menu(self.card())

    async def form(self, name: str) -> Json:
        """Press a button that opens a form."""
        await self.press(name)
        return await self.modal("action")

    async def modal(self, callback: str) -> Json:
        """Wait for the form with that callback id."""

        def shown() -> Json | None:
            return next((v for v in self.person.modals() if v["callback_id"] == callback), None)

        found: Json = await self.until(f"the form {callback}", shown)
        return found

    async def submit(self, view: Mapping[str, Any], **values: str) -> Json | None:
        """Submit a form with values by field; returns Slack's response to it."""
        entered = {name: {name: value} for name, value in values.items()}
        return await self.person.submit(str(view["id"]), entered)

    async def command(self, words: str) -> str:
        """Use the slash command; returns the answer that only Anna sees."""
        self.tell.say("agent", f"Anna: {SLASH} {words}")
        before = len(self.person.ephemerals(CHANNEL))
        answer = await self.person.command(SLASH, words, channel=CHANNEL)
        if LATER in str(answer):  # a marketplace took more than two seconds
            follows = partial(self._follows, before)
            answer = await self.until("the rest of the answer", follows)
        text = self.seen(answer) if isinstance(answer, dict) else str(answer)
        self.tell.say("slack", f"only to Anna: {text}")
        return text

    def _follows(self, before: int) -> Json | None:
        """The answer that came through `response_url`, after so many ephemeral messages."""
        rows = self.person.ephemerals(CHANNEL)[before:]
        return next((row for row in rows if LATER not in str(row)), None)


def _menu(card: Mapping[str, Any]) -> list[str]:
    return [
        str(option["value"])
        for block in card.get("blocks", ())
        for element in block.get("elements", ())
        if element.get("action_id") == MENU
        for option in element["options"]
    ]
