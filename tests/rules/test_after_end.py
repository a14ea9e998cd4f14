"""What is read again of ended tickets, and whether a customer wrote after the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

import pytest

from slackbridge.domain.model import Author, Conversation, Message, Scope, Status, Ticket
from slackbridge.domain.record import StoredTicket
from slackbridge.rules.after_end import Watch, ended_with, wrote
from tests.values import AT, message, ticket

NOW = AT.timestamp()
HOUR = timedelta(hours=1)
WATCH = Watch(oldest=NOW - 3600, since=NOW - 60)
SOLVED, CLOSED = ticket(Status.SOLVED), ticket(Status.CLOSED)
Talk = tuple[Message, ...]


@pytest.mark.parametrize(
    ("watch", "listed", "known", "stirred"),
    [
        (WATCH, CLOSED, "r1", False),
        (WATCH, CLOSED, "r0", True),
        (WATCH, CLOSED, None, True),  # forgotten, or it came and went between two polls
        (replace(WATCH, since=NOW), CLOSED, None, False),  # from before the account was known
        (replace(WATCH, since=inf), CLOSED, None, False),  # the first walk
        (replace(WATCH, since=inf), CLOSED, "r0", True),
        (WATCH, replace(CLOSED, ended_at=AT - HOUR), None, True),
        (WATCH, replace(CLOSED, ended_at=AT), None, False),  # its end is what happened last
        (WATCH, replace(CLOSED, ended_at=AT), "", True),  # it has a thread, restored from Slack
        (replace(WATCH, final=True), CLOSED, None, False),
        (replace(WATCH, final=True), CLOSED, "r0", True),
        (replace(WATCH, final=True), SOLVED, None, True),
    ],
)
def test_what_is_read_again(watch: Watch, listed: Ticket, known: str | None, stirred: bool) -> None:
    assert watch.stirred(listed, known) is stirred


def test_what_ended_long_ago_is_not_looked_at() -> None:
    assert WATCH.covers(CLOSED)
    assert not replace(WATCH, oldest=NOW + 1).covers(CLOSED)


def at(id: str, hours: int, author: Author = Author.CUSTOMER, **changes: Any) -> Message:
    return replace(message(id, author=author, **changes), at=AT + hours * HOUR)


ASKED, ANSWERED, THANKS = at("m1", 0), at("m2", 1, Author.AGENT), at("m3", 2)
SYSTEM = at("m4", 3, Author.SYSTEM)
NOTE = at("m5", 3, Author.AGENT, scope=Scope.INTERNAL)


@pytest.mark.parametrize(
    ("messages", "ended", "mark", "updated", "after"),
    [
        ((ASKED, ANSWERED, THANKS), 1, "", 9, True),  # the marketplace tells when it ended
        ((ASKED, ANSWERED, THANKS), 2, "", 2, False),
        ((ASKED, ANSWERED), 0, "", 1, False),  # an agent spoke last
        ((ASKED, ANSWERED, THANKS, SYSTEM, NOTE), 1, "", 9, True),
        ((ASKED, ANSWERED, THANKS), None, "m2", 9, True),
        ((ASKED, ANSWERED, THANKS), None, "m3", 2, False),
        ((ASKED, ANSWERED, THANKS), None, "", 2, True),  # nothing happened after it
        ((ASKED, ANSWERED, THANKS), None, "", 3, False),  # the end came later
        ((ASKED, ANSWERED, THANKS), None, "gone", 2, True),
        ((), None, "", 0, False),
    ],
)
def test_whether_the_customer_wrote_after_the_end(
    messages: Talk, ended: int | None, mark: str, updated: int, after: bool
) -> None:
    ended_at = None if ended is None else AT + ended * HOUR
    told = ticket(Status.CLOSED, ended_at=ended_at, updated_at=AT + updated * HOUR)
    assert wrote(Conversation(told, messages), mark) is after
    assert not wrote(Conversation(ticket(), messages), mark)


def record(*shown: str, **fields: str) -> StoredTicket:
    return StoredTicket.of({f"m:{id}": "1.0" for id in shown} | fields)


@pytest.mark.parametrize(
    ("stored", "updated", "mark"),
    [
        (record("m1", "m2", "m3"), 2, "m3"),  # shown while it was active
        (record("m1", "m2"), 2, "m2"),  # came with the end, and nothing happened after it
        (record("m1", "m2"), 3, "m3"),  # came with the end, which was later
        (record(), 2, "m2"),
        (record("m1", "m2", end="1"), 9, "m2"),  # an older version noted the end alone
        (record("m1", "m2", end="1", end_at="m1"), 9, "m1"),
    ],
)
def test_which_message_it_ended_with(stored: StoredTicket, updated: int, mark: str) -> None:
    told = ticket(Status.CLOSED, updated_at=AT + updated * HOUR)
    assert ended_with(stored, Conversation(told, (ASKED, ANSWERED, THANKS))) == mark
    assert ended_with(record("m1"), Conversation(ticket(), (ASKED,))) == ""
