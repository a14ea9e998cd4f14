"""What must hold: after every step, and at rest."""

from __future__ import annotations

from collections import Counter

from slackbridge import mirror, receipt
from slackbridge.document import plain
from slackbridge.intent import DELETED, Intent, State
from slackbridge.mirror import Shown
from slackbridge.model import Author, Conversation, Kind, TicketKey
from slackbridge.ports import Record
from slackbridge.sleepers import STRAY
from slackbridge.view import Words, digest
from tests.model.market import ACCOUNT, CAN, texts
from tests.model.town import Town, number_of, version_of

WAITING = (State.HELD, State.QUEUED, State.FAILED)
NOT_SENT = (State.HELD, State.FAILED, State.CANCELLED, State.KEPT)


def always(town: Town) -> list[str]:
    """After every step."""
    return [*town.faults, *_marks(town), *_order(town), *_edits(town)]


def _edits(town: Town) -> list[str]:
    """What may go out is not older than the last edit that was taken in."""
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
    """The marks of what a sleeper posted too late, as long as it waits to be taken away."""
    record = town.records.get(key.id)
    names = record.fields if record else ()
    return {name.removeprefix(STRAY) for name in names if name.startswith(STRAY)}


def _order(town: Town) -> list[str]:
    """A thread shows messages in the provider's order."""
    faults = []
    for root, key in town.roots():
        shown = [plain(part.body) for part in town.slack.parts(root, _strays(town, key))]
        there = texts(town.market.now_of(key.id))
        left = iter(there)
        if not all(text in left for text in shown):
            faults.append(f"{key}: shown {shown}, there are {there}")
    return faults


def at_rest(town: Town) -> list[str]:
    """After every fault is over and nothing is left to do."""
    faults = []
    for id, record in town.records.items():
        faults += _mirrored(town, id, record)
        faults += _ended(town, TicketKey(ACCOUNT, id), record)
    return faults + _heard(town)


def _mirrored(town: Town, id: str, record: Record) -> list[str]:
    """Every message is shown once, the card says how it is, nothing is open."""
    conversation, shown = town.market.now_of(id), Shown.of(record.fields)
    if not shown.root:
        lost = conversation.ticket.status.active
        return [f"{id} is not shown at all"] if lost else []
    own = {m for m, stands in shown.parts.items() if stands.startswith("=")}
    wanted = [plain(m.body) for m in conversation.messages if m.id not in own]
    there = [plain(part.body) for part in town.slack.parts(shown.root)]
    faults = [] if there == wanted else [f"{id}: shown {there}, not {wanted}"]
    if any(m.author is not Author.AGENT for m in conversation.messages if m.id in own):
        faults.append(f"{id}: a customer's message is taken for our own")
    strays = _strays(town, TicketKey(ACCOUNT, id))
    if shown.open or strays or {"unread", "unshown"} & record.fields.keys():
        faults.append(f"{id} is left undone: {dict(record.fields)}")
    return faults + _card(town, record, shown, conversation)


def _card(town: Town, record: Record, shown: Shown, conversation: Conversation) -> list[str]:
    wanted = mirror.card(conversation.ticket, "model", CAN, shown, record.intents, town.world.now)
    card = town.slack.rows[shown.root].item
    # An edit that Redis has forgotten stands until the next one, if it was taken back meanwhile.
    return [] if card == wanted or town.done["forgets"] else [f"the card says {card}, not {wanted}"]


def _ended(town: Town, key: TicketKey, record: Record) -> list[str]:
    """Every intent is where its state says, and its author sees that."""
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
    """Its reaction and its words are what they must be."""
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
    """What the state says of the marketplace is so."""
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
