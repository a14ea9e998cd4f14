"""The steps of the demo: each does something at one side and waits for what the other shows."""

from __future__ import annotations

from typing import Any

from slackbridge.demo import views
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import ACCOUNT, CHANNEL, Missed, World
from slackbridge.sandbox.faults import Action, Fault, Phase

FIRST = (
    "<div>Hallo,<br><br>mein <b>iPhone 12</b> lädt seit gestern nicht mehr. Was ich versucht habe:"
    "<ul><li>anderes Kabel</li><li>anderes Netzteil</li></ul>Rechnung: "
    '<a href="https://example.com/rechnung/81">hier</a><br>LG Marie &lt;!channel&gt;</div>'
)
SECOND = "<p>Nachtrag: jetzt geht es gar nicht mehr an 😢</p>"


class Scenario:
    """One ticket's life. `ticket` is its id at the marketplace."""

    def __init__(self, place: World, transcript: Transcript) -> None:
        self._place = place
        self._slack = place.slack
        self._market = place.refurbed
        self._tell = transcript
        self._anna = place.slack.person("anna")
        self.ticket = 0

    # -- looking -------------------------------------------------------------------------------

    @property
    def root(self) -> str:
        return str(views.cards(self._slack, self.ticket)[0]["ts"])

    def replies(self) -> list[str]:
        """What the customer of our ticket was sent, by the marketplace's ledger."""
        entries = self._market.ledger.all("reply")
        return [
            str(e.data["text"]) for e in entries if int(e.data["ticket_id"]) == int(self.ticket)
        ]

    def seen(self, row: dict[str, Any]) -> str:
        """What a person reads in a message."""
        return views.as_seen(self._slack, row)

    def drawn(self) -> str:
        """What a person reads on the card."""
        return self.seen(views.cards(self._slack, self.ticket)[0])

    def card(self) -> str:
        found = views.cards(self._slack, self.ticket)
        return views.shown(found[0]) if found else ""

    async def receipt(self, intent: str, button: str) -> dict[str, Any]:
        """The receipt message once it has that button."""

        def found() -> dict[str, Any] | None:
            row = views.receipt(self._slack, self.ticket, intent)
            return row if row and button in views.buttons(row) else None

        return dict(await self._place.until(f"receipt with {button}", found))

    async def reaction(self, ts: str, name: str) -> None:
        await self._place.until(
            f"reaction :{name}:", lambda: name in views.reactions(self._slack, CHANNEL, ts)
        )

    def must(self, holds: bool, what: str) -> None:
        if not holds:
            raise Missed(what)
        self._tell.say("check", what)

    # -- steps ---------------------------------------------------------------------------------

    async def begins(self) -> None:
        self._tell.step("The bridge starts: recent tickets become threads, old ones a summary")
        await self._place.until(
            "the summary of older tickets",
            lambda: any("active tickets" in views.shown(r) for r in self._history("C0OPS")),
            30,
        )
        row = next(r for r in self._history("C0OPS") if "active tickets" in views.shown(r))
        self._tell.say("slack", f"#support-ops: {self.seen(row)}")

    def _history(self, channel: str) -> list[dict[str, Any]]:
        return self._slack.workspace.history(channel)

    async def arrives(self) -> None:
        self._tell.step("A customer writes, and a thread appears")
        self.ticket = self._market.customer_opens(
            name="Marie Huber", email="marie@example.com", html=FIRST, topic="battery", country="AT"
        )
        self._tell.say("customer", "Marie Huber opens a ticket on refurbed: her iPhone is dead.")
        await self._place.until("a card", lambda: views.cards(self._slack, self.ticket))
        row = (
            await self._place.until("her message", lambda: views.mirrored(self._slack, self.ticket))
        )[0]
        self._tell.say("slack", f"#support: {self.drawn()}")
        self._tell.say("slack", f"in its thread, {row.get('username')}: {self.seen(row)}")
        self.must("<!channel>" in views.shown(row), "her <!channel> is shown and pings nobody")

    async def updated(self) -> None:
        self._tell.step("She writes again: the same thread")
        self._market.customer_writes(self.ticket, SECOND)
        self._tell.say("customer", "Marie: Nachtrag: jetzt geht es gar nicht mehr an 😢")
        await self._place.until(
            "her second message", lambda: len(views.mirrored(self._slack, self.ticket)) == 2
        )
        self.must(len(views.cards(self._slack, self.ticket)) == 1, "one card, two messages")

    async def answered(self) -> None:
        self._tell.step("Anna answers in the thread")
        text = "Liebe Marie, wir schicken Ihnen heute ein Rücksendeetikett."
        ts = await self._anna.say(CHANNEL, text, self.root)
        self._tell.say("agent", f"Anna: {text}")
        row = await self.receipt(ts, "intent:undo")
        self._tell.say("slack", f"receipt: {self.seen(row)}")
        await self._place.until("the reply at refurbed", lambda: self.replies() == [text])
        self._tell.say("marketplace", f"UpdateTicket: Marie receives: {self.replies()[0]}")
        await self.reaction(ts, "white_check_mark")
        self.must(len(self.replies()) == 1, "sent once; the receipt shows ✅")

    async def noted(self) -> None:
        self._tell.step("A note stays inside")
        ts = await self._anna.say(CHANNEL, "// kommt mir bekannt vor, Charge 7?", self.root)
        self._tell.say("agent", "Anna: // kommt mir bekannt vor, Charge 7?")
        await self.reaction(ts, "lock")
        self.must(len(self.replies()) == 1, "🔒 and nothing was sent")

    async def undone(self) -> None:
        self._tell.step("Undo: within the window nothing has left")
        ts = await self._anna.say(CHANNEL, "Das hätte ich nicht schreiben sollen.", self.root)
        self._tell.say("agent", "Anna: Das hätte ich nicht schreiben sollen. … and presses Undo")
        row = await self.receipt(ts, "intent:undo")
        await self._anna.click(CHANNEL, row["ts"], "intent:undo")
        await self._place.until(
            "the receipt says so",
            lambda: "Not sent" in views.shown(views.receipt(self._slack, self.ticket, ts) or {}),
        )
        self.must(len(self.replies()) == 1, "nothing was sent")

    async def edited(self) -> None:
        self._tell.step("Edit: what is sent is the edited text")
        ts = await self._anna.say(CHANNEL, "Das Etiket kommt gleich.", self.root)
        await self._anna.edit(CHANNEL, ts, "Das Etikett kommt gleich.")
        self._tell.say("agent", "Anna: Das Etiket kommt gleich. … and corrects it: Etikett")
        await self._place.until("the edited reply", lambda: len(self.replies()) == 2)
        self._tell.say("marketplace", f"Marie receives: {self.replies()[1]}")
        self.must(self.replies()[1] == "Das Etikett kommt gleich.", "only the edited text")
        await self.reaction(ts, "white_check_mark")

    async def failed(self) -> None:
        self._tell.step("refurbed refuses a reply: the thread says so, and Retry sends it")
        self._market.faults.add(
            Fault(
                "UpdateTicket",
                Phase.COMMIT,
                Action.STATUS,
                status=400,
                body='{"code":3,"message":"attachment missing","details":[]}',
            )
        )
        self._tell.say("fault", "the next UpdateTicket is refused (400)")
        ts = await self._anna.say(CHANNEL, "Bitte das Gerät vorher zurücksetzen.", self.root)
        self._tell.say("agent", "Anna: Bitte das Gerät vorher zurücksetzen.")
        row = await self.receipt(ts, "intent:retry")
        self._tell.say("slack", f"receipt: {self.seen(row)}")
        self.must(len(self.replies()) == 2, "certainly not sent")
        await self._anna.click(CHANNEL, row["ts"], "intent:retry")
        await self._place.until("the reply", lambda: len(self.replies()) == 3)
        self._tell.say("marketplace", f"after Retry Marie receives: {self.replies()[2]}")
        await self.reaction(ts, "white_check_mark")

    async def solved(self) -> None:
        self._tell.step("A button solves the ticket")
        await self._anna.click(CHANNEL, self.root, "ticket:solve")
        self._tell.say("agent", "Anna presses Solve")
        await self._place.until("the card shows it", lambda: "Solved by" in self.card())
        status = str(self._market.ticket(self.ticket).status)
        self._tell.say("marketplace", f"the ticket is {status}")
        self._tell.say("slack", f"card: {self.drawn()}")

    async def closed(self) -> None:
        self._tell.step("Closed for good: a reply is refused, a follow-up is offered")
        self._market.close(self.ticket)
        self._tell.say("marketplace", "refurbed closes the ticket")
        ts = await self._anna.say(CHANNEL, "Ist alles gut angekommen?", self.root)
        row = await self.receipt(ts, "intent:discard")
        self._tell.say("slack", f"receipt: {self.seen(row)}")
        await self._anna.click(CHANNEL, row["ts"], "intent:discard")
        await self._place.until(
            "the card offers it",
            lambda: "ticket:follow_up" in views.buttons(views.cards(self._slack, self.ticket)[0]),
        )
        await self._anna.click(CHANNEL, self.root, "ticket:follow_up")
        modal = await self._place.until("the modal", self._anna.modals)
        question = "Ist mit dem neuen Akku alles in Ordnung?"
        await self._anna.submit(modal[-1]["id"], {"text": {"text": question}})
        self._tell.say("agent", f"Anna opens a follow-up: {question}")
        new = await self._place.until("the follow-up", self._follow_up)
        await self._place.until("its card", lambda: views.cards(self._slack, new))
        self.must(len(self._market.ledger.all("create")) == 1, f"ticket {new} follows, one thread")

    def _follow_up(self) -> int:
        return next((int(e.data["ticket_id"]) for e in self._market.ledger.all("create")), 0)

    async def looked_up(self) -> None:
        self._tell.step("Look-up: only the asker sees the answer")
        key = f"{ACCOUNT}:{self.ticket}"
        answer = await self._anna.command("/ticket", key, channel=CHANNEL)
        text = self.seen(answer) if isinstance(answer, dict) else str(answer)
        self._tell.say("agent", f"Anna: /ticket {key}")
        self._tell.say("slack", f"only to Anna: {text}")
        self.must("Marie Huber" in text, "found")
