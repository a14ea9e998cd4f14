"""What is read back of a channel's newest posts, and what is waited for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from slackbridge.domain.errors import Code, Later, Rejected
from slackbridge.slack.archive import Archive
from tests.slack.test_history import FAULT, LATER, OURS, reader


def archive(*answers: Any) -> tuple[Archive, Any]:
    history, client = reader(*answers)
    chat: Any = SimpleNamespace(history=history)
    return Archive(chat), client


async def test_a_limit_is_waited_out_and_a_fault_is_not() -> None:
    """Else a list of many channels would begin anew at each limit, and never end."""
    found, client = archive(*[LATER] * 30, {"messages": [OURS, {"ts": "1.2"}]})
    assert [post.ts for post in await found.latest("C1")] == ["1.1"]
    assert len(client.asked) == 31
    found, _ = archive(FAULT)
    with pytest.raises(Later) as caught:
        await found.latest("C1")
    assert caught.value.code == Code.UNREACHABLE


async def test_a_channel_that_cannot_be_read_shows_nothing() -> None:
    refused = Rejected("no", code=Code.NOT_IN_CHANNEL)
    found, _ = archive(refused)
    assert await found.latest("C1") == ()
