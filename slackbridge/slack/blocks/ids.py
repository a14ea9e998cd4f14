"""The ids that Slack sends back when somebody presses or submits something.

Messages with them stand in Slack for months, so a value never changes.
"""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """What a button belongs to: its action id is `target:name`."""

    TICKET = "ticket"
    INTENT = "intent"
    ACCOUNT = "account"

    def action_id(self, name: str) -> str:
        return f"{self}:{name}"

    def block_id(self, *about: str) -> str:
        return "|".join((self, *about))


class Callback(StrEnum):
    """Which modal was submitted."""

    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    CLAIM = "claim"
    MESSAGE = "message"
    FORM = "action"
    MONEY = "money"


class Input(StrEnum):
    """An input of a modal: its block id and action id."""

    TEXT = "text"
    HOW = "how"
    TYPED = "typed"


class How(StrEnum):
    """What to do with the text of the reply modal."""

    SEND = "send"
    SEND_SOLVE = "send_solve"
    INTERNAL = "internal"
    PRIVATE = "private"
