"""The log: what a line holds, what it never holds; a failing log does not stop the service."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from slackbridge.domain.errors import Later
from slackbridge.domain.model import TicketKey
from slackbridge.ops import log
from tests import loggers

SECRET = 'pa"ss-wörd'


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    with loggers.restored():
        yield


def logger() -> Any:
    return structlog.get_logger("slackbridge.test")


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    log.configure("info", "auto", [SECRET, "", "ab"], stream)
    return stream


def test_a_line_is_json_in_utc(stream: io.StringIO) -> None:
    logger().info("reply sent", ticket=TicketKey("shop", "1"), count=2, who="Jürgen 🔒")
    (line,) = written(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "reply sent",
        "ticket": "shop:1",
        "count": 2,
        "who": "Jürgen 🔒",
        "level": "info",
        "logger": "slackbridge.test",
    }


def test_text_is_readable() -> None:
    stream = io.StringIO()
    log.configure("debug", "text", [], stream)
    logger().debug("reply sent", ticket="shop:1")
    assert "reply sent" in stream.getvalue()
    assert "ticket=shop:1" in stream.getvalue()


def test_levels_are_ours_and_theirs(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://api.example/?token=1")
    logging.getLogger("slack_sdk").warning("rate limited")
    logger().debug("too fine")
    logger().info("ours")
    assert [line["event"] for line in written(stream)] == ["rate limited", "ours"]
    log.configure("error", "json", [], stream)
    logging.getLogger("slack_sdk").warning("again")
    logger().warning("ours again")
    assert len(written(stream)) == 2


@pytest.mark.parametrize("style", ["json", "text"])
def test_secrets_never_appear(style: log.Style) -> None:
    stream = io.StringIO()
    log.configure("info", style, [SECRET], stream)
    shaped = ("xoxb-12-34-aBc", "xapp-1-A0-12-ff", "Plain 0f8fad5b-d9cb-469f-a165-70867728950e")
    for text in (SECRET, *shaped):
        logger().info(f"in the event {text}", nested={"deep": [("tuple", text)]}, plain=text)
        logging.getLogger("slack_bolt").error("given %s", text)
        try:
            raise Later(f"refused {text}", 1.0)
        except Later:
            logger().exception("failed")
    said = stream.getvalue()
    for text in (SECRET, json.dumps(SECRET)[1:-1], "pa\\\\", *shaped):
        assert text not in said
    assert said.count("***") == 4 * (3 + 1 + 1)


class Strict(BaseModel):
    number: int


def test_exceptions_keep_their_way_and_lose_their_text(stream: io.StringIO) -> None:
    try:
        try:
            Strict.model_validate({"number": "my address is Rosenweg 1"})
        except ValidationError as error:
            TicketKey.parse("customer's words")
            raise AssertionError from error
    except ValueError as error:
        logger().exception("failed", caught=error, nested=[error])
        logging.getLogger("slack_bolt").exception(f"Failed to run listener (error: {error})")
        logging.getLogger("asyncio").error(
            f"Task exception was never retrieved\n{error!r}", exc_info=error
        )
    lines = written(stream)
    assert [line["error"] for line in lines] == ["ValueError"] * 3
    assert lines[0]["causes"] == ["ValidationError"]
    assert lines[0]["at"][0].startswith("domain/model.py:")
    assert lines[0]["at"][0].endswith(" parse")
    assert lines[1]["event"] == "Failed to run listener (error: ValueError)"
    assert "Rosenweg" not in stream.getvalue()
    assert "customer's" not in stream.getvalue()


def test_our_own_failures_keep_their_reason(stream: io.StringIO) -> None:
    logger().warning("failed", exc_info=Later("the marketplace asks to wait", 1.0))
    (line,) = written(stream)
    assert (line["error"], line["reason"]) == ("Later", "the marketplace asks to wait")


def test_a_line_stays_one_line(stream: io.StringIO) -> None:
    logger().info("two\nlines", text="a\nb\u2028c")
    logging.getLogger("aiohttp").warning("first\nsecond")
    assert len(stream.getvalue().split("\n")) == 3
    assert json.loads(stream.getvalue().split("\n")[1])["event"] == "first"


def test_a_broken_stream_is_survived() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    broken = os.fdopen(writing, "w", buffering=1)
    closed = io.StringIO()
    closed.close()
    for stream in (broken, closed):
        log.configure("info", "json", [], stream)
        logger().info("nobody reads this")
        logging.getLogger("aiohttp").error("nor this")
    with pytest.raises(BrokenPipeError):
        broken.close()


def test_the_default_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "auto", [])
    logger().info("hello")
    assert sys.stderr is not None
    assert json.loads(capsys.readouterr().err)["event"] == "hello"
