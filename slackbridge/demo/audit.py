"""Compares the ledgers of both sides: which messages one of them lacks or has twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from slackbridge.demo import views
from slackbridge.demo.markets import REFUNDS, MarketSandbox
from slackbridge.demo.replies import Arrived, compared
from slackbridge.demo.requests import Requests
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.ledger import Entry
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message
from slackbridge.text.clean import digest

ENDED = ("closed", "solved")
Count = tuple[int, int]
Cards = Mapping[str, Sequence[Message]]


def lost_and_doubled(place: World) -> Count:
    """How many messages one side lacks, and how many stand there more than once.

    Slack shows each message of a customer. A marketplace has each reply of an agent, unless Slack
    says that it was not, or may not have been, sent. What is on its way counts as lost.
    """
    cards, requests = _cards(place.slack), Requests(place.slack)
    counts = [
        count for market in place.marketplaces for count in _market(place, market, cards, requests)
    ]
    return sum(lost for lost, _ in counts), sum(doubled for _, doubled in counts)


def _cards(slack: SlackSandbox) -> Cards:
    """All cards by ticket id."""
    found: dict[str, list[Message]] = {}
    for channel in (CHANNEL, REFUNDS):
        for message in slack.workspace.timeline(channel).visible():
            row = {"metadata": message.metadata}
            if views.effect_of(row) == "card":
                found.setdefault(views.ticket_of(row), []).append(message)
    return found


def _market(
    place: World, market: MarketSandbox, cards: Cards, requests: Requests
) -> Iterator[Count]:
    """For each ticket the counts of what customers wrote, and of what agents did."""
    effects = {str(t): _effects(place.slack, cards.get(str(t), ())) for t in market.tickets}
    shown = {ticket: _mirrored(marks) for ticket, marks in effects.items()}
    sent = {_message_id(entry) for entry in market.ledger.all("reply")}
    arrived = _arrived(market, shown)
    for key in market.tickets:
        ticket = str(key)
        if ticket in cards:
            written = [str(m.id) for m in market.messages(key) if str(m.id) not in sent]
            lost = sum(id not in shown[ticket] for id in written)
            marks = effects[ticket]
            yield lost, len(cards[ticket]) - 1 + len(marks) - len(set(marks))
        else:
            yield _unshown(market, key, sent, place.begun), 0
        yield compared(requests.of(ticket, cards.get(ticket, ())), arrived[ticket])


def _arrived(market: MarketSandbox, shown: Mapping[str, set[str]]) -> dict[str, list[Arrived]]:
    """The replies in the ledger, by the ticket in whose thread they were asked for.

    For the first message of a follow-up that is the ticket before it.
    """
    before = {
        str(entry.data["ticket_id"]): str(entry.data["follow_up_to"])
        for entry in market.ledger.all("create")
        if entry.data["follow_up_to"]
    }
    found: dict[str, list[Arrived]] = defaultdict(list)
    for entry in market.ledger.all("reply"):
        ticket, id = str(entry.data["ticket_id"]), _message_id(entry)
        first = ticket in before and id == str(market.messages(entry.data["ticket_id"])[0].id)
        reply = Arrived(digest(str(entry.data["text"])), id in shown[ticket])
        found[before[ticket] if first else ticket].append(reply)
    return found


def _effects(slack: SlackSandbox, cards: Sequence[Message]) -> list[str]:
    """The marks of everything that the bridge posted in a ticket's threads."""
    timelines = ((slack.workspace.timeline(card.channel), card) for card in cards)
    rows = (row for timeline, card in timelines for row in timeline.replies(card.ts))
    return [mark for row in rows if (mark := views.effect_of({"metadata": row.metadata}))]


def _mirrored(effects: Sequence[str]) -> set[str]:
    """The ids of the marketplace's messages that a thread shows."""
    return {effect.split(":")[1] for effect in effects if effect.startswith("m:")}


def _unshown(market: MarketSandbox, ticket: int | str, sent: set[str], begun: float) -> int:
    """Missing messages of a ticket without a thread; seeded and ended tickets need none."""
    if str(market.tickets[ticket].status).lower() in ENDED:
        return 0
    return sum(m.at > begun and str(m.id) not in sent for m in market.messages(ticket))


def _message_id(entry: Entry) -> str:
    """ClickBank calls its messages comments."""
    return str(entry.data.get("message_id") or entry.data.get("comment_id"))
