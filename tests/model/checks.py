"""The invariants: after every step, and once no work is left."""

from __future__ import annotations

from collections import Counter

from slackbridge.domain.intent import DELETED, Intent, State
from slackbridge.domain.model import Author, Conversation, Kind, TicketKey
from slackbridge.domain.record import Record
from slackbridge.domain.view import Words, digest
from slackbridge.rules import after_end, card, receipt
from slackbridge.text.document import plain
from tests.model.market import ACCOUNT, CAN
from tests.model.town import Town, number_of, version_of

WAITING = (State.HELD, State.QUEUED, State.FAILED)
NOT_SENT = (State.HELD, State.FAILED, State.CANCELLED, State.KEPT)


def always(town: Town) -> list[str]:
    """After every step."""
    return [*town.faults, *_marks(town), *_order(town), *_edits(town), *_deletions(town)]


def _deletions(town: Town) -> list[str]:
    """Only what was deleted is taken for deleted."""
    return [
        f"{id} of {key} stands, but counts as deleted"
        for (key, id), intent in town.before[-1].items()
        if intent.reason == DELETED and intent.ts and not town.slack.rows[intent.ts].gone
    ]


def _edits(town: Town) -> list[str]:
    """A queued text is not older than the last edit that was stored."""
    return [
        f"{id} of {key} says {intent.text!r}, but v{town.accepted[id]} was heard"
        for (key, id), intent in town.before[-1].items()
        if intent.state in WAITING and version_of(intent.text) < town.accepted.get(id, 0)
    ]


def _marks(town: Town) -> list[str]:
    """One card a ticket, one message a mark."""
    marks = Counter((r.mark.key, r.mark.effect) for r in town.slack.standing() if r.mark)
    return [
        f"{effect} of {key} stands {n} times"
        for (key, effect), n in marks.items()
        if n > 1 and effect not in _strays(town, key)
    ]


def _strays(town: Town, key: TicketKey) -> set[str]:
    """The effects of late posts by a stopped process that are yet to be deleted."""
    record = town.records.get(key.id)
    return set(record.stored.strays) if record else set()


def _order(town: Town) -> list[str]:
    """A thread shows messages in the provider's order."""
    faults = []
    for root, key in town.roots():
        shown = list(town.slack.told(root, _strays(town, key)))
        there = [message.id for message in town.market.now_of(key.id).messages]
        left = iter(there)
        if not all(id in left for id in shown):
            faults.append(f"{key}: shown {shown}, there are {there}")
    return faults


def at_rest(town: Town) -> list[str]:
    """Once all faults are over and no work is left."""
    faults = []
    for id, record in town.records.items():
        faults += _mirrored(town, id, record)
        faults += _ended(town, TicketKey(ACCOUNT, id), record)
    return faults + _heard(town)


def _mirrored(town: Town, id: str, record: Record) -> list[str]:
    """Every message is shown once, the card is current, nothing is open."""
    conversation, stored = town.market.now_of(id), record.stored
    if not stored.root:
        lost = conversation.ticket.status.active
        return [f"{id} is not shown at all"] if lost else []
    own = {m for m, stands in stored.parts.items() if stands.startswith("=")}
    wanted = {m.id: plain(m.body) for m in conversation.messages if m.id not in own}
    told = town.slack.told(stored.root)
    there = {message: said[-1] for message, said in told.items()}
    if town.done["forgets"]:  # what a message said before may be lost, and then no edit is seen
        wanted, there = dict.fromkeys(wanted, ""), dict.fromkeys(there, "")
    same = list(there.items()) == list(wanted.items())
    faults = [] if same else [f"{id}: shown {told}, not {wanted}"]
    if any(m.author is not Author.AGENT for m in conversation.messages if m.id in own):
        faults.append(f"{id}: a customer's message is taken for our own")
    strays = _strays(town, TicketKey(ACCOUNT, id))
    if stored.open_post or strays or stored.unread_at or stored.undrawn_at:
        faults.append(f"{id} is left undone: {dict(record.raw)}")
    return faults + _card(town, record, conversation)


def _card(town: Town, record: Record, conversation: Conversation) -> list[str]:
    stored, ticket = record.stored, conversation.ticket
    late = after_end.wrote(conversation, stored.ended_with)
    wanted = card.card(ticket, "model", CAN, stored, record.intents, town.world.now, late)
    stands = town.slack.rows[stored.root].item
    # If Redis lost an edit that was undone meanwhile, the message stays until the next edit.
    return (
        []
        if stands == wanted or town.done["forgets"]
        else [f"the card says {stands}, not {wanted}"]
    )


def _ended(town: Town, key: TicketKey, record: Record) -> list[str]:
    """Every intent's state is true, and its author sees it."""
    faults, unknown = [], False
    for intent in record.intents:
        about = f"{intent.kind} {intent.id} ({intent.state}, {intent.reason})"
        if intent.state.open and not (unknown and intent.state is State.QUEUED):
            faults.append(f"{about} hangs")
        unknown = unknown or intent.state is State.UNKNOWN
        faults += [f"{about} {fault}" for fault in _visible(town, key, intent)]
        faults += [f"{about} {fault}" for fault in _true(town, intent)]
    return faults


def _visible(town: Town, key: TicketKey, intent: Intent) -> list[str]:
    """Its reaction and its receipt fit its state."""
    faults, now = [], town.world.now
    row = town.slack.rows.get(intent.ts)
    if row is not None and not row.gone:
        wanted = receipt.reaction(intent, now)
        if row.reactions != {wanted} - {""}:
            faults.append(f"shows {row.reactions}, not {wanted}")
    said = [
        row.item
        for row in town.slack.standing()
        if isinstance(row.item, Words) and (row.item.key, row.item.intent) == (key, intent.id)
    ]
    words = receipt.words(intent, key, now)
    if words is not None and [digest(item) for item in said] != [digest(words)]:
        faults.append(f"says {[item.text for item in said]}, not {words.text}")
    return faults


def _true(town: Town, intent: Intent) -> list[str]:
    """The marketplace has committed what the state says."""
    if intent.kind not in (Kind.REPLY, Kind.INTERNAL, Kind.NOTE) or intent.unsure:
        return []
    number = town.numbers[intent.id]
    if list(town.numbers.values()).count(number) > 1:
        return []  # two messages of one gesture: only one of them is an intent that went out
    made = sum(
        number_of(commit.act.text) == number
        for commit in town.market.committed
        if commit.act.kind in (Kind.REPLY, Kind.INTERNAL)
    )
    by_hand = intent.reason.startswith("Marked")
    if intent.state is State.SENT and made == 0 and not by_hand:
        return ["was not sent"]
    if (
        intent.state in NOT_SENT
        and made
        and not (intent.reason == DELETED and town.done["forgets"])
    ):
        return ["was sent all the same"]
    return []


def _heard(town: Town) -> list[str]:
    """Every message of a person became an intent."""
    known = {town.numbers[id] for _, id in town.intents() if id in town.numbers}
    people = town.slack.people()
    return [f"nobody heard {h.text}" for h in people if town.numbers[h.ts] not in known]
