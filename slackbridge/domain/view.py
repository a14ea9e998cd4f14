"""What Slack shows: frozen values, free of Block Kit.

`rules` make them, `slack/` draws them. An item's `digest` changes exactly when its content does,
so nothing is drawn twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slackbridge.domain.intent import Press, State
from slackbridge.domain.model import Attachment, Author, Scope, TicketKey
from slackbridge.text.document import Document

HOURGLASS = "hourglass_flowing_sand"
REACTIONS: Mapping[State, str] = {
    State.HELD: "grey_question",
    State.QUEUED: HOURGLASS,
    State.SENDING: HOURGLASS,
    State.UNKNOWN: "warning",
    State.SENT: "white_check_mark",
    State.FAILED: "x",
    State.CANCELLED: "",
    State.KEPT: "lock",
}
"""Our reaction on an agent's own message, by the state of its intent ('' = none)."""


class Button(StrEnum):
    """A button of a card. A marketplace's own action is a button of its own name."""

    REPLY = "reply"
    SOLVE = "solve"
    PENDING = "pending"
    CLOSE = "close"
    REOPEN = "reopen"
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    INTERNAL = "internal"
    PRIVATE = "private"
    FOLLOW_UP = "follow_up"
    DETAILS = "details"  # the order behind the ticket, to be read
    MORE = "more"  # those after it are in a menu


OVERDUE = "overdue"
"""What a card says of a deadline that has passed."""


class NoticeButton(StrEnum):
    """The button of a notice."""

    NONE = ""
    SHOW_ALL = "show"


@dataclass(frozen=True, slots=True)
class Card:
    """The root message of a ticket's thread.

    `left` is OVERDUE once the deadline has passed, else ''. `actions` are the buttons that the
    marketplace's capabilities and the status allow, in order, `labels` the marketplace's own words
    for some. `holder` is the Slack user who claimed it, `did` says who acted last from Slack.
    """

    key: TicketKey
    provider: str
    status: str
    raw_status: str
    customer: str
    email: str
    country: str
    order: str
    item: str
    topic: str
    urgency: str
    panicked: bool
    assignee: str
    holder: str
    waiting_since: datetime | None
    due_at: datetime | None
    left: str
    takeover_at: datetime | None
    opened_at: datetime
    follows: str
    url: str
    did: str
    hint: str
    extra: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `total` of a ticket's message; attachments come with the last part."""

    author: Author
    name: str
    scope: Scope
    at: datetime
    body: Document
    number: int
    total: int
    attachments: tuple[Attachment, ...] = ()
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The receipt of an intent, where a reaction is not enough.

    `intent` is the intent's id, for the buttons; `quote` is the agent's text where the thread does
    not show it otherwise.
    """

    key: TicketKey
    intent: str
    text: str
    quote: str = ""
    buttons: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the bridge itself in a channel, with at most one button."""

    account: str
    text: str
    button: str = ""
    label: str = ""


NOT_CARRIED = "no_entry_sign"
"""The reaction on a message that reaches no customer: its author may not act, or nobody carries its
account.
"""

Item = Card | Part | Words | Notice


class Form(StrEnum):
    """How an item is drawn: the plainer forms are for what Slack refuses in the first one."""

    RICH = "rich"
    PLAIN = "plain"  # sections of text, and the buttons
    TEXT = "text"  # no blocks at all


def digest(item: Item) -> str:
    """12 hex characters that change exactly when the item's content does."""
    return hashlib.sha256(repr(item).encode("utf-8", "surrogatepass")).hexdigest()[:12]
