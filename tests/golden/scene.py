"""A small real run: every kind of thing that an agent may ask for, in every state it may be in.

In the end calls hang, so that what is only stored meanwhile can be seen too. Nothing goes out by
itself: the undo window is long, and *Send now* is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from redis import Redis

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, QUICK, Table, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.golden.forms import Names
from tests.golden.people import People, shut

LONG_SECONDS = 300.0
AWAY_SECONDS = 400.0
OPS = "C0OPS"
SLOW: Table = {
    **QUICK,
    "replies": {"undo_seconds": 600},
    "start": {"recent_hours": 0},
    "timing": {
        **QUICK["timing"],
        "lease_seconds": LONG_SECONDS + 1,
        "call_timeout_seconds": LONG_SECONDS,
    },
    "account": {**QUICK["account"], "timeout_seconds": LONG_SECONDS},
}
"""Settings under which a call hangs until the end."""
LONG_HTML = "".join(f"<p>Complaint number {n}, in rather more words.</p>" for n in range(90))
ANNA = "anna@sandbox.example"
CREATE = {"order_item": "999", "topic": "battery", "message": "Is all well?"}


def tail(operation: str) -> Fault:
    """The call is committed, and its answer never comes."""
    return Fault(operation, Phase.ANSWER, Action.DELAY, seconds=LONG_SECONDS)


class Scene:
    """Plays in a world whose bridge runs. `names` are of the tickets and their messages."""

    def __init__(self, place: World, redis: Redis) -> None:
        self.place = place
        self.stage = People(place, redis)
        self.fields, self.intent = self.stage.fields, self.stage.intent
        self.names = Names()
        self._redis = redis
        self.before_deleting: Callable[[], object] = lambda: None

    # -- steps ---------------------------------------------------------------------------------

    async def ticket(self, name: str, html: str = "<p>Hello</p>") -> int:
        """A customer opens a ticket; it stands in Slack."""
        made = await self.stage.opened(html=html)
        self.names.call(made, name)
        return made

    def name_messages(self, ticket: int) -> None:
        """By their places; ids of messages are unique at the marketplace."""
        for number, message in enumerate(self.place.refurbed.messages(ticket), 1):
            self.names.call(message.id, f"message {number}")

    async def say(self, ticket: int, name: str, text: str, *files: str) -> str:
        """Anna writes in the thread; the name is of what becomes of it. Its ts."""
        ts = await self.stage.say(ticket, text, files=files)
        self.names.call(ts, name)
        return ts

    async def sent_now(self, ticket: int, name: str, text: str) -> str:
        """Anna writes a reply and presses *Send now*; its ts, without waiting for the outcome."""
        ts = await self.say(ticket, name, text)
        await self.stage.press(ticket, ts, "send_now")
        return ts

    async def modal(self, ticket: int, button: str, entered: dict[str, str]) -> str:
        """Anna opens a form of the card and submits it; the id of its intent."""
        await self.until(button, lambda: button in self.offers(ticket))
        await self.stage.choose(self.card(ticket), button, self.stage.anna.modals)
        view = str(self.stage.anna.modals()[-1]["id"])
        await self.stage.submit(view, entered)
        self.names.call(view, f"form of {button} {entered.get('how', '')}".rstrip())
        return f"v:{view}"

    async def status(self, ticket: int, button: str) -> None:
        """Anna presses a status button of the card, or chooses it from its menu."""
        await self.until(button, lambda: button in self.offers(ticket))
        before = set(self.stage.intents(ticket))
        await self.stage.choose(
            self.card(ticket), button, lambda: set(self.stage.intents(ticket)) > before
        )

    # -- what shows ----------------------------------------------------------------------------

    async def until(self, what: str, probe: Any) -> Any:
        return await self.stage.until(what, probe)

    def card(self, ticket: int) -> dict[str, Any]:
        return dict(views.cards(self.place.slack, ticket)[0])

    def offers(self, ticket: int) -> set[str]:
        """The names of a card's buttons and of what is in its menu."""
        found: set[str] = set()
        for block in self.card(ticket)["blocks"]:
            for element in block.get("elements", ()):
                found |= {str(option["value"]) for option in element.get("options", ())}
                found.add(str(element.get("action_id", "")).removeprefix("ticket:"))
        return found

    def notices(self) -> list[dict[str, Any]]:
        rows = self.place.slack.workspace.history(OPS)
        return [row for row in rows if views.effect_of(row).startswith("w:")]

    def unhurried(self) -> None:
        """The bridge spaces its calls as Slack wants it; what it has saved up is given back."""
        self.before_deleting()
        for name in self._redis.scan_iter(match="sb:pace:*"):
            self._redis.delete(name)


async def begun(place: World, redis: Redis) -> Scene:
    """A world with two tickets too old for a first start; the bridge says so."""
    scene = Scene(place, redis)
    place.refurbed.update_sets_pending = False  # as when it was recorded: a note changes no status
    place.refurbed.add_agent(ANNA, "Anna Auer")
    for name in ("asleep", "asleep too"):
        scene.names.call(place.refurbed.customer_opens(), name)
    await place.bridge.start()
    await scene.until("the notice", lambda: scene.notices())
    return scene


async def play(scene: Scene) -> None:
    """Everything, in turn."""
    await _answered(scene)
    await _kept_and_held(scene)
    await _modals(scene)
    await _ended(scene)
    await _failed(scene)
    await _unknown(scene)
    await _created(scene)
    scene.unhurried()
    await _caught_up(scene)
    await _hanging(scene)
    await _deaf(scene)


async def _answered(scene: Scene) -> None:
    """A long message in parts, a reply, one taken back, a claim."""
    ticket = await scene.ticket("answered", LONG_HTML)
    scene.place.refurbed.customer_writes(ticket, "<p>And another thing</p>")
    reply = await scene.sent_now(ticket, "reply", "We look into it.")
    await scene.stage.reaction(reply, "white_check_mark")
    await scene.until("its status", lambda: scene.fields(ticket).get("st") == "PENDING")
    hasty = await scene.say(ticket, "taken back", "Too hasty")
    await scene.stage.press(ticket, hasty, "undo")
    await scene.stage.receipt(ticket, hasty, "Not sent")
    card = scene.card(ticket)
    await scene.stage.choose(card, "claim", lambda: "holder" in scene.fields(ticket))
    await scene.until("claimed", lambda: "<@U0ANNA>" in scene.stage.card(ticket))
    waiting = await scene.say(ticket, "waiting", "This one waits")
    await scene.stage.receipt(ticket, waiting, "goes out")
    scene.name_messages(ticket)


async def _kept_and_held(scene: Scene) -> None:
    ticket = await scene.ticket("asked")
    note = await scene.say(ticket, "note", "// for colleagues")
    await scene.stage.reaction(note, "lock")
    held = await scene.say(ticket, "held", "See the picture", "picture.png")
    await scene.stage.reaction(held, "grey_question")
    kept = await scene.say(ticket, "kept", "note for Ben: no", "other.png")
    await scene.stage.press(ticket, kept, "keep")
    await scene.stage.reaction(kept, "lock")
    await scene.stage.choose(scene.card(ticket), "reply", scene.stage.anna.modals)
    await shut(scene.stage.anna)
    scene.name_messages(ticket)


async def _modals(scene: Scene) -> None:
    """What goes out of a form: a reply, both notes, an action of the marketplace's own."""
    ticket = await scene.ticket("modals")
    for how in ("internal", "private"):
        await scene.modal(ticket, "reply", {"text": f"An {how} note", "how": how})
    id = await scene.modal(ticket, "reply", {"text": "From a form", "how": "send"})
    await scene.stage.press(ticket, id, "send_now")
    await scene.stage.receipt(ticket, id, "Sent to the customer")
    asked = {"topic": "LEGAL", "message": "May we?"}
    id = await scene.modal(ticket, "help_request", asked)
    await scene.stage.receipt(ticket, id, "✅")
    asks = scene.place.refurbed.ticket(ticket).help_requests[0]
    scene.names.call(f"h{asks.id}-{asks.messages[0].id}", "message of the help request")
    scene.name_messages(ticket)


async def _ended(scene: Scene) -> None:
    ticket = await scene.ticket("ended")
    await scene.status(ticket, "pending")
    await scene.until("waiting", lambda: scene.fields(ticket).get("st") == "PENDING")
    await scene.status(ticket, "solve")
    await scene.until("its end", lambda: "end" in scene.fields(ticket))
    scene.name_messages(ticket)


async def _failed(scene: Scene) -> None:
    """Too late for a reply, and what is possible instead."""
    ticket = await scene.ticket("closed")
    scene.place.refurbed.close(ticket)
    ts = await scene.sent_now(ticket, "too late", "Too late")
    await scene.stage.reaction(ts, "x")
    id = await scene.modal(ticket, "follow_up", {"text": "Is all well?"})
    await scene.stage.press(ticket, id, "send_now")
    await scene.stage.receipt(ticket, id, "Follow-up ticket")
    follow_up = max(scene.place.refurbed.tickets)
    scene.names.call(follow_up, "follow-up")
    await scene.until("its thread", lambda: views.cards(scene.place.slack, follow_up))
    scene.name_messages(ticket)
    scene.name_messages(follow_up)


async def _unknown(scene: Scene) -> None:
    """The answer is lost, and at the marketplace stands something like it."""
    ticket = await scene.ticket("doubted")
    faults = scene.place.refurbed.faults
    slow = faults.add(Fault("UpdateTicket", Phase.ARRIVAL, Action.DELAY, seconds=1))
    faults.add(Fault("UpdateTicket", Phase.COMMIT, Action.RESET))
    ts = await scene.sent_now(ticket, "doubtful", "We shall exchange the battery next week.")
    await scene.until("the call", lambda: slow.struck)
    alike = "<p>We shall exchange the battery next month.</p>"
    scene.place.refurbed.merchant_writes(ticket, alike)
    await scene.until("doubt", lambda: scene.intent(ticket, ts).get("state") == "unknown")
    await scene.stage.receipt(ticket, ts, "similar message")
    scene.name_messages(ticket)


async def _created(scene: Scene) -> None:
    """A ticket is to be opened about an order item that there is not."""
    anna = scene.stage.anna
    ask = partial(anna.command, "/ticket", "new refurbed-at", channel=CHANNEL)
    await scene.stage.insist("the form", ask, anna.modals)
    view = str(anna.modals()[-1]["id"])
    scene.names.call(view, "form of a new ticket")
    await scene.stage.submit(view, CREATE)
    await scene.until("refusal", lambda: scene.intent("~", f"v:{view}").get("state") == "failed")


async def _caught_up(scene: Scene) -> None:
    """Nobody listened for a moment: the threads are read again."""
    scene.place.slack.socket.drop_all()
    threads = [t for t in scene.place.refurbed.tickets if "ts" in scene.fields(t)]
    read = partial(map, lambda t: "caught" in scene.fields(t), threads)
    await scene.until("all threads read", lambda: all(read()))


async def _hanging(scene: Scene) -> None:
    """Calls that never come back: a reply, a post, an edit of a card."""
    place = scene.place
    sending, posting = await scene.ticket("sending"), await scene.ticket("posting")
    place.refurbed.merchant_writes(sending, "<p>From another desk</p>")
    await scene.until("it", lambda: len(scene.stage.mirrored(sending)) == 2)
    editing, busy = await scene.ticket("editing"), await scene.ticket("busy")
    place.refurbed.faults.add(tail("UpdateTicket"))
    ts = await scene.sent_now(sending, "on its way", "On its way")
    await scene.until("sending", lambda: scene.intent(sending, ts).get("state") == "sending")
    hung = place.slack.faults.add(tail("chat.postMessage"))
    place.refurbed.customer_writes(posting, "<p>More</p>")
    await scene.until("the post", lambda: hung.struck and "post" in scene.fields(posting))
    lost = Fault("chat.update", Phase.COMMIT, Action.RESET, times=None)
    place.slack.faults.add(lost)
    await scene.status(editing, "solve")
    await scene.until("it is told", lambda: "late" in scene.fields(editing))
    later = {"Retry-After": str(int(AWAY_SECONDS))}
    away = Fault("UpdateTicket", Phase.COMMIT, Action.STATUS, status=429, headers=later)
    place.refurbed.faults.add(away)
    said = len(scene.notices())
    ts = await scene.sent_now(busy, "later", "Try again")
    await scene.until("it waits", lambda: "redo" in scene.intent(busy, ts).get("receipt", {}))
    await scene.until("a notice of it", lambda: len(scene.notices()) > said)
    for ticket in (sending, posting, editing, busy):
        scene.name_messages(ticket)


async def _deaf(scene: Scene) -> None:
    """No thread can be read."""
    slack = scene.place.slack
    deaf = Fault("conversations.replies", Phase.ARRIVAL, Action.DELAY, times=None)
    deaf.seconds = LONG_SECONDS
    slack.faults.add(deaf)
    slack.socket.drop_all()
    threads = [t for t in scene.place.refurbed.tickets if "ts" in scene.fields(t)]
    marked = partial(map, lambda t: "look" in scene.fields(t), threads)
    await scene.until("all threads to be read", lambda: all(marked()))
