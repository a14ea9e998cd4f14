"""A file that an agent shares goes to the customer, or the thread says why it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

LABEL = {"name": "label.pdf", "content": b"%PDF-1", "mimetype": "application/pdf"}


@pytest.fixture
async def filing(place: Any, run: Running) -> AsyncIterator[Stage]:
    async with run(replies={"undo_seconds": 0}, files={"outbound": True}):
        yield Stage(place)


def attached(stage: Stage, ticket: int) -> list[list[tuple[str, bytes]]]:
    """The files of each reply, with their bytes."""
    found = []
    for message in stage.market.messages(ticket)[1:]:
        kept = [stage.market.files.get(file.path.split("/")[2]) for file in message.attachments]
        found.append([(each[0].filename, each[1]) for each in kept if each])
    return found


async def test_a_reply_carries_its_file_once(filing: Stage) -> None:
    """Also after an answer that was lost: the marketplace is read before it is sent again."""
    ticket = await filing.opened()
    filing.market.faults.add(Fault("UpdateTicket", Phase.ANSWER, Action.RESET))
    ts = await filing.say(ticket, "Your label", files=[LABEL])
    await filing.replied(ticket, "Your label")
    await filing.reaction(ts, "white_check_mark")
    assert attached(filing, ticket) == [[("label.pdf", b"%PDF-1")]]
    filing.balanced(ticket)


async def test_what_slack_does_not_give_is_not_sent_and_the_text_may_go_alone(
    filing: Stage,
) -> None:
    ticket = await filing.opened()
    filing.slack.files.hides = True
    ts = await filing.say(ticket, "Your label", files=[LABEL])
    await filing.receipt(ticket, ts, "files:read")
    assert filing.replies(ticket) == []
    await filing.press(ticket, ts, "send_text")
    await filing.replied(ticket, "Your label")
    assert attached(filing, ticket) == [[]]


async def test_a_file_that_is_too_large_is_told_before_anything_is_sent(filing: Stage) -> None:
    ticket = await filing.opened()
    large = {**LABEL, "content": b"x" * 3_000_001}
    ts = await filing.say(ticket, "Your label", files=[large])
    row = await filing.receipt(ticket, ts, "`label.pdf` is too large (3.0 MB)")
    assert "Send the text alone" in str(row)
    await filing.press(ticket, ts, "keep")
    await filing.receipt(ticket, ts, "kept as a note")
    assert filing.replies(ticket) == []
