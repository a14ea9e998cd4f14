"""What a customer sees and submits: a ticket, the same for every marketplace, and a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from slackbridge.demo.page.responses import Problem
from slackbridge.sandbox.refurbed.files import Upload
from slackbridge.sandbox.refurbed.markup import plain

MAX_TITLE = 60
By = Literal["customer", "merchant", "marketplace", "system"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage:
    """Plain text or HTML; `name`, `email` and `title` are used for a new ticket only."""

    text: str = ""
    html: str = ""
    files: Sequence[Upload] = ()
    name: str = ""
    email: str = ""
    title: str = ""

    @property
    def words(self) -> str:
        """The message as plain text. Raises Problem if it is empty."""
        words = self.text.strip() or plain(self.html)
        if not words:
            raise Problem("Write something first.")
        return words

    @property
    def headline(self) -> str:
        """The title, else the first line, of at most MAX_TITLE characters."""
        first = self.title.strip() or self.words.splitlines()[0]
        return first if len(first) <= MAX_TITLE else f"{first[: MAX_TITLE - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Attachment:
    """`url` is on the page's own origin; an `image` is shown, anything else is downloaded."""

    name: str
    url: str
    image: bool


@dataclass(frozen=True, slots=True)
class Message:
    """`html` is untrusted, as the marketplace returned it; `at` is Unix seconds."""

    id: str
    at: float
    by: By
    name: str
    text: str
    html: str | None = None
    internal: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """What the customer may do now."""

    write: bool = True
    close: bool = False
    reopen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTicket:
    """`status` is the marketplace's value, `label` the same in words, `at` the last change."""

    id: str
    title: str
    customer: str
    email: str
    status: str
    label: str
    open: bool
    at: float
    facts: Sequence[tuple[str, str]] = ()
    history: Sequence[Message] = ()
    can: Rights = field(default_factory=Rights)

    def summary(self) -> Json:
        """The row in the list of tickets."""
        last = self.history[-1] if self.history else None
        latest = {"by": last.by, "text": last.text, "at": last.at} if last else None
        about = ("id", "title", "customer", "email", "status", "label", "open", "at")
        return {
            **{name: getattr(self, name) for name in about},
            "messages": len(self.history),
            "latest": latest,
        }

    def details(self) -> Json:
        """The summary with facts, history and rights; empty facts are left out."""
        return {
            **self.summary(),
            "facts": [{"name": name, "value": value} for name, value in self.facts if value],
            "history": [asdict(message) for message in self.history],
            "can": asdict(self.can),
        }
