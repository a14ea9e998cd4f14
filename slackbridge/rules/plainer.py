"""What is shown instead of what Slack refuses, so that one message never holds up the next. Pure.

The same words as plain sections, then as text only; then a line in their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from slackbridge.domain.about import About, about
from slackbridge.domain.errors import Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.domain.view import Card, Form, Item, Notice, Part

PLAINER = {Form.RICH: Form.PLAIN, Form.PLAIN: Form.TEXT}
THING = {Card: "the card of this ticket", Part: "a message of this ticket"}
INSTEAD = "🚫 Slack refuses {thing} ({code}). Read it at the marketplace: {where}"
TOLD = "🚫 {where}: Slack refuses {thing} ({code}). Its thread says so in its place."


@dataclass(frozen=True, slots=True)
class Shape:
    """What is given to Slack of an item. `refused` is why something stands in for it ('' = no)."""

    item: Item
    form: Form = Form.RICH
    refused: str = ""


def plainer(shape: Shape, failure: Rejected, again: bool, where: str) -> Shape | None:
    """What to show after Slack refused this; None: that would not be taken either.

    `again`: the pass before failed, too, so that a refusal of an unknown kind repeats. `where`
    names the ticket, in mrkdwn.
    """
    kind = about(failure)
    if shape.refused or kind is About.PLACE or (kind is About.UNLISTED and not again):
        return None
    if kind is not About.CONTENT and shape.form in PLAINER:
        return replace(shape, form=PLAINER[shape.form])
    text = INSTEAD.format(thing=_thing(shape.item), code=failure.code, where=where)
    return Shape(Notice("", text), Form.TEXT, failure.code)


def told(item: Item, code: str, where: str) -> str:
    """What the ops channel hears of it."""
    return TOLD.format(thing=_thing(item), code=code, where=where)


def named(key: TicketKey, url: str) -> str:
    """A ticket in mrkdwn, with its address at the marketplace if that is known."""
    shown = str(key).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    address = url if url.startswith("https://") and not set(url) & set(' |<>"') else ""
    return f"<{address}|`{shown}`>" if address else f"`{shown}`"


def _thing(item: Item) -> str:
    return THING.get(type(item), "what the bridge has to say")
