"""Reading what people say: who counts as a person, and what of an event is theirs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.chat import Heard
from slackbridge.domain.files import SharedFile
from slackbridge.slack.events import heard, mentioned, spoken

SAID = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "Hello",
    "ts": "2.2",
    "thread_ts": "1.1",
}


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return [{"type": "rich_text", "elements": [section]}]


@pytest.mark.parametrize(
    ("changes", "by_a_person"),
    [
        ({}, True),
        ({"subtype": None}, True),
        ({"subtype": "file_share", "files": [{}]}, True),
        ({"subtype": "thread_broadcast"}, True),
        ({"subtype": "me_message"}, True),
        ({"text": ""}, True),
        ({"edited": {"user": "U1", "ts": "3.3"}}, True),
        ({"bot_id": "B1"}, False),
        ({"bot_profile": {"id": "B1"}}, False),
        ({"subtype": "bot_message"}, False),
        ({"thread_ts": "2.2"}, False),
        ({"thread_ts": None}, False),
        ({"user": None}, False),
        ({"ts": None}, False),
        *(
            ({"subtype": subtype}, False)
            for subtype in ("message_changed", "message_deleted", "message_replied", "tombstone")
        ),
        *(
            ({"subtype": subtype}, False)
            for subtype in ("channel_join", "channel_topic", "slackbot_response", "of_tomorrow")
        ),
    ],
)
def test_who_counts_as_a_person(changes: dict[str, Any], by_a_person: bool) -> None:
    event = {key: value for key, value in (SAID | changes).items() if value is not None}
    assert spoken(event) is by_a_person
    assert spoken(SAID | changes) is by_a_person


FILES = [
    {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "size": 12, "mode": "hosted"},
    {"id": "F2", "name": "b", "file_access": "check_file_info", "size": 0},
    {"id": "F3", "title": "a page", "mode": "external", "is_external": True, "size": None},
    {"id": "F4", "mode": "tombstone"},
    {"mode": "hosted"},
    "no file",
]
READ = (
    SharedFile(id="F1", name="a.pdf", type="application/pdf", size=12),
    SharedFile(id="F2", name="b"),
    SharedFile(id="F3", name="a page", held=False),
)


def test_all_that_is_known_of_a_message() -> None:
    event = SAID | {"client_msg_id": "c-1", "team": "T1", "user_team": "T2", "files": FILES}
    assert heard(event, "C1", {}) == Heard(
        "C1", "2.2", "1.1", "U1", "Hello", client_msg_id="c-1", files=READ
    )


@pytest.mark.parametrize(
    ("text", "blocks", "addressed", "broadcast", "read"),
    [
        ("<@U2> look", None, True, False, "@Ben look"),
        ("look <@U2>", None, False, False, "look @Ben"),
        ("&gt; <@U2> look", None, True, False, "> @Ben look"),
        ("<!subteam^S1|@team> look", None, True, True, "@team look"),
        ("<!here> look", None, True, True, "@here look"),
        ("look <!channel>", None, False, True, "look @channel"),
        ("at <!date^1^{time}|noon>", None, False, False, "at noon"),
        ("&lt;!here&gt;", None, False, False, "<!here>"),
        ("&lt;@U2&gt; look", None, False, False, "<@U2> look"),
        (" // x ", None, False, False, "// x"),
        (":lock: x", None, False, False, "🔒 x"),
        (
            "<@U2> look",
            rich({"type": "user", "user_id": "U2"}, {"type": "text", "text": " look"}),
            True,
            False,
            "@Ben look",
        ),
        ("// x", rich({"type": "text", "text": "// x"}), False, False, "// x"),
        (
            ":lock: x",
            rich(
                {"type": "emoji", "name": "lock", "unicode": "1f512"},
                {"type": "text", "text": " x"},
            ),
            False,
            False,
            "🔒 x",
        ),
        ("Hello", [], False, False, "Hello"),
        ("Hello", "no list", False, False, "Hello"),
        (None, None, False, False, ""),
    ],
)
def test_what_was_said(
    text: str | None, blocks: Any, addressed: bool, broadcast: bool, read: str
) -> None:
    found = heard(SAID | {"text": text, "blocks": blocks}, "C1", {"U2": "Ben"})
    assert (found.addressed, found.broadcast, found.text) == (addressed, broadcast, read)


def test_who_is_mentioned() -> None:
    event = SAID | {"text": "<@U3> and <@U2|ben> and <@U3>", "blocks": None}
    assert mentioned(event) == ("U3", "U2")
    assert mentioned(event | {"blocks": rich({"type": "user", "user_id": "U9"})})[0] == "U9"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(["text", "blocks", "files", "team", "client_msg_id"]), anything)
def test_no_event_is_too_odd_to_read(key: str, value: Any) -> None:
    if key == "files" and not isinstance(value, list | dict | str | None):
        return
    event = SAID | {key: value}
    spoken(event)
    mentioned(event)
    assert heard(event, "C1", {}).ts == "2.2"
