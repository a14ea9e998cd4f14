"""Histories: which posts are ours, how many calls are made, and who waits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Code, Failure, Later, Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.slack import history
from slackbridge.slack.history import HISTORY, REPLIES, History, Reading, metadata_of
from slackbridge.slack.pacing import DISTRIBUTED

MARK = Mark(TicketKey("refurbed-at", "7"), "m:1:1/1")
OURS = {"ts": "1.1", "bot_id": "B1", "metadata": metadata_of(MARK)}
OTHER = {"event_type": "another", "event_payload": metadata_of(MARK)["event_payload"]}
PARTIAL = {"event_type": "slackbridge", "event_payload": {"account": "refurbed-at"}}
LATER = Later("wait", 0.0, code=Code.PACED)
FAULT = Later("no answer", 0.0, code=Code.UNREACHABLE)


class Client:
    """Answers a call with the next of `answers`; the last one again and again."""

    def __init__(self, answers: Sequence[Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.paces: dict[str, Any] = {}

    async def call(self, method: str, **args: Any) -> Any:
        self.asked.append({"method": method, **args})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Failure):
            raise answer
        return answer


def reader(*answers: Any) -> tuple[History, Client]:
    client = Client(answers)
    found: Any = History(client)  # type: ignore[arg-type] # a client needs only `call`
    found.bot_id, found.bot_user = "B1", "UBOT"
    return found, client


def page(ts: str, cursor: str = "", **more: Any) -> dict[str, Any]:
    return {"messages": [{"ts": ts}], "response_metadata": {"next_cursor": cursor}, **more}


async def read(found: History, **how: Any) -> list[str]:
    return [str(row["ts"]) async for row in found.rows(Reading("C1", **how))]


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"bot_id": "B2"}, False),
        ({"bot_id": "B2", "user": "UBOT"}, False),
        ({"bot_id": None}, False),
        ({"bot_id": None, "user": "U1"}, False),
        ({"bot_id": None, "user": "UBOT"}, True),
        ({"metadata": None}, False),
        ({"metadata": OTHER}, False),
        ({"metadata": PARTIAL}, False),
    ],
)
def test_only_our_bots_marks_count(changes: dict[str, Any], ours: bool) -> None:
    found, _ = reader({})
    assert found.mark(OURS | changes) == (MARK if ours else None)


def test_before_we_know_our_bot_nothing_is_ours() -> None:
    found, _ = reader({})
    found.bot_id = found.bot_user = ""
    assert found.mark(OURS) is None
    assert found.mark(OURS | {"bot_id": None, "user": ""}) is None


async def test_pages_are_read_to_the_end() -> None:
    found, client = reader(page("1", "a"), page("2", "b"), page("3"))
    assert await read(found, thread="1", page=7) == ["1", "2", "3"]
    assert [asked["cursor"] for asked in client.asked] == [None, "a", "b"]
    assert {(a["method"], a["ts"], a["limit"]) for a in client.asked} == {
        ("conversations.replies", "1", 7)
    }


async def test_a_long_history_is_read_to_its_end() -> None:
    """Until now it was cut after fifty calls, and nobody was told."""
    long = [page(str(1000 - n), f"c{n}") for n in range(120)]
    found, client = reader(*long, page("1"))
    assert len(await read(found)) == 121
    assert {asked["method"] for asked in client.asked} == {"conversations.history"}


async def test_a_page_that_comes_again_and_again_is_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "BEGUN_TRIES", 1)
    found, _ = reader(page("1", "more"))
    with pytest.raises(Later) as caught:
        await read(found)
    assert caught.value.code == Code.INCOMPLETE


@pytest.mark.parametrize(
    ("thread", "bound", "expected"),
    [("", "latest", ["3", "2"]), ("1", "oldest", ["1", "2", "3", "4"])],
)
async def test_where_slack_forgot_the_cursor_the_time_serves(
    thread: str, bound: str, expected: list[str]
) -> None:
    gone = Rejected("it is gone", code="invalid_cursor")
    first: dict[str, Any] = {"messages": [{"ts": ts} for ts in expected[:2]]}
    first |= {"response_metadata": {"next_cursor": "a"}}
    rest = {"messages": [{"ts": ts} for ts in ([thread] if thread else []) + expected[2:]]}
    found, client = reader(first, gone, rest)
    assert await read(found, thread=thread) == expected
    assert [asked["cursor"] for asked in client.asked] == [None, "a", None]
    assert client.asked[-1][bound] == expected[1]


async def test_a_cursor_that_was_never_given_is_no_reason_to_begin_anew() -> None:
    found, client = reader(Rejected("no", code="invalid_cursor"))
    with pytest.raises(Rejected):
        await read(found)
    assert len(client.asked) == 1


async def test_a_channel_is_asked_for_its_newest_messages() -> None:
    """With `oldest` alone, Slack has begun at the oldest."""
    found, client = reader(page("1"))
    await read(found, oldest="5")
    assert client.asked[0]["oldest"] == "5"
    assert float(client.asked[0]["latest"]) > time.time()


async def test_whoever_has_begun_waits_and_does_not_begin_anew() -> None:
    """It holds a lease meanwhile: it comes before those who have not begun."""
    found, client = reader(page("3", "a"), LATER, LATER, page("2"))
    assert await read(found, live=False) == ["3", "2"]
    assert [(asked["cursor"], asked["live"]) for asked in client.asked] == [
        (None, False),
        *[("a", True)] * 3,
    ]


async def test_few_rows_and_a_refusal_mean_an_app_that_is_distributed() -> None:
    limited = Later("wait", 0.0, code=Code.RATE_LIMITED)
    few: dict[str, Any] = {"messages": [{"ts": str(n)} for n in range(20, 5, -1)], "has_more": True}
    few |= {"response_metadata": {"next_cursor": "a"}}
    found, client = reader(limited, few, limited, page("1"))
    assert len(await read(found, patient=True)) == 16
    assert client.paces == {HISTORY: DISTRIBUTED, REPLIES: DISTRIBUTED}
    found, client = reader(few, limited, page("1"))
    await read(found, patient=True, page=15)
    assert client.paces == {}, "so many were asked for"


async def test_what_slack_holds_back_is_no_end() -> None:
    found, _ = reader(page("1", has_more=True))
    with pytest.raises(Later) as caught:
        await read(found)
    assert caught.value.code == Code.INCOMPLETE


async def test_only_a_patient_reader_waits() -> None:
    found, _ = reader(LATER, page("1"))
    with pytest.raises(Later):
        await read(found)
    found, client = reader(*[LATER] * 30, FAULT, page("1"))
    assert await read(found, patient=True) == ["1"]
    assert len(client.asked) == 32
    found, client = reader(FAULT)
    with pytest.raises(Later):
        await read(found, patient=True)
    assert len(client.asked) == history.TRIES


async def test_the_channels_of_the_bot_are_listed_page_by_page() -> None:
    more = {"channels": [{"id": "C1"}, {"id": "C2"}], "response_metadata": {"next_cursor": "a"}}
    found, client = reader(more, LATER, {"channels": [{"id": "C3"}]})
    assert await found.channels() == ("C1", "C2", "C3")
    assert [asked["cursor"] for asked in client.asked] == [None, "a", "a"]
    assert "exclude_archived" not in client.asked[0], "old threads may stand in an archived one"
