"""Files on their way: what an agent shared in Slack, what is sent, and what a marketplace takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict


class SharedFile(BaseModel):
    """A file that is shared with a message in Slack, without its bytes.

    `type` is its MIME type ('' = not told), `size` is in bytes (None = not told). `held`: Slack
    holds its bytes; those of a link to another service it does not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str = ""
    type: str = ""
    size: int | None = None
    held: bool = True

    @property
    def nameless(self) -> SharedFile:
        """What is kept of it once the outcome is settled."""
        return SharedFile(id=self.id)


@dataclass(frozen=True, slots=True)
class File:
    """A file with its bytes, as it is sent. `content_type` is a MIME type, '' = not known."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What a marketplace takes with one message. Sizes are in bytes, before any encoding.

    `types` are the MIME types that it takes, `image/*` for a family; empty = all.
    """

    max_bytes: int
    max_total: int
    max_count: int
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the marketplace keeps; `url` is where it can be fetched, `size` is in bytes.

    None = the marketplace does not say. The size is no part of the repr, nor so of a digest.
    """

    name: str
    url: str
    content_type: str = ""
    size: int | None = field(default=None, repr=False)


def in_words(size: int) -> str:
    """A size in bytes as people write it."""
    if size < 1_000:
        return f"{size} bytes"
    if size < 999_500:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
