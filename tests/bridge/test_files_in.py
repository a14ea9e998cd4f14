"""A customer's picture is shown in the thread once, and nothing waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT
from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.files import sample
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

FILES = {"inbound": "upload", "loopback": True}
PICTURE = sample("photo.png")


@pytest.fixture
async def showing(place: Any, run: Running) -> AsyncIterator[Stage]:
    times = {"settle_seconds": 0.5, "call_timeout_seconds": 2}
    async with run(replies={"undo_seconds": 0}, files=FILES, timing=times):
        yield Stage(place)


def files(stage: Stage, ticket: int) -> list[str]:
    """The names of the files that stand in a ticket's thread."""
    rows = views.thread(stage.slack, ticket)
    return [file["name"] for row in rows for file in row.get("files", ())]


async def shown(stage: Stage, ticket: int, *names: str) -> None:
    await stage.until(f"files {names}", lambda: files(stage, ticket) == list(names))


async def test_a_picture_is_shown_once_and_is_no_reply(showing: Stage) -> None:
    ticket = await showing.opened(attachments=[PICTURE, ("a.zip", b"PK")])
    await shown(showing, ticket, "photo.png")
    (kept,) = [each for each in showing.slack.files.contents.values() if each.name == "photo.png"]
    assert kept.data == PICTURE[1]
    last = showing.mirrored(ticket)[-1]
    assert "photo.png (image/png)" in views.shown(last), "the link stands with the message"
    await showing.say(ticket, "Thank you")
    await showing.replied(ticket, "Thank you")
    await showing.quiet(0.3)
    assert files(showing, ticket) == ["photo.png"]
    showing.balanced(ticket)


@pytest.mark.parametrize("phase", [Phase.ARRIVAL, Phase.ANSWER])
async def test_a_lost_answer_shows_it_once(showing: Stage, phase: Phase) -> None:
    fault = Fault("files.completeUploadExternal", phase, Action.RESET)
    showing.slack.faults.add(fault)
    ticket = await showing.opened(attachments=[PICTURE])
    await showing.until("the picture", lambda: files(showing, ticket) == ["photo.png"], 40)
    await showing.quiet(0.3)
    assert files(showing, ticket) == ["photo.png"]


async def test_what_cannot_be_fetched_leaves_a_link_and_says_so(showing: Stage) -> None:
    ticket = await showing.opened(attachments=[("page.png", b"<html>")])

    def told() -> bool:
        rows = views.thread(showing.slack, ticket)
        return any("`page.png` could not be shown here" in views.shown(row) for row in rows)

    await showing.until("the words", told)
    assert files(showing, ticket) == []


async def test_a_server_that_hangs_delays_neither_text_nor_reply(showing: Stage) -> None:
    showing.market.faults.add(Fault("file", Phase.ARRIVAL, Action.DELAY, seconds=5))
    ticket = await showing.opened(attachments=[PICTURE])
    await showing.say(ticket, "Thank you")
    await showing.replied(ticket, "Thank you")
    assert files(showing, ticket) == []


async def test_after_redis_was_lost_no_picture_is_shown_twice(place: Any, run: Running) -> None:
    async with run(files=FILES) as bridge:
        stage = Stage(place)
        ticket = await stage.opened(attachments=[PICTURE])
        await shown(stage, ticket, "photo.png")
        key = TicketKey(ACCOUNT, str(ticket))
        record = await bridge.store.load(key)
        (name,) = record.stored.files
        await bridge.store.redis.hdel(bridge.store.keys.ticket(key), f"file:{name}")
        await bridge.store.redis.set(bridge.store.keys.born, f"{bridge.store.now():.0f}")
        stage.market.customer_writes(ticket, "<p>More</p>")
        await stage.until("it is known again", lambda: len(stage.mirrored(ticket)) == 2)
        await stage.quiet(1.0)
        assert files(stage, ticket) == ["photo.png"]


async def test_a_refusal_by_a_proxy_after_the_file_was_shared_doubles_nothing(
    showing: Stage,
) -> None:
    """A 429 may come after Slack has accepted the call: its id is looked for first."""
    late = Fault("files.completeUploadExternal", Phase.ANSWER, Action.STATUS, status=429)
    late.headers = {"Retry-After": "1"}
    showing.slack.faults.add(late)
    ticket = await showing.opened(attachments=[PICTURE])
    await shown(showing, ticket, "photo.png")
    seen = showing.slack.faults.seen
    await showing.until("a look", lambda: seen.count("conversations.replies") >= 2)
    await showing.quiet(0.5)
    assert files(showing, ticket) == ["photo.png"]
    assert seen.count("files.completeUploadExternal") == 1
