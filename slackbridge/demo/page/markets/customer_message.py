"""What a customer submits on the page: a message, or the first message of a new ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slackbridge.demo.page.problem import Problem
from slackbridge.sandbox.refurbed.files import Upload
from slackbridge.sandbox.refurbed.markup import plain

MAX_TITLE = 60


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
