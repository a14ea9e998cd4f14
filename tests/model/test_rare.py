"""Situations that random histories hardly reach, each made by hand."""

from __future__ import annotations

import pytest

from slackbridge.domain.model import Kind, Status, TicketKey
from slackbridge.domain.record import StoredTicket
from slackbridge.store import keys
from slackbridge.text.document import plain
from tests.model import checks
from tests.model.market import ACCOUNT
from tests.model.process import TIMEOUT, UNDO
from tests.model.slack import CHANNEL, Row
from tests.model.town import NO_TROUBLE, Town, saying
from tests.model.world import Trouble, What

KEY = TicketKey(ACCOUNT, "t1")


async def stored(town: Town) -> StoredTicket:
    return (await town.eye.load(KEY)).stored


async def polled(town: Town) -> None:
    """What the marketplace shows now is seen and worked on."""
    await town.pass_time(90)
    await town.polls(0, NO_TROUBLE)
    await worked(town)


async def worked(town: Town) -> None:
    for _ in range(3):
        await town.works(0, NO_TROUBLE)
        await town.pass_time(2)


async def test_the_record_of_a_ticket_that_is_active_again_does_not_expire(town: Town) -> None:
    await polled(town)
    town.market.turns("t1", Status.SOLVED)
    await polled(town)
    assert await town.redis.ttl(keys.DEFAULT.ticket(KEY)) > 0
    town.market.writes("t1", "it broke again")
    await polled(town)
    assert not (await stored(town)).ended
    assert await town.redis.ttl(keys.DEFAULT.ticket(KEY)) == -1


async def test_of_two_posts_with_one_mark_the_younger_is_deleted(town: Town) -> None:
    """Such as after two processes have posted."""
    await town.works(0, [Trouble("chat.post", 1, What.CUT)])
    assert (await stored(town)).open_post is not None
    first = town.slack.standing()[-1]
    twin = Row(town.slack.ts(), first.thread, first.mark, first.item)
    town.slack.add(twin)
    await polled(town)
    assert twin.gone
    assert not first.gone
    assert (await stored(town)).open_post is None


async def test_a_process_that_was_suspended_past_the_deadline_does_not_post(town: Town) -> None:
    """Nobody has taken the ticket over, but somebody may have looked for the post in vain."""
    await town.works(0, [Trouble("store.write", 0, What.STOPS_AFTER)])
    assert (await stored(town)).open_post is not None
    await town.pass_time(TIMEOUT + 1)
    await town.wakes(0, 0)
    assert town.slack.standing() == []
    await polled(town)
    assert [row.thread for row in town.slack.standing()].count("") == 1


async def test_what_was_read_before_a_write_of_ours_is_read_again(town: Town) -> None:
    """A pass has read the ticket and could not show it; then a modal's reply goes out."""
    await polled(town)
    town.market.writes("t1", "are you there?")
    await town.pass_time(90)
    await town.polls(0, NO_TROUBLE)
    await town.works(0, [Trouble("chat.post", 0, What.REFUSED)])
    await town.submits(0, 0, Kind.REPLY, NO_TROUBLE, solve=False, twice=False)
    await town.pass_time(UNDO + 1)
    await town.works(0, NO_TROUBLE)
    root = town.roots()[0][0]
    shown = [plain(part.body) for part in town.slack.parts(root)]
    assert shown == ["question", "are you there?", saying(1)]


@pytest.mark.parametrize("town", [True], indirect=True)
async def test_two_replies_of_one_text_are_two(town: Town) -> None:
    """In the first minute of a server Redis may have lost the second's outcome; but the message
    that would show it is the first one's, and Slack does not show that yet.
    """
    await worked(town)
    desk, root = town.processes[0].desk, town.roots()[0][0]
    await desk.submit(KEY, "U2", "V1", Kind.REPLY, saying(1), None)
    await town.pass_time(0.1)
    typed = town.slack.says(root, saying(1), "c1")
    await desk.said(KEY, typed)
    town.numbers |= {"v:V1": 1, typed.ts: 1}
    await town.pass_time(UNDO + 1)
    await town.works(0, NO_TROUBLE)
    assert len(town.market.committed) == 2


async def test_the_map_of_threads_lives_as_long_as_the_record(town: Town) -> None:
    await polled(town)
    bucket = keys.DEFAULT.threads(CHANNEL, (await stored(town)).root)
    await town.redis.expire(bucket, 60)
    town.market.writes("t1", "one more thing")
    await polled(town)
    assert await town.redis.ttl(bucket) > 60


@pytest.mark.parametrize("writes", range(12))
@pytest.mark.parametrize("what", ["message", "reply"])
async def test_what_a_failover_forgot_is_not_done_twice(town: Town, what: str, writes: int) -> None:
    """A pass has posted a customer's message, or sent a reply; its last writes are lost."""
    await worked(town)
    if what == "reply":
        town.says(0, note=False, twice=False)
        await town.delivers(0, 0, NO_TROUBLE, keep=False)
        await town.look()
        await town.pass_time(UNDO + 1)
    else:
        town.market.writes("t1", "are you there?")
        await town.pass_time(30)
        await town.polls(0, NO_TROUBLE)
    await town.works(0, NO_TROUBLE)
    await town.forgets(writes)
    await town.heals()
    while not await town.rests():
        await town.look()
    await town.look()
    assert checks.always(town) == []
    assert checks.at_rest(town) == []


async def test_a_reply_that_arrives_late_is_not_sent_again(town: Town) -> None:
    """The call was given up at once, and is carried out just before its deadline."""
    await worked(town)
    town.says(0, note=False, twice=False)
    await town.delivers(0, 0, NO_TROUBLE, keep=False)
    await town.look()
    await town.pass_time(UNDO + 1)
    await town.works(0, [Trouble("market.perform", 0, What.SLOW)])
    await town.look()
    await town.heals()
    while not await town.rests():
        await town.look()
    assert len(town.market.committed) == 1
