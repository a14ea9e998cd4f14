"""People, what they write in a thread, and the mark in the metadata of every post of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from slackbridge.domain.files import SharedFile
from slackbridge.domain.model import TicketKey

CARD = "card"
"""The effect of a ticket's root message."""


class PartEffect(NamedTuple):
    """Part `number` of `total` of a message of the marketplace."""

    message: str
    number: int
    total: int


def message_effect(message: str, number: int, total: int) -> str:
    return f"m:{message}:{number}/{total}"


def part_of(effect: str) -> PartEffect | None:
    """Parse what `message_effect` made; None for another effect."""
    kind, _, rest = effect.partition(":")
    return PartEffect(*_numbered(rest)) if kind == "m" else None


class EditEffect(NamedTuple):
    """Part `number` of `total` of what a message became at the marketplace; see `rules.edits`."""

    message: str
    print: str
    number: int
    total: int


def edit_effect(message: str, print: str, number: int, total: int) -> str:
    return f"e:{message}:{print}:{number}/{total}"


def edit_of(effect: str) -> EditEffect | None:
    """Parse what `edit_effect` made; None for another effect."""
    kind, _, rest = effect.partition(":")
    if kind != "e":
        return None
    which, number, total = _numbered(rest)
    message, _, print = which.rpartition(":")
    return EditEffect(message, print, number, total)


def _numbered(effect: str) -> tuple[str, int, int]:
    """What comes before `<number>/<total>`, and these."""
    which, _, place = effect.rpartition(":")
    number, _, total = place.partition("/")
    return which, int(number), int(total)


def words_effect(intent: str) -> str:
    return f"w:{intent}"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message a person wrote in a thread, as Slack has it now.

    `text` is readable plain text. `addressed`: it begins with a mention. `broadcast`: it mentions
    a group or the channel. `mentions`: it mentions a person, a group or a channel anywhere.
    `to_channel`: it was also sent to the channel. `forwards`: it shares another message. `edited`
    is the ts of its last edit ('' = never edited): Slack delivers edits in any order.
    """

    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    client_msg_id: str = ""
    addressed: bool = False
    broadcast: bool = False
    mentions: bool = False
    to_channel: bool = False
    forwards: bool = False
    edited: str = ""
    files: tuple[SharedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the workspace."""

    id: str
    name: str
    email: str = ""
    guest: bool = False
    bot: bool = False
    external: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The metadata of a post of ours: its ticket and its effect.

    Anybody in the workspace can read it: ids only.
    """

    key: TicketKey
    effect: str
