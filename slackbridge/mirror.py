"""What Slack shows of a ticket, and what it does not show yet. Pure.

The stored fields of a ticket say what was posted; comparing them with the conversation gives the
next post. Messages are posted in the provider's order, long ones in parts, each exactly once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from slackbridge.document import split
from slackbridge.intent import Frozen, Intent, State
from slackbridge.model import Capabilities, Conversation, Kind, Message, Status, Ticket
from slackbridge.policy import offered
from slackbridge.view import Card, Item, Part

PART_LIMIT = 3_000
CARD = "card"
MORE = "+"
CLOCK_MARGIN = 3_600.0


class OpenPost(Frozen):
    """A Slack post written down before it is made. Times are Unix seconds by the store's clock."""

    effect: str
    channel: str
    thread: str = ""
    at: float
    deadline: float
    absent_at: float = 0.0

    @property
    def since(self) -> float:
        """From when on Slack is looked through for it, whatever its clock says."""
        return self.at - CLOCK_MARGIN


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted. Its effect names it for ever."""

    effect: str
    item: Item


@dataclass(frozen=True, slots=True)
class Shown:
    """The stored fields of a ticket, read."""

    channel: str
    root: str
    card: str
    card_at: float
    late: float
    open: OpenPost | None
    holder: str
    revision: str
    raw_status: str
    caught: str
    look: bool
    tries: int
    parts: Mapping[str, str]

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Shown:
        """Read the stored fields; what is absent is empty."""
        open_post = fields.get("post", "")
        return cls(
            channel=fields.get("ch", ""),
            root=fields.get("ts", ""),
            card=fields.get("card", ""),
            card_at=float(fields.get("card_at", "0")),
            late=float(fields.get("late", "0")),
            open=OpenPost.model_validate_json(open_post) if open_post else None,
            holder=fields.get("holder", ""),
            revision=fields.get("rev", ""),
            raw_status=fields.get("st", ""),
            caught=fields.get("caught", ""),
            look=bool(fields.get("look", "")),
            tries=int(fields.get("tries", "0")),
            parts={k[2:]: v for k, v in fields.items() if k.startswith("m:")},
        )

    def whole(self, message: str) -> bool:
        """Whether a message is shown to its end."""
        value = self.parts.get(message, "")
        return bool(value) and not value.endswith(MORE)

    def count(self, message: str) -> int:
        """How many parts of a message are shown."""
        return len(self.parts.get(message, "").replace(MORE, "").split())


def message_field(message: str) -> str:
    """The stored field of a message."""
    return f"m:{message}"


def shown_before(shown: Shown, at: float) -> set[str]:
    """The ids of the messages that stood in Slack before that moment."""
    return {
        id for id, value in shown.parts.items() if value[:1] == "=" or float(value.split()[0]) < at
    }


def not_recorded(shown: Shown, standing: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields to store for parts of messages that stand in Slack (effect and ts, in order)."""
    put: dict[str, str] = {}
    for effect, ts in standing:
        message, _, place = effect.removeprefix("m:").rpartition(":")
        if not effect.startswith("m:") or shown.whole(message):
            continue
        if int(place.partition("/")[0]) == shown.count(message) + 1:
            put |= posted(effect, ts, "", shown)
            shown = replace(shown, parts={**shown.parts, message: put[message_field(message)]})
    return put


def own(intent: Intent) -> str:
    """What is stored for a message that the agent's own Slack message shows."""
    return f"={intent.id}"


def shown_as(intent: Intent) -> dict[str, str]:
    """The agent's own Slack message shows the sent one; from a modal, nothing does yet."""
    if intent.ts and intent.message:
        return {message_field(intent.message): own(intent)}
    return {}


def message_effect(message: str, number: int, total: int) -> str:
    return f"m:{message}:{number}/{total}"


def words_effect(intent: str) -> str:
    return f"w:{intent}"


def posted(effect: str, ts: str, channel: str, shown: Shown) -> dict[str, str]:
    """The fields to store once an effect is known to stand in Slack at `ts`."""
    if effect == CARD:
        return {"ch": channel, "ts": ts}
    if effect.startswith("m:"):
        message, _, place = effect[2:].rpartition(":")
        number, _, total = place.partition("/")
        stand = shown.parts.get(message, "").replace(MORE, "").split()
        more = [MORE] if int(number) < int(total) else []
        return {message_field(message): " ".join([*stand, ts, *more])}
    return {}


def next_part(shown: Shown, conversation: Conversation) -> Post | None:
    """The first part of the first message that Slack does not show yet."""
    for message in conversation.messages:
        if not shown.whole(message.id):
            return _part(message, shown.count(message.id))
    return None


def _part(message: Message, done: int) -> Post:
    pieces = split(message.body, PART_LIMIT)
    number = min(done + 1, len(pieces))
    part = Part(
        author=message.author,
        name=message.name,
        scope=message.scope,
        at=message.at,
        body=pieces[number - 1],
        number=number,
        total=len(pieces),
        attachments=message.attachments if number == len(pieces) else (),
    )
    return Post(message_effect(message.id, number, len(pieces)), part)


def echoes(
    shown: Shown, conversation: Conversation, intents: Iterable[Intent], digests: Mapping[str, str]
) -> dict[str, Intent]:
    """Messages not shown yet that are the echo of an intent: message id -> intent.

    An attempt may have made one that was not there before: that it shows is proof of it, also
    where it was declined or a human was to decide; but those that surely left one come first.
    `digests` maps the ids of the agents' messages to the digests of their texts.
    """
    waiting = sorted((i for i in intents if i.awaits_echo), key=lambda i: i.state is State.UNKNOWN)
    prints = {intent.id: intent.fingerprint for intent in waiting}
    found: dict[str, Intent] = {}
    for message in conversation.messages:
        if shown.whole(message.id) or message.id not in digests:
            continue
        for intent in waiting:
            same = prints[intent.id] == digests[message.id]
            if same and intent.kind.scope is message.scope and message.id not in intent.baseline:
                found[message.id] = intent
                waiting.remove(intent)
                break
    return found


def card(
    ticket: Ticket,
    provider: str,
    can: Capabilities,
    shown: Shown,
    intents: Sequence[Intent],
    now: float,
) -> Card:
    """The root message. `now` is Unix seconds; a ticket that is read by the clock counts down."""
    return Card(
        key=ticket.key,
        provider=provider,
        status=ticket.status.value,
        raw_status=ticket.raw_status,
        customer=ticket.customer.name or ticket.customer.email,
        email=ticket.customer.email,
        country=ticket.country,
        order=ticket.order,
        item=ticket.item,
        topic=ticket.topic,
        urgency=ticket.urgency,
        panicked=ticket.panicked,
        assignee=str(ticket.assignee or ""),
        holder=shown.holder,
        waiting_since=ticket.waiting_since if ticket.status is Status.NEEDS_AGENT else None,
        due_at=ticket.due_at if ticket.status.active else None,
        left=_left(ticket, now),
        takeover_at=ticket.takeover_at if ticket.status.active else None,
        opened_at=ticket.created_at,
        follows=ticket.follows,
        url=ticket.url,
        did=_did(ticket, intents),
        hint=_hint(ticket, can),
        extra=ticket.extra,
        actions=_actions(ticket, can, shown),
        labels=tuple((action.name, action.label) for action in can.actions),
    )


def _left(ticket: Ticket, now: float) -> str:
    """The time left in whole hours: the card changes once an hour, when the ticket is read."""
    if not (ticket.recheck and ticket.due_at and ticket.status.active):
        return ""
    hours = math.floor((ticket.due_at.timestamp() - now) / 3600)
    if hours < 0:
        return "overdue"
    return f"{hours} h left" if hours else "less than an hour left"


def _did(ticket: Ticket, intents: Sequence[Intent]) -> str:
    for intent in reversed(intents):
        if intent.state is not State.SENT or not intent.agent:
            continue
        if intent.status is ticket.status and intent.status is Status.SOLVED:
            return f"Solved by <@{intent.agent}>"
        if intent.kind is Kind.ACTION:
            return f"{intent.label} by <@{intent.agent}>"
        if intent.kind is Kind.REPLY:
            return f"Last answered by <@{intent.agent}>"
        if intent.kind is Kind.STATUS and intent.status is ticket.status:
            return f"Set to {ticket.status.value} by <@{intent.agent}>"
    return ""


def _hint(ticket: Ticket, can: Capabilities) -> str:
    if ticket.status is Status.CLOSED and can.follow_up:
        return "Closed for good. To write to the customer again, open a follow-up."
    if not ticket.status.active and Status.NEEDS_AGENT not in can.statuses:
        return can.why_not.get("reopen", "")
    return ""


def _actions(ticket: Ticket, can: Capabilities, shown: Shown) -> tuple[str, ...]:
    special = _special(ticket, can)
    if ticket.status is Status.CLOSED:
        closed = ["follow_up"] if can.follow_up else []
        closed += ["reopen"] if Status.NEEDS_AGENT in can.statuses else []
        return (*closed, *(("more", *special) if special else ()))
    main = ["reply"]
    if ticket.status is not Status.SOLVED:
        main += ["solve"] if Status.SOLVED in can.statuses else []
        main += ["close"] if Status.CLOSED in can.statuses else []
    main += ["claim"]
    more = ["pending"] if Status.WAITING in can.statuses and ticket.status.active else []
    more += ["internal"] if can.internal_notes else []
    more += ["private"] if can.private_notes else []
    more += ["unclaim"] if shown.holder else []
    more += special
    return (*main, *(("more", *more) if more else ()))


def _special(ticket: Ticket, can: Capabilities) -> list[str]:
    """What only this marketplace offers; the forms of status buttons are behind those."""
    behind = set(can.status_forms.values())
    return [a.name for a in can.actions if a.name not in behind and offered(a, ticket)]
