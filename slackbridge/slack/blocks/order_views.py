"""The order behind a ticket: the *Details* modal, and a line for the Reply modal. Pure.

A marketplace's text is escaped; of its links those with https are shown.
"""

from __future__ import annotations

from datetime import UTC, datetime

from slackbridge.domain.model import TicketKey
from slackbridge.domain.order import Fact
from slackbridge.ports.front_desk import OrderAnswer
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import Block
from slackbridge.slack.blocks.ids import Callback
from slackbridge.slack.blocks.views import modal

MOST = 40  # facts of the modal
IN_LINE = 6  # facts of the line
FIELD = 1_300  # a link token has up to 1,000 characters
LINE = 1_500
READING = "Reading the order…"


def details(key: TicketKey, provider: str, answer: OrderAnswer | None) -> Block:
    """All that is known of an order; None = it is being read."""
    return modal("Details", Callback.MESSAGE, "", _blocks(key, provider, answer), "")


def line(answer: OrderAnswer | None) -> str:
    """What stands in the Reply modal, as mrkdwn; '' = nothing."""
    if answer is None:
        return READING
    if answer.order is None:
        return "" if answer.usual else mrkdwn.ours(answer.why, LINE)
    facts = answer.order.facts[:IN_LINE]
    told = [f"*{mrkdwn.outside(fact.label, 40)}* {_value(fact, 80)}" for fact in facts]
    named = told[:1] and facts[0].label.casefold().startswith("order")
    return mrkdwn.cut(" · ".join(told if named else ["Order", *told]), LINE)


def _blocks(key: TicketKey, provider: str, answer: OrderAnswer | None) -> list[Block]:
    parts = (mrkdwn.outside(provider, 60), f"`{mrkdwn.outside(str(key), 200)}`")
    head = " · ".join(part for part in parts if part)
    if answer is None or answer.order is None:
        said = READING if answer is None else mrkdwn.ours(answer.why)
        return [block_kit.context(head), block_kit.section(said)]
    shown = [_field(fact) for fact in answer.order.facts[:MOST]]
    pairs = [
        block_kit.fields(shown[at : at + block_kit.FIELDS], FIELD)
        for at in range(0, len(shown), block_kit.FIELDS)
    ]
    read = mrkdwn.ago(datetime.fromtimestamp(answer.read_at, UTC))
    return [block_kit.context(head), *pairs, block_kit.context(f"Read {read}")]


def _field(fact: Fact) -> str:
    return f"*{mrkdwn.outside(fact.label, 60)}*\n{_value(fact, 200)}"


def _value(fact: Fact, limit: int) -> str:
    """Plain text, and a link that says where it leads."""
    secure = fact.url.strip().lower().startswith("https://")
    parts = (mrkdwn.outside(fact.value, limit), mrkdwn.link(fact.url) if secure else "")
    return " ".join(part for part in parts if part) or "…"
