"""What is stored: a ticket's record, an account's facts, and changes of a record.

Rooms and rules use attributes only, and change them by a patch: attribute -> new value, None = the
field is removed. `fields` maps attributes to stored fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, cast

from slackbridge.domain.account import AccountHealth, BoundStore
from slackbridge.domain.fields import (
    ACCOUNT_FIELDS,
    TICKET_FIELDS,
    Form,
    OpenPost,
    Writing,
    read_post,
)
from slackbridge.domain.intent import Intent
from slackbridge.domain.shown import MORE, ShownMessage
from slackbridge.domain.upload import FileUpload

PART = "m:"
STRAY = "stray:"
FILE = "file:"


class Patch(TypedDict, total=False):
    """New values for attributes of a StoredTicket; None = the field is removed.

    `parts`, `strays` and `files` hold only what changes.
    """

    channel: str | None
    root: str | None
    card: str | None
    card_at: float | None
    redraw_at: float | None
    open_post: OpenPost | None
    holder: str
    claims: int
    writing: Writing | None
    revision: str
    raw_status: str
    unread_at: float | None
    undrawn_at: float | None
    recheck_at: float | None
    missed_at: float | None
    read_to: str
    ended: bool | None
    ended_with: str | None
    tries: int | None
    stuck: str | None
    parts: Mapping[str, str]
    strays: Mapping[str, OpenPost | None]
    files: Mapping[str, FileUpload]


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """The hash of a ticket, parsed; see TICKET_FIELDS. Absent fields have their default.

    `raw` is the hash itself.
    """

    channel: str = ""
    root: str = ""
    card: str = ""
    card_at: float = 0.0
    redraw_at: float = 0.0
    open_post: OpenPost | None = None
    holder: str = ""
    claims: int = 0
    writing: Writing | None = None
    revision: str = ""
    raw_status: str = ""
    unread_at: float = 0.0
    undrawn_at: float = 0.0
    recheck_at: float = 0.0
    missed_at: float = 0.0
    read_to: str = ""
    ended: bool = False
    ended_with: str = ""
    tries: int = 0
    stuck: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    strays: Mapping[str, OpenPost] = field(default_factory=dict)
    files: Mapping[str, FileUpload] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, raw: Mapping[str, str]) -> StoredTicket:
        """Read the hash."""
        return cls(
            **{
                stored.attribute: stored.form.read(raw[stored.name])
                for stored in TICKET_FIELDS
                if raw.get(stored.name)
            },
            parts={n[len(PART) :]: text for n, text in raw.items() if n.startswith(PART)},
            strays={n[len(STRAY) :]: read_post(t) for n, t in raw.items() if n.startswith(STRAY)},
            files={
                n[len(FILE) :]: Form.UPLOAD.read(t) for n, t in raw.items() if n.startswith(FILE)
            },
            raw=raw,
        )

    def patched(self, patch: Patch) -> StoredTicket:
        """The ticket with the patch stored."""
        put, drop = encoded(patch)
        raw = {**self.raw, **put}
        for name in drop:
            raw.pop(name, None)
        values: dict[str, Any] = {
            stored.attribute: stored.form.read(raw[stored.name])
            if raw.get(stored.name)
            else getattr(_ABSENT, stored.attribute)
            for stored in TICKET_FIELDS
            if stored.attribute in patch
        }
        strays = {**self.strays, **patch.get("strays", {})}
        return replace(
            self,
            **values,
            parts={**self.parts, **patch.get("parts", {})},
            strays={effect: post for effect, post in strays.items() if post is not None},
            files={**self.files, **patch.get("files", {})},
            raw=raw,
        )

    def holds(self, patch: Patch) -> bool:
        """Whether storing the patch would change nothing."""
        put, drop = encoded(patch)
        same = all(self.raw.get(name) == text for name, text in put.items())
        return same and not any(name in self.raw for name in drop)

    def lacking(self, patch: Patch) -> Patch:
        """The part of a patch whose fields are not stored yet."""
        held = {stored.attribute for stored in TICKET_FIELDS if stored.name in self.raw}
        new: Any = {name: value for name, value in patch.items() if name not in held}
        if "parts" in patch:
            new["parts"] = {id: t for id, t in patch["parts"].items() if id not in self.parts}
        return cast(Patch, new)

    @property
    def wants_read(self) -> bool:
        """Whether the ticket must be read or drawn again, now or later."""
        return bool(self.unread_at or self.undrawn_at or self.recheck_at or self.redraw_at)

    def whole(self, message: str) -> bool:
        """Whether all parts of a message are shown."""
        value = self.parts.get(message, "")
        return bool(value) and not value.endswith(MORE)

    def shown(self, message: str) -> ShownMessage:
        """How a message stands in the thread."""
        return ShownMessage.load(self.parts.get(message, ""))

    def shown_parts(self, message: str) -> list[str]:
        """The ts of the parts of a message that are shown."""
        return list(self.shown(message).parts)

    def timestamps(self) -> set[str]:
        """The ts of every post that is known to be in its thread."""
        return {self.root}.union(*(self.shown(message).timestamps for message in self.parts))


_ABSENT = StoredTicket()


def encoded(patch: Patch) -> tuple[dict[str, str], tuple[str, ...]]:
    """The stored form of a patch: fields to set, and names of fields to drop."""
    put: dict[str, str] = {}
    drop: list[str] = []
    for name, form, value in _entries(patch):
        if value is None:
            drop.append(name)
        else:
            put[name] = form.written(value)
    return put, tuple(drop)


def _entries(patch: Patch) -> Iterator[tuple[str, Form, Any]]:
    for stored in TICKET_FIELDS:
        if stored.attribute in patch:
            yield stored.name, stored.form, patch[stored.attribute]  # type: ignore[literal-required] # the table's names are the keys
    for message, text in patch.get("parts", {}).items():
        yield PART + message, Form.TEXT, text
    for effect, post in patch.get("strays", {}).items():
        yield STRAY + effect, Form.POST, post
    for name, upload in patch.get("files", {}).items():
        yield FILE + name, Form.UPLOAD, upload


def own(intent: Intent) -> str:
    """The value stored in `parts` for a message that the agent's own Slack message shows."""
    return f"={intent.id}"


class FactsPatch(TypedDict, total=False):
    """New values for an account's facts."""

    born_at: float
    listened_at: float
    shown_at: float
    health: AccountHealth
    store: BoundStore


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The facts of an account, parsed; see ACCOUNT_FIELDS. Times are Unix seconds, 0 = never.

    `store` is None for an account that no bridge has bound yet.
    """

    born_at: float = 0.0
    listened_at: float = 0.0
    health: AccountHealth = field(default_factory=AccountHealth)
    shown_at: float = 0.0
    store: BoundStore | None = None

    @classmethod
    def of(cls, raw: Mapping[str, str]) -> AccountFacts:
        """Read the hash."""
        told = {
            stored.attribute: stored.form.read(raw[stored.name])
            for stored in ACCOUNT_FIELDS
            if raw.get(stored.name)
        }
        times = {name: told.pop(name, 0.0) for name in ("born_at", "listened_at", "shown_at")}
        store = told.pop("store", None)
        return cls(**times, store=store, health=AccountHealth(**told))


def encoded_facts(patch: FactsPatch) -> dict[str, str]:
    """The stored form of new facts."""
    health = patch.get("health")
    values: dict[str, Any] = {**patch}
    if health is not None:
        values |= {name: getattr(health, name) for name in ("state", "since", "failures", "said")}
    return {
        stored.name: stored.form.written(values[stored.attribute])
        for stored in ACCOUNT_FIELDS
        if stored.attribute in values
    }


@dataclass(frozen=True, slots=True)
class Record:
    """All that is stored of one ticket: its hash, and its intents, oldest first.

    `seen` is the revision that a poll saw last, None for a ticket that is not active.
    """

    raw: Mapping[str, str]
    intents: tuple[Intent, ...]
    seen: str | None = None

    @property
    def stored(self) -> StoredTicket:
        """The hash, parsed at each call. Raises ValueError if a field of it cannot be read."""
        return StoredTicket.of(self.raw)


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic change of a ticket's record.

    Each swap is (before, after) and fails the whole change if `before` is not what is stored
    (None = nothing is). `names` are second names of an intent, such as its client_msg_id; one that
    another intent has fails the change too. `put` sets and removes fields; with `known`, a field
    whose value differs from that in `known` is not removed: another writer has set it meanwhile.
    Intents in `forget` are deleted. `seen` is stored as the revision seen. `due` marks the ticket
    due at that time. The record expires after `ttl` seconds (0 = no more, None = as before).
    """

    swaps: tuple[tuple[Intent | None, Intent], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    put: Patch = field(default_factory=Patch)
    known: StoredTicket | None = None
    forget: tuple[str, ...] = ()
    due: float | None = None
    seen: str = ""
    ttl: int | None = None

    def as_known(self, stored: StoredTicket) -> Change:
        """The same change with `stored` as `known`, removing only fields that `stored` has."""
        names = {f.attribute: f.name for f in TICKET_FIELDS}
        put: Any = {
            attribute: value
            for attribute, value in self.put.items()
            if value is not None or names[attribute] in stored.raw
        }
        return replace(self, put=cast(Patch, put), known=stored)
