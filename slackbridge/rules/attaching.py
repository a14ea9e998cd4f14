"""Whether files can go to a marketplace with a reply, and how they are spoken of. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slackbridge.domain.files import File, FileLimits, SharedFile, in_words
from slackbridge.text.clean import clean

OFF = "Files cannot be sent to the customer from Slack: `outbound` in [files] is off."
NONE_TAKEN = "Files cannot be sent to the customer: this marketplace takes none."
NEEDS_TEXT = "Files go out with a text only, and there is none: edit the message and add one."
NAME = 80


@dataclass(frozen=True, slots=True)
class Outbound:
    """Whether files may go out at all, and what a marketplace takes (None = none)."""

    on: bool = False
    limits: FileLimits | None = None


NOTHING_GOES = Outbound()


def unfit(files: Sequence[SharedFile], out: Outbound) -> str:
    """Why these files cannot go with a reply, as a sentence in mrkdwn; '' if they can."""
    if not files:
        return ""
    if out.limits is None or not out.on:
        return OFF if out.limits is not None else NONE_TAKEN
    for file in files:
        if not file.held:
            return f"{named(file)} cannot be sent: Slack holds only a link to it, not the file."
    return _beyond([(named(file), file.type, file.size) for file in files], out.limits)


def too_much(files: Sequence[File], limits: FileLimits) -> str:
    """The same of files as they were fetched."""
    told = [(named(file), file.content_type, len(file.data)) for file in files]
    return _beyond(told, limits)


def _beyond(files: Sequence[tuple[str, str, int | None]], limits: FileLimits) -> str:
    """The first limit that files (name, type, size) exceed."""
    if len(files) > limits.max_count:
        return f"These are {len(files)} files; the marketplace takes {limits.max_count} at once."
    for name, type, size in files:
        if not takes(limits, type):
            return f"{name} cannot be sent: the marketplace takes no file of its type ({type})."
        if size == 0:
            return f"{name} cannot be sent: it is empty."
        if size is not None and size > limits.max_bytes:
            most = in_words(limits.max_bytes)
            return f"{name} is too large ({in_words(size)}); the marketplace takes {most} each."
    total = sum(size or 0 for _, _, size in files)
    if total > limits.max_total:
        most = in_words(limits.max_total)
        return f"The files have {in_words(total)} together; the marketplace takes {most} at once."
    return ""


def takes(limits: FileLimits, type: str) -> bool:
    """Whether a marketplace takes files of a MIME type. One that is not told ('') is tried."""
    return fits(type, limits.types) if limits.types and type else True


def fits(type: str, types: frozenset[str]) -> bool:
    """Whether a MIME type is among types, of which `image/*` is a family."""
    plain = type.partition(";")[0].strip().casefold()
    return plain in types or f"{plain.partition('/')[0]}/*" in types


def named(file: SharedFile | File) -> str:
    """Its name in mrkdwn, which it cannot leave."""
    return quoted(file.name or "a file")


def quoted(name: str) -> str:
    """A name that somebody chose, as code in mrkdwn."""
    line = " ".join(clean(name).replace("`", "'").split())[:NAME] or "a file"
    return "`" + line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "`"


def counted(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
