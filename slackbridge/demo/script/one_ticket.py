"""`slackbridge demo --script ticket`: one refurbed ticket from its first message to a follow-up."""

from __future__ import annotations

from functools import partial

from slackbridge.demo import views
from slackbridge.demo.script.agent import Agent
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.world import ACCOUNT, OPS, World
from slackbridge.sandbox.faults import Action, Fault, Phase

FIRST = (
    "<div>Hallo,<br><br>mein <b>iPhone 12</b> lädt seit gestern nicht mehr. Was ich versucht habe:"
    "<ul><li>anderes Kabel</li><li>anderes Netzteil</li></ul>Rechnung: "
    '<a href="https://example.com/rechnung/81">hier</a><br>LG Marie &lt;!channel&gt;</div>'
)
SECOND = "<p>Nachtrag: jetzt geht es gar nicht mehr an 😢</p>"


class OneTicket:
    """Anna has no ticket before `arrives`."""

    def __init__(self, place: World, transcript: Transcript) -> None:
        self._place = place
        self._slack = place.slack
        self._market = place.refurbed
        self._tell = transcript
        self._anna = Agent(place, transcript, place.refurbed, 0)

    async def play(self) -> None:
        await self.begins()
        await self.arrives()
        await self.updated()
        await self.answered()
        await self.noted()
        await self.undone()
        await self.edited()
        await self.failed()
        await self.solved()
        await self.closed()
        await self.looked_up()

    async def begins(self) -> None:
        self._tell.step("The bridge starts: recent tickets become threads, old ones a summary")
        probe = partial(views.saying, self._slack, OPS, "active tickets")
        row = await self._place.until("the summary of older tickets", probe, 30)
        self._tell.say("slack", f"#support-ops: {self._anna.seen(row)}")

    async def arrives(self) -> None:
        self._tell.step("A customer writes, and a thread appears")
        self._anna.ticket = self._market.customer_opens(
            name="Marie Huber", email="marie@example.com", html=FIRST, topic="battery", country="AT"
        )
        self._tell.say("customer", "Marie Huber opens a ticket on refurbed: her iPhone is dead.")
        await self._anna.arrived()
        shown = views.shown(self._anna.messages()[0])
        self._anna.must("<!channel>" in shown, "her <!channel> is shown and pings nobody")

    async def updated(self) -> None:
        self._tell.step("She writes again: the same thread")
        self._market.customer_writes(int(self._anna.ticket), SECOND)
        self._tell.say("customer", "Marie: Nachtrag: jetzt geht es gar nicht mehr an 😢")
        await self._anna.until("her second message", lambda: len(self._anna.messages()) == 2)
        self._anna.must(len(self._anna.cards()) == 1, "one card, two messages")

    async def answered(self) -> None:
        self._tell.step("Anna answers in the thread")
        text = "Liebe Marie, wir schicken Ihnen heute ein Rücksendeetikett."
        ts = await self._anna.says(text)
        await self._anna.told_receipt(ts, "intent:undo")
        await self._anna.until("the reply at refurbed", lambda: self._anna.replies() == [text])
        self._tell.say("marketplace", f"UpdateTicket: Marie receives: {self._anna.replies()[0]}")
        await self._anna.reaction(ts)
        self._sent(1, "sent once; the receipt shows ✅")

    async def noted(self) -> None:
        self._tell.step("A note stays inside")
        ts = await self._anna.says("// kommt mir bekannt vor, Charge 7?")
        await self._anna.reaction(ts, "lock")
        self._sent(1, "🔒 and nothing was sent")

    async def undone(self) -> None:
        self._tell.step("Undo: within the window nothing has left")
        text = "Das hätte ich nicht schreiben sollen."
        ts = await self._anna.says(text, f"{text} … and presses Undo")
        await self._anna.click(await self._anna.receipt(ts, "intent:undo"), "intent:undo")
        await self._anna.receipt(ts, "Not sent")
        self._sent(1, "nothing was sent")

    async def edited(self) -> None:
        self._tell.step("Edit: what is sent is the edited text")
        wrong, text = "Das Etiket kommt gleich.", "Das Etikett kommt gleich."
        ts = await self._anna.says(wrong, f"{wrong} … and corrects it: Etikett")
        await self._anna.person.edit(self._anna.channel, ts, text)
        await self._anna.until("the edited reply", lambda: len(self._anna.replies()) == 2)
        self._tell.say("marketplace", f"Marie receives: {self._anna.replies()[1]}")
        self._anna.must(self._anna.replies()[1] == text, "only the edited text")
        await self._anna.reaction(ts)

    async def failed(self) -> None:
        self._tell.step("refurbed refuses a reply: the thread says so, and Retry sends it")
        refusal = '{"code":3,"message":"attachment missing","details":[]}'
        self._market.faults.add(
            Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=400, body=refusal)
        )
        self._tell.say("fault", "the next UpdateTicket is refused (400)")
        ts = await self._anna.says("Bitte das Gerät vorher zurücksetzen.")
        row = await self._anna.told_receipt(ts, "intent:retry")
        self._sent(2, "certainly not sent")
        await self._anna.click(row, "intent:retry")
        await self._anna.until("the reply", lambda: len(self._anna.replies()) == 3)
        self._tell.say("marketplace", f"after Retry Marie receives: {self._anna.replies()[2]}")
        await self._anna.reaction(ts)

    async def solved(self) -> None:
        self._tell.step("A button solves the ticket")
        await self._anna.press("solve")
        self._tell.say("agent", "Anna presses Solve")
        await self._anna.shows("Solved by")
        status = str(self._market.ticket(int(self._anna.ticket)).status)
        self._tell.say("marketplace", f"the ticket is {status}")
        self._tell.say("slack", f"card: {self._anna.drawn()}")

    async def closed(self) -> None:
        self._tell.step("Closed for good: a reply is refused, a follow-up is offered")
        self._market.close(int(self._anna.ticket))
        self._tell.say("marketplace", "refurbed closes the ticket")
        ts = await self._anna.says("Ist alles gut angekommen?")
        row = await self._anna.told_receipt(ts, "intent:discard")
        await self._anna.click(row, "intent:discard")
        await self._anna.press("follow_up")
        question = "Ist mit dem neuen Akku alles in Ordnung?"
        await self._anna.submit(await self._anna.modal("follow_up"), text=question)
        self._tell.say("agent", f"Anna opens a follow-up: {question}")
        new = await self._place.until("the follow-up", self._follow_up)
        await self._place.until("its card", lambda: views.cards(self._slack, new))
        created = self._market.ledger.all("create")
        self._anna.must(len(created) == 1, f"ticket {new} follows, one thread")

    def _follow_up(self) -> int:
        return next((int(e.data["ticket_id"]) for e in self._market.ledger.all("create")), 0)

    async def looked_up(self) -> None:
        self._tell.step("Look-up: only the asker sees the answer")
        text = await self._anna.command(f"{ACCOUNT}:{self._anna.ticket}")
        self._anna.must("Marie Huber" in text, "found")

    def _sent(self, count: int, what: str) -> None:
        """Check how many replies the customer was sent so far."""
        self._anna.must(len(self._anna.replies()) == count, what)
