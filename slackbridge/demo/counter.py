"""Anna at one ticket's thread: she writes, presses, fills forms in, and sees what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import CHANNEL, Missed, World
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.slack.people import Person

MENU = "ticket:more"
Json = dict[str, Any]


class Counter:
    """One ticket as an agent has it. Every wait that is in vain raises Missed."""

    def __init__(
        self, place: World, tell: Transcript, ticket: int | str, channel: str = CHANNEL
    ) -> None:
        self._place = place
        self._tell = tell
        self._slack = place.slack
        self._anna = place.slack.person("anna")
        self._channel = channel
        self.ticket = ticket

    # -- seeing --------------------------------------------------------------------------------

    async def arrived(self) -> None:
        """Wait for the card and the first message, and tell what they say."""
        await self.until("a card", self._cards)
        row = (await self.until("the message", self.messages))[0]
        name = self._slack.workspace.channels[self._channel].name
        self._tell.say("slack", f"#{name}: {self.drawn()}")
        self._tell.say("slack", f"in its thread, {row.get('username')}: {self.seen(row)}")

    def messages(self) -> list[Json]:
        """What the marketplace's people wrote, as the thread shows it."""
        return views.mirrored(self._slack, self.ticket, self._channel)

    def saying(self, words: str) -> Json | None:
        """The message of the thread that holds these words."""
        return next((row for row in self.messages() if words in views.shown(row)), None)

    def card(self) -> Json:
        return self._cards()[0]

    def drawn(self) -> str:
        """What a person reads on the card."""
        return self.seen(self.card())

    def buttons(self) -> list[str]:
        """The action ids of the card's buttons."""
        return views.buttons(self.card())

    def seen(self, row: Mapping[str, Any]) -> str:
        return views.as_seen(self._slack, dict(row))

    def _cards(self) -> list[Json]:
        return views.cards(self._slack, self.ticket, self._channel)

    async def until(self, what: str, probe: Callable[[], Any]) -> Any:
        return await self._place.until(f"{what} of ticket {self.ticket}", probe)

    def must(self, holds: bool, what: str) -> None:
        """A check: told if it holds. Raises Missed."""
        if not holds:
            raise Missed(what)
        self._tell.say("check", what)

    def acts(self, ledger: Ledger, act: str) -> list[Json]:
        """What the marketplace committed on this ticket under that name, oldest first."""
        return [e.data for e in ledger.all(act) if e.data["ticket_id"] == self.ticket]

    # -- writing -------------------------------------------------------------------------------

    async def says(self, text: str, short: str = "") -> str:
        """Anna writes in the thread; the message's ts."""
        self._tell.say("agent", f"Anna: {short or text}")
        return await self._anna.say(self._channel, text, self.card()["ts"])

    async def sent(self, ts: str) -> None:
        """Her message got its ✅."""
        await self.until(
            "✅",
            lambda: "white_check_mark" in views.reactions(self._slack, self._channel, ts),
        )

    async def answers(self, text: str, replies: Callable[[], list[str]]) -> None:
        """Anna replies, and the marketplace has it exactly once."""
        before = len(replies())
        ts = await self.says(text)
        await self.until("the reply", lambda: len(replies()) > before)
        self._tell.say("marketplace", f"the customer receives: {replies()[-1]}")
        await self.sent(ts)
        self.must(replies()[before:] == [text], "sent once, word for word; the thread shows ✅")

    async def receipt(self, intent: str, words: str) -> Json:
        """The receipt of an intent once it says that; it is told."""

        def found() -> Json | None:
            row = views.receipt(self._slack, self.ticket, intent, self._channel)
            return row if row and words in views.shown(row) else None

        row: Json = await self.until(f"a receipt with {words!r}", found)
        self._tell.say("slack", f"receipt: {self.seen(row)}")
        return row

    async def settles(self, row: Mapping[str, Any], button: str) -> None:
        """Anna presses a button of a receipt."""
        await self._anna.click(self._channel, str(row["ts"]), button)

    # -- buttons and forms ---------------------------------------------------------------------

    async def press(self, name: str, who: Person | None = None) -> None:
        """Somebody uses the card's button or menu entry of that name, once it is offered."""
        action = f"ticket:{name}"
        await self.until(f"the button {name}", lambda: self._offers(name))
        menu = action not in self.buttons()
        await (who or self._anna).click(
            self._channel,
            self.card()["ts"],
            MENU if menu else action,
            selected_option=name if menu else None,
        )

    def _offers(self, name: str) -> bool:
        return f"ticket:{name}" in self.buttons() or name in _menu(self.card())

    async def form(self, name: str) -> Json:
        """Anna presses, and a form opens."""
        await self.press(name)
        return await self.modal("action")

    async def modal(self, callback: str) -> Json:
        """The form that is open once it is this one."""

        def shown() -> Json | None:
            return next((v for v in self._anna.modals() if v["callback_id"] == callback), None)

        found: Json = await self.until(f"the form {callback}", shown)
        return found

    async def submit(self, view: Mapping[str, Any], **values: str) -> Json | None:
        """Anna fills a form in, by field, and submits it; what the form answers."""
        entered = {name: {name: value} for name, value in values.items()}
        return await self._anna.submit(str(view["id"]), entered)

    async def shows(self, words: str) -> None:
        """The card comes to say that."""
        await self.until(
            f"the card with {words!r}",
            lambda: words.casefold() in views.shown(self.card()).casefold(),
        )

    def told(self) -> list[str]:
        """What only Ben was told in this channel."""
        ben = self._slack.person("ben")
        return [self.seen(row) for row in ben.ephemerals(self._channel)]


def _menu(card: Mapping[str, Any]) -> list[str]:
    return [
        str(option["value"])
        for block in card.get("blocks", ())
        for element in block.get("elements", ())
        if element.get("action_id") == MENU
        for option in element["options"]
    ]
