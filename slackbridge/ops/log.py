"""The log: one line an event, JSON for machines or plain for a terminal, free of secrets.

Owns how records look and what may not be in them: no secret, no customer's text, no exception
text of other people's code. Must never make the service fail: a broken pipe is ignored.
Other packages (Bolt, slack_sdk, httpx, aiohttp, apscheduler) are heard from warnings upwards.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from slackbridge.domain.errors import Failure

Style = Literal["auto", "json", "text"]
OURS = "slackbridge"
ROOT = Path(__file__).resolve().parent.parent
SHAPES = (
    r"xox[a-z]-[\w-]+",  # Slack bot, user and refresh tokens
    r"xoxe\.xox[a-z]-[\w-]+",
    r"xapp-[\w-]+",
    r"Plain\s+[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",  # refurbed's Authorization
)
SHORTEST_SECRET = 4  # a shorter one would blank ordinary words
FOREIGN_LIMIT = 300


def configure(
    level: str, style: Style, secrets: Iterable[str], stream: TextIO | None = None
) -> None:
    """Send every record of this process to `stream` (default: standard error).

    `level` is debug, info, warning or error and holds for our own records. "auto" is text on a
    terminal and JSON elsewhere. `secrets` are replaced by `***` wherever they appear.
    """
    stream = stream or sys.stderr or _nowhere()
    text = style == "text" or (style == "auto" and stream.isatty())
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty())
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=_plain)
    )
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper("iso", utc=True),
    ]
    handler = SafeHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, _foreign],
            processors=[
                _exceptions,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                render,
                Redactor(secrets),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # module-level loggers exist before we are configured
    )
    ours = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[handler], level=max(ours, logging.WARNING), force=True)
    logging.getLogger(OURS).setLevel(ours)
    logging.captureWarnings(True)


def _nowhere() -> TextIO:
    """For a process that was started without an output."""
    return Path(os.devnull).open("w")


class SafeHandler(logging.StreamHandler[TextIO]):
    """Writes to a stream that may break at any time."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Ignore a broken stream: the service goes on without a log."""


class Redactor:
    """A last processor: replaces secrets in the finished line, whatever field they are in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        given = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        given |= {json.dumps(secret)[1:-1] for secret in given}
        given |= {json.dumps(secret, ensure_ascii=False)[1:-1] for secret in given}
        longest_first = sorted(given, key=len, reverse=True)
        self._pattern = re.compile("|".join([*map(re.escape, longest_first), *SHAPES]))

    def __call__(self, logger: WrappedLogger, method: str, line: str | EventDict) -> str:
        return self._pattern.sub("***", str(line))


def _foreign(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Another package's record: the first line, without the text of the exception it is about."""
    text = str(event["event"])
    for error in _chain(_raised(event.get("exc_info"))):
        for said in (repr(error), str(error)):
            text = text.replace(said, type(error).__name__) if said else text
    event["event"] = text.partition("\n")[0][:FOREIGN_LIMIT]
    return event


def _exceptions(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Exceptions become their type, the way through our own files, and our own reason."""
    error = _raised(event.pop("exc_info", None))
    event.pop("exc_text", None)
    if error is not None:
        chain = list(_chain(error))
        event["error"] = type(error).__name__
        if len(chain) > 1:
            event["causes"] = [type(cause).__name__ for cause in chain[1:]]
        if frames := [frame for cause in chain for frame in _frames(cause)]:
            event["at"] = frames
        if isinstance(error, Failure):
            event["reason"] = error.loggable
    for name, value in event.items():
        if isinstance(value, BaseException) and not name.startswith("_"):
            event[name] = _plain(value)
    return event


def _plain(value: object) -> str:
    """A value that JSON has no form for; an exception's text only if it is our own."""
    if isinstance(value, Failure):
        return value.loggable
    return type(value).__name__ if isinstance(value, BaseException) else str(value)


def _raised(exc_info: object) -> BaseException | None:
    """The exception in any form that logging calls accept as `exc_info`."""
    if isinstance(exc_info, BaseException):
        return exc_info
    found = exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else ()
    return next((item for item in found if isinstance(item, BaseException)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what led to it, as a traceback would show them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _frames(error: BaseException) -> Iterator[str]:
    """`file:line function` of every frame in our own package, outermost first."""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT):
            yield f"{path.relative_to(ROOT)}:{frame.lineno} {frame.name}"
