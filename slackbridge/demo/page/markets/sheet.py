"""A ticket as its customer sees it, the same for every marketplace, and its JSON for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

By = Literal["customer", "merchant", "marketplace", "system"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """An attachment; `url` is on the page's own origin."""

    name: str
    url: str
    image: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ticket. `html` is as it came and not to be trusted; `at` is Unix seconds."""

    id: str
    at: float
    by: By
    name: str
    text: str
    html: str | None = None
    internal: bool = False
    files: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """What its customer can do now."""

    write: bool = True
    close: bool = False
    reopen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole ticket. `label` is the status in words, `at` when it last changed."""

    id: str
    title: str
    customer: str
    email: str
    status: str
    label: str
    open: bool
    at: float
    facts: Sequence[tuple[str, str]] = ()
    history: Sequence[Line] = ()
    can: Rights = field(default_factory=Rights)

    def row(self) -> Json:
        """As the list of tickets shows it."""
        last = self.history[-1] if self.history else None
        latest = {"by": last.by, "text": last.text, "at": last.at} if last else None
        about = ("id", "title", "customer", "email", "status", "label", "open", "at")
        return {
            **{name: getattr(self, name) for name in about},
            "messages": len(self.history),
            "latest": latest,
        }

    def whole(self) -> Json:
        """The same with facts and history; a fact that says nothing is left out."""
        return {
            **self.row(),
            "facts": [{"name": name, "value": value} for name, value in self.facts if value],
            "history": [asdict(line) for line in self.history],
            "can": asdict(self.can),
        }
