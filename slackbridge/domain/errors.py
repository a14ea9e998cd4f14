"""Four kinds of failure, and the one table from outcomes to kinds.

A kind says whether the call may have taken effect. "Was not sent" is said only where it certainly
did not; after `Unknown` the other side must be read before anything is repeated.
"""

from __future__ import annotations

from enum import StrEnum

from slackbridge.domain.refusal import Refusal


class Code(StrEnum):
    """The failure codes that code branches on.

    `Failure.code` may also hold any other error code of Slack or a marketplace.
    """

    NOT_FOUND = "not-found"  # the marketplace has no such ticket
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no-answer"
    UNREADABLE = "unreadable"  # a 2xx answer that cannot be understood
    DENIED = (
        "denied"  # a 2xx answer to a write by the marketplace itself that does not show it done
    )
    OTHER_TICKET = "other-ticket"  # an answer about another ticket than was asked for
    UNSENDABLE = "unsendable"  # no HTTP request can hold it
    LATE = "late"  # the deadline passed before anything was sent
    PACED = "paced"  # our own rate limit: nothing was tried
    RATE_LIMITED = "ratelimited"  # the other side, or a proxy before it, answered 429
    QUOTA = "quota"  # the calls of a day are used up
    FORBIDDEN = "403"
    BLOCKED = "blocked"  # by a firewall
    OTHER_STORE = "other-store"  # the account is bound to another
    CONFLICT = "conflict"
    INVALID = "invalid"
    MALFORMED = "bad-request"
    TOO_LONG = "too-long"
    REDIS = "redis"
    BUSY = "busy"  # lost too many races for one ticket
    EMBEDDED_REDIS = "embedded-redis"
    UNSEEN = "unseen"  # Slack does not show a post yet
    INCOMPLETE = "incomplete"  # Slack shows only a part of a list
    INTERRUPTED = "interrupted"  # the lease was lost: this process was stopped, or is too slow
    STALE = "stale"  # a read that is older than what a list has shown
    THREAD_GONE = "thread_gone"  # somebody deleted the root of the thread

    # Slack's own error codes.
    ARCHIVED = "is_archived"
    NOT_IN_CHANNEL = "not_in_channel"
    NO_CHANNEL = "channel_not_found"
    NO_THREAD = "thread_not_found"
    NO_MESSAGE = "message_not_found"
    CANNOT_UPDATE = "cant_update_message"
    TOO_OLD_TO_EDIT = "edit_window_closed"
    ALREADY_REACTED = "already_reacted"
    NO_REACTION = "no_reaction"
    FORGOTTEN_CURSOR = "invalid_cursor"
    MISSING_SCOPE = "missing_scope"
    NO_FILE = "file_not_found"
    FILE_DELETED = "file_deleted"


class Failure(Exception):
    """Base of the four. `str()` is a sentence for an agent; it holds no secret."""

    def __init__(self, reason: str, *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.loggable = reason
        """The reason without text of another system, which may quote a customer."""
        self.refusal: Refusal | None = None
        """What Slack's error code means; None where it is not Slack that refuses."""

    @property
    def remedy(self) -> str:
        """What a person can do, as sentences; '' = it is not known."""
        return self.refusal.remedy if self.refusal else ""

    @property
    def quoted(self) -> str:
        """The reason with Slack's control characters escaped: it may quote another system."""
        return self.reason.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Rejected(Failure):
    """It was certainly not done, and repeating it as it is will not help."""


class Unauthorized(Rejected):
    """The credential is refused: a human must act; probe slowly."""


class Later(Failure):
    """It was certainly not done, and may be tried again after `seconds`."""

    def __init__(self, reason: str, seconds: float, *, code: str = "") -> None:
        super().__init__(reason, code=code)
        self.seconds = seconds


class Unknown(Failure):
    """It may or may not have been done: look before repeating it."""


class Unsupported(Failure):
    """The other side does not offer this (501 / UNIMPLEMENTED): certain; probe slowly."""


class Wire(StrEnum):
    """How a call can fail below HTTP."""

    NOT_SENT = "not sent"  # no connection, name, handshake or free slot: nothing left us
    BROKEN = "broken"  # cut, reset, timed out or unreadable after the request left


def of_wire(wire: Wire, reason: str, *, write: bool) -> Failure:
    """The failure of a call that got no HTTP answer."""
    if wire is Wire.BROKEN and write:
        return Unknown(reason, code=Code.NO_ANSWER)
    return Later(reason, 2.0, code=Code.UNREACHABLE)


def of_status(
    status: int, reason: str, *, write: bool, retry_after: float | None = None, code: str = ""
) -> Failure:
    """The failure of a call answered with an HTTP status outside 2xx.

    | status | kind |
    |---|---|
    | 401 | Unauthorized |
    | 429, and 503 that names a time | Later |
    | 501 | Unsupported |
    | 408, 500, 502, 504, 503 without a time, other 5xx | Unknown for a write, Later for a read |
    | everything else | Rejected |
    """
    if status == 401:
        return Unauthorized(reason, code=code)
    if status == 429 or (status == 503 and retry_after is not None):
        return Later(reason, retry_after if retry_after is not None else 2.0, code=code)
    if status == 501:
        return Unsupported(reason, code=code)
    if status == 408 or status >= 500:
        return Unknown(reason, code=code) if write else Later(reason, 2.0, code=code)
    return Rejected(reason, code=code)


def unreadable(reason: str, *, write: bool) -> Failure:
    """The failure of a 2xx answer that cannot be understood."""
    if write:
        return Unknown(reason, code=Code.UNREADABLE)
    return Later(reason, 5.0, code=Code.UNREADABLE)


def other_ticket(who: str, *, write: bool) -> Failure:
    """The failure of an answer about another ticket: nothing of it may be shown. `who` sent it."""
    reason = f"{who} answered with another ticket than was asked for"
    if write:
        return Unknown(reason, code=Code.OTHER_TICKET)
    return Later(reason, 5.0, code=Code.OTHER_TICKET)
