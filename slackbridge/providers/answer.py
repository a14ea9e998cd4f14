"""What a marketplace answered over HTTP, and which failure an answer outside 2xx is.

Reading an answer raises the four failures only. No header or body is shown, except the
marketplace's own short error message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from slackbridge.domain.errors import Code, Failure, Unknown, of_status, unreadable
from slackbridge.providers.lenient import LONGEST_NUMBER
from slackbridge.text.clean import clean

T = TypeVar("T")
SAID_LIMIT = 300
SHORTEST_SECRET = 4
LONGEST_PAUSE = 3_600.0
WRONG_CLOCK = 2.0
WRONGEST_CLOCK = 366 * 86_400.0  # seconds; a Date further off tells nothing
SECONDS = re.compile(r"[0-9]{1,30}(\.[0-9]{1,9})?")
SAID_KEYS = ("message", "error", "error_description")
ERROR_KEYS = ("error", "errors")
SUCCESS_KEYS = ("success", "ok")

WORDS = {
    401: "does not accept the token",
    403: "does not permit this",
    404: "does not know this",
    429: "asks for fewer calls",
    501: "does not offer this",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole. `at` is our Unix time when it came; header names ignore case.

    `secret` is masked in whatever the marketplace says.
    """

    vendor: str
    status: int
    at: float
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self, *, write: bool) -> Any:
        """The parsed body; a number with a point is a Decimal, one that is none (NaN, or of more
        than 40 digits) is null. Raises Unknown or Later.
        """
        try:
            return self._parsed()
        except (ValueError, RecursionError):
            raise self.nonsense(write=write) from None

    def read(self, parse: Callable[[Any], T | None], *, write: bool) -> T:
        """What `parse` makes of the body. Raises Unknown or Later if that is None.

        The same for a body that tells an error: a 2xx alone proves nothing.
        """
        data = self.json(write=write)
        try:
            found = None if tells_error(data) else parse(data)
        except RecursionError:  # nested as deep as the parser just takes
            found = None
        if found is None:
            raise self.nonsense(write=write)
        return found

    def nonsense(self, *, write: bool) -> Failure:
        """The failure of a 2xx answer that does not hold what was asked for.

        A write that is answered in JSON, or with nothing, reached the marketplace itself: see
        `Code.DENIED`.
        """
        denied = write and (self._is_object or not self.body.strip())
        what = "that does not show it done" if denied else "that cannot be read"
        ours = f"{self.vendor} sent an answer {what} ({self.status})"
        said = self.said()
        reason = f"{ours}: {said}" if said else ours
        failure = unreadable(reason, write=write)
        if denied:
            failure = Unknown(reason, code=Code.DENIED)
        failure.loggable = ours
        return failure

    @property
    def _is_object(self) -> bool:
        try:
            return isinstance(self._parsed(), dict)
        except (ValueError, RecursionError):
            return False

    def said(self) -> str:
        """The marketplace's own error message in one line, at most 300 characters, or ''."""
        try:
            text = _message_in(self._parsed())
        except (ValueError, RecursionError):
            plain = self.body[: 4 * SAID_LIMIT].decode("utf-8", "replace")
            text = "" if plain.lstrip().startswith(("<", "{", "[")) else plain
        return self.quoted(text)

    def quoted(self, text: str) -> str:
        """The marketplace's text in one line, at most 300 characters, the secret masked."""
        line = " ".join(clean(text).split())
        for secret in (self.secret, *self.secret.split(":")):  # a pair of keys is two secrets
            line = line.replace(secret, "***") if len(secret) >= SHORTEST_SECRET else line
        return line if len(line) <= SAID_LIMIT else line[: SAID_LIMIT - 1] + "…"

    @property
    def date(self) -> float | None:
        """The marketplace's own Unix time, by its Date header; None for one that is years off."""
        told = _http_date(self.headers.get("Date", ""))
        return told if told is not None and abs(told - self.at) < WRONGEST_CLOCK else None

    @property
    def skew(self) -> float | None:
        """The marketplace's clock minus ours, in seconds."""
        return None if self.date is None else self.date - self.at

    @property
    def retry_after(self) -> float | None:
        """Seconds asked for by Retry-After (a number or an HTTP date)."""
        text = self.headers.get("Retry-After", "").strip()
        if SECONDS.fullmatch(text):
            return min(float(text), LONGEST_PAUSE)
        until = _http_date(text)
        return None if until is None else self._until(until)

    @property
    def quota_pause(self) -> float | None:
        """Seconds to X-RateLimit-Reset (Unix seconds), if X-RateLimit-Remaining is 0."""
        reset = self.headers.get("X-RateLimit-Reset", "").strip()
        if self.headers.get("X-RateLimit-Remaining", "").strip() != "0":
            return None
        return self._until(float(reset)) if SECONDS.fullmatch(reset) else None

    @property
    def pause(self) -> float:
        """Seconds for which the marketplace asks this account to make no call."""
        asked = self.retry_after if self.status in (429, 503) else None
        return max(asked or 0.0, self.quota_pause or 0.0)

    def _parsed(self) -> Any:
        # Invalid UTF-8 must not make a whole page unreadable.
        text = self.body.decode("utf-8-sig", "replace")
        return json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=lambda _: None
        )

    def _until(self, unix: float) -> float:
        # Date has whole seconds only, so our clock is used unless the two plainly differ.
        theirs = self.date
        skewed = theirs is not None and abs(theirs - self.at) > WRONG_CLOCK
        now = theirs if theirs is not None and skewed else self.at
        return min(max(0.0, unix - now), LONGEST_PAUSE)


def refused(
    answer: Answer, *, write: bool, status: int = 0, words: str = "", code: str = ""
) -> Failure:
    """The failure of an answer outside 2xx, by `errors.of_status`.

    `status` overrides the HTTP status where the body tells a better one; `words` replace ours.
    """
    status = status or answer.status
    ours = f"{answer.vendor} {words or _words(status)} ({status})"
    said = answer.said()
    reason = f"{ours}: {said}" if said else ours
    after = answer.retry_after
    if after is None and status == 429:
        after = answer.quota_pause
    failure = of_status(status, reason, write=write, retry_after=after, code=code)
    failure.loggable = ours
    return failure


def tells_error(data: object) -> bool:
    """Whether an object says that the call failed, whatever its HTTP status says."""
    if not isinstance(data, dict):
        return False
    return any(data.get(key) for key in ERROR_KEYS) or any(
        data.get(key) in (False, "false") for key in SUCCESS_KEYS if key in data
    )


def _words(status: int) -> str:
    if 300 <= status < 400:
        return "answered with a redirect, which is not followed; check base_url"
    return WORDS.get(status, "declined" if status < 500 else "has a fault of its own")


def _message_in(data: object) -> str:
    """The first message under the keys that marketplaces use, however nested."""
    if isinstance(data, str):
        return data
    if isinstance(data, dict):
        found = (_message_in(data.get(key)) for key in SAID_KEYS)
        return next((text for text in found if text.strip()), "")
    return ""


def _integer(text: str) -> int | None:
    return int(text) if len(text) <= LONGEST_NUMBER else None


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text[: 3 * LONGEST_NUMBER])
    except ArithmeticError:  # an exponent beyond Decimal's own
        return None
    return number if abs(number.adjusted()) <= LONGEST_NUMBER else None


def _http_date(text: str) -> float | None:
    try:
        at: datetime = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
