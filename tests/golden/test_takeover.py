"""A new version takes over where an older one was killed in mid-work: nothing is posted twice,
nothing is sent twice, nothing is lost, and what people were asked they are still asked.
"""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from slackbridge.demo import views
from tests.golden.takeover import TakeOver, taken_over

pytestmark = pytest.mark.long

QUIET_SECONDS = 1.5
ASLEEP = ("asleep", "asleep too")


@pytest.mark.timeout(500)
async def test_a_new_bridge_goes_on_where_an_older_one_was_killed(redis_url: str) -> None:
    """An update is a stop of the old one and a start of the new one, on one Redis."""
    async with taken_over(redis_url) as over:
        slack = over.place.slack
        await over.stage.until("the bridge", lambda: slack.socket.connected == 2)
        await what_hung_is_settled(over)
        await what_waited_goes_out_when_due(over)
        await what_was_asked_is_answered(over)
        await what_rested_rests(over)
        await asyncio.sleep(QUIET_SECONDS)  # what should not come has time to come
        await all_adds_up(over)
        await news_still_come(over)


async def what_hung_is_settled(over: TakeOver) -> None:
    """Posts and replies of which the old bridge never learned what became of them."""
    for name in ("arrived", "lost"):
        await over.reacted(name, "white_check_mark")
        assert over.replies(name) == [f"This one {name}."]
    for name in ("posting", "half", "new"):
        await over.stage.until(f"{name} is settled", partial(over.settled, name))
    parts = [views.effect_of(row) for row in over.stage.mirrored(over.tickets["half"])]
    assert [part.rpartition(":")[2] for part in parts] == ["1/2", "2/2"]


async def what_waited_goes_out_when_due(over: TakeOver) -> None:
    """The rest of the undo window is kept."""
    due = float(over.intent("queued")["due"])
    await over.stage.until("the reply", lambda: over.replies("queued"))
    assert over.replies("queued") == ["This one waits."]
    (reply,) = [e for e in over.place.refurbed.ledger.all("reply") if "waits" in e.data["text"]]
    assert reply.at >= due
    await over.reacted("queued", "white_check_mark")


async def what_was_asked_is_answered(over: TakeOver) -> None:
    """The buttons below receipts that the old bridge has posted."""
    assert over.replies("held") == over.replies("failed") == over.replies("doubted") == []
    assert over.buttons("held") == ["send", "keep", "discard"]
    await over.press("held", "send")
    assert over.buttons("failed") == ["retry", "discard"]
    await over.press("failed", "retry")
    assert over.buttons("doubted") == ["check", "again", "was_sent"]
    await over.press("doubted", "was_sent")
    for name in ("held", "failed", "doubted"):
        await over.reacted(name, "white_check_mark")
    assert over.intent("doubted")["state"] == "sent"
    await over.stage.until("so", lambda: "Marked as sent by <@U0ANNA>" in over.says("doubted"))
    (notice,) = over.notices()
    show = partial(over.stage.anna.click, "C0OPS", notice["ts"], "account:show")
    for name in ASLEEP:
        thread = partial(over.stage.mirrored, over.tickets[name])
        await over.stage.insist(f"a thread of {name}", show, thread)


async def what_rested_rests(over: TakeOver) -> None:
    """A note stays a note, and what has ended stays so."""
    assert over.reactions("kept") == {"lock"}
    assert over.fields("ended")["end"] == "1"
    assert over.expires("ended")


async def all_adds_up(over: TakeOver) -> None:
    """The ledgers of both sides, in the end."""
    await over.stage.until("balance", lambda: not over.wrong())
    assert {name: over.replies(name) for name in over.tickets if over.replies(name)} == {
        "ended": ["It is on its way."],
        "arrived": ["This one arrived."],
        "lost": ["This one lost."],
        "queued": ["This one waits."],
        "held": ["See the picture"],
        "failed": ["Please send it back."],
    }
    assert len(over.notices()) == 1


async def news_still_come(over: TakeOver) -> None:
    """In the thread that had an open post."""
    ticket = over.tickets["posting"]
    over.place.refurbed.customer_writes(ticket, "<p>And now?</p>")
    await over.stage.until("news", lambda: len(over.stage.mirrored(ticket)) == 3)
    assert over.wrong() == []
