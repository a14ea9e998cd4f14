"""The fields of all stored hashes: their names, forms, meanings, units and lifetimes.

Versions that run during an upgrade share one Redis: a name or form in use never changes. `record`
reads and writes them; no other module knows the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from slackbridge.domain.account import AccountState, BoundStore
from slackbridge.domain.intent import Frozen
from slackbridge.domain.upload import FileUpload

CLOCK_MARGIN = 3_600.0  # seconds of clock skew between Redis and Slack


class OpenPost(Frozen):
    """A Slack post written down before it is made. Times are Unix seconds by the store's clock.

    `print` is that of the message which it completes ('' = none); see `rules.edits`.
    """

    effect: str
    channel: str
    thread: str = ""
    at: float
    deadline: float
    absent_at: float = 0.0
    print: str = ""

    @property
    def since(self) -> float:
        """The oldest ts that Slack may have given it, whatever the clock skew."""
        return self.at - CLOCK_MARGIN


@dataclass(frozen=True, slots=True)
class Writing:
    """Who has a reply form open, and since when (Unix seconds)."""

    user: str
    at: float


def read_post(text: str) -> OpenPost:
    """Read the JSON. Raises pydantic.ValidationError, a ValueError, if it is none."""
    return OpenPost.model_validate_json(text)


def written_post(post: OpenPost) -> str:
    """The JSON; without a print it is as earlier versions write it."""
    return post.model_dump_json(exclude=None if post.print else {"print"})


def _writing(text: str) -> Writing:
    user, _, at = text.partition("@")
    return Writing(user, float(at or 0))


class Form(Enum):
    """How a value is stored: its unit or type, and how it is read and written."""

    TEXT = ("text", str, str)
    COUNT = ("count", int, str)
    FLAG = ("1, or absent", bool, lambda value: "1" if value else "")
    MILLIS = ("Unix seconds, 3 decimals", float, lambda value: f"{value:.3f}")
    SECONDS = ("Unix seconds", float, lambda value: f"{value:.0f}")
    POST = ("JSON of an OpenPost", read_post, written_post)
    WRITING = ("user@Unix seconds", _writing, lambda value: f"{value.user}@{value.at:.0f}")
    STATE = ("an AccountState", AccountState, str)
    UPLOAD = (
        "JSON of a FileUpload",
        FileUpload.model_validate_json,
        lambda value: value.model_dump_json(exclude_defaults=True),
    )
    STORE = (
        "JSON of a BoundStore",
        BoundStore.model_validate_json,
        lambda value: value.model_dump_json(exclude_defaults=True),
    )

    def __init__(
        self, unit: str, read: Callable[[str], Any], written: Callable[[Any], str]
    ) -> None:
        self.unit = unit
        self.read = read
        self.written = written


@dataclass(frozen=True, slots=True)
class StoredField:
    """One field of a stored hash: its name there, the attribute it is read into, what it means."""

    name: str
    attribute: str
    form: Form
    meaning: str
    lifetime: str


_KEPT = "as long as the record"
TICKET_FIELDS = tuple(
    StoredField(*row)
    for row in (
        ("ch", "channel", Form.TEXT, "the channel of the thread", "until the thread is deleted"),
        ("ts", "root", Form.TEXT, "ts of the card, the thread's root", "until it is deleted"),
        ("card", "card", Form.TEXT, "digest of the card as it is shown", "absent during an edit"),
        ("card_at", "card_at", Form.MILLIS, "when the card was drawn last", "as the card"),
        ("late", "redraw_at", Form.MILLIS, "when a timed-out edit has come or never will", "then"),
        ("post", "open_post", Form.POST, "the post that is being made", "until it is settled"),
        ("holder", "holder", Form.TEXT, "Slack user who claimed the ticket; '' = nobody", _KEPT),
        ("claims", "claims", Form.COUNT, "how often it was claimed or released", _KEPT),
        ("writing", "writing", Form.WRITING, "who has a reply form open", "until it is submitted"),
        ("rev", "revision", Form.TEXT, "revision of the ticket that Slack shows whole", _KEPT),
        ("st", "raw_status", Form.TEXT, "the marketplace's status that the card shows", _KEPT),
        (
            "unread",
            "unread_at",
            Form.MILLIS,
            "when the ticket may have changed without a new revision: it must be read",
            "until everything is shown",
        ),
        (
            "unshown",
            "undrawn_at",
            Form.MILLIS,
            "when what Slack shows became incomplete: a kept read of the ticket is enough",
            "until everything is shown",
        ),
        ("again", "recheck_at", Form.SECONDS, "when to read it again in any case", "until then"),
        ("look", "missed_at", Form.MILLIS, "since when the thread must be read", "until it is"),
        ("caught", "read_to", Form.TEXT, "ts up to which the thread was read", _KEPT),
        ("end", "ended", Form.FLAG, "the ticket is solved or closed: the record expires", _KEPT),
        ("end_at", "ended_with", Form.TEXT, "its newest message when it ended", "while it is so"),
        ("tries", "tries", Form.COUNT, "failed passes in a row", "until a pass succeeds"),
        ("stuck", "stuck", Form.TEXT, "the cause that people were told of", "as `tries`"),
    )
)
"""The hash of a ticket, beside `m:<message>` (how a message stands in the thread: see `shown`) and
`stray:<effect>` (an OpenPost that a pass without its lease may have made; until its deadline) and
`file:<message>/<number>` (a FileUpload; its name and address until it is shared or left). The
record lives until `retention_days` after the ticket's end."""

SHOWN_FIELDS = tuple(f.name for f in TICKET_FIELDS if f.attribute in ("revision", "root"))
"""What Slack shows of a ticket: the names of its revision and of its thread's root."""

PLACE_FIELDS = tuple(f.name for f in TICKET_FIELDS if f.attribute in ("channel", "root"))
"""Where a ticket's thread is: the names of its channel and its root."""

ACCOUNT_FIELDS = tuple(
    StoredField(*row, lifetime="for ever")
    for row in (
        ("born", "born_at", Form.SECONDS, "when the first walk over its tickets was complete"),
        ("listened", "listened_at", Form.SECONDS, "when a process certainly heard Slack last"),
        ("shown", "shown_at", Form.SECONDS, "of a rebuild: when a bridge last showed its tickets"),
        ("mood", "state", Form.STATE, "how the marketplace answers"),
        ("mood_since", "since", Form.SECONDS, "since when it does so"),
        ("failures", "failures", Form.COUNT, "failed polls in a row"),
        ("said", "said", Form.FLAG, "Slack was told of it"),
        ("store", "store", Form.STORE, "the store that it is bound to"),
    )
)
"""The hash of an account's facts."""

INTENT_FIELDS: Mapping[str, tuple[str, str, str]] = {
    "id": ("unique within the ticket: ts, `v:<view>`, `<status>@<card_at>`, ...", "", _KEPT),
    "kind": ("what was asked for", "a Kind", _KEPT),
    "agent": ("Slack user who asked; '' = the bridge", "", _KEPT),
    "created": ("when it was asked for", "Unix seconds", _KEPT),
    "channel": ("channel of the agent's message or the words", "", _KEPT),
    "ts": ("the agent's own thread message; '' = asked by a button or form", "", _KEPT),
    "text": ("what the agent wrote", "plain text", "until the outcome is settled"),
    "status": ("the status wanted", "a Status", _KEPT),
    "email": ("the assignee wanted", "", _KEPT),
    "state": ("its state", "a State", _KEPT),
    "due": ("when it goes out", "Unix seconds", _KEPT),
    "reason": ("why it is in that state, or was refused, in words", "", _KEPT),
    "edited": ("the edit that the text is of", "ts", _KEPT),
    "late": ("what became of the message afterwards", "an Afterwards", _KEPT),
    "edit": ("the newer text", "plain text", "while the first may still be sent"),
    "edit_held": ("why the newer text must be asked about", "", "as `edit`"),
    "unsure": ("an attempt of unknown outcome was given up", "true", _KEPT),
    "refused": ("its author was not allowed to act when it was heard", "true", _KEPT),
    "unseen_at": ("since when Slack does not show its message", "Unix seconds", "until it is read"),
    "tries": ("attempts made", "count", _KEPT),
    "attempt": ("the open attempt: at, deadline, absent_at, baseline", "Unix seconds, ids", "open"),
    "before": ("ids of agents' messages before an attempt that was declined", "ids", "until sent"),
    "digest": ("of the text, to recognise it when it comes back", "16 hex", _KEPT),
    "message": ("the message at the marketplace that it became", "", _KEPT),
    "undoable": ("Undo is offered until `due`", "true", _KEPT),
    "action": ("name of the marketplace's own action; stored as `name` in `fields`", "", "open"),
    "fields": ("what was entered in a form; of a notice its button and label", "", "open"),
    "label": ("the action in words", "", _KEPT),
    "money": ("it moves money", "true", _KEPT),
    "files": ("Slack's files that go with it: id, name, type, size", "bytes", "open; ids are kept"),
    "text_only": ("its files cannot be sent, the text may be", "true", "while it is held"),
    "receipt": ("what Slack shows of it: reaction, reacting until, ts, shown, redo", "", _KEPT),
}
"""The JSON of an intent: meaning, unit, lifetime ("open" = until the outcome is settled). Defaults
are left out."""
