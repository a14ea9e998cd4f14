"""Bugs that the model has found, each as its shortest history."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from slackbridge.domain.model import Author, Kind, Status
from slackbridge.store.redis import connect
from tests.model import checks
from tests.model.market import CAN
from tests.model.process import LEASE, SETTLE, TIMEOUT, UNDO
from tests.model.town import NO_TROUBLE, Town, number_of, saying
from tests.model.world import Trouble, What

AWAY = LEASE + TIMEOUT + SETTLE


def some(few: Iterable[object], *more: object) -> list[object]:
    """Values of a matrix; `make long` tries `more` of them."""
    return [*few, *(pytest.param(each, marks=pytest.mark.long) for each in more)]


async def rests(town: Town) -> None:
    await town.heals()
    while not await town.rests():
        assert town.step < 100
        await town.look()
    await town.look()
    assert checks.always(town) == []
    assert checks.at_rest(town) == []


async def shown(town: Town) -> None:
    for _ in range(3):
        await town.works(0, NO_TROUBLE)
        await town.pass_time(2)
        await town.look()


async def replies(town: Town, plan: list[Trouble]) -> None:
    """A reply from the modal; its pass by process 0 meets what is planned."""
    await town.submits(0, 0, Kind.REPLY, NO_TROUBLE, solve=False, twice=False)
    await town.look()
    await town.pass_time(UNDO + 1)
    await town.works(0, plan)
    await town.look()


async def other_goes_on(town: Town) -> None:
    """The first process is stopped; the second settles its work and continues."""
    for _ in range(4):
        await town.pass_time(AWAY)
        await town.works(1, NO_TROUBLE)
        await town.look()


async def all_wake(town: Town, who: int) -> None:
    """Continue every stopped pass of a process."""
    while town.processes[who].asleep:
        await town.wakes(who, 0)


async def said(town: Town) -> None:
    """An answer in the thread, heard by process 0."""
    town.says(0, note=False, twice=False)
    await town.delivers(0, 0, NO_TROUBLE, keep=False)


@pytest.mark.parametrize("nth", range(4))
async def test_a_process_stopped_after_writing_down_sends_nothing(town: Town, nth: int) -> None:
    await shown(town)
    await replies(town, [Trouble("store.write", nth, What.STOPS_AFTER)])
    await other_goes_on(town)
    await rests(town)
    assert [number_of(commit.act.text) for commit in town.market.committed] == [1]


@pytest.mark.parametrize("call", ["store.write", "chat.post"])
@pytest.mark.parametrize("what", [What.STOPS_BEFORE, What.STOPS_AFTER])
@pytest.mark.parametrize("nth", range(3))
async def test_a_process_stopped_while_posting_leaves_no_twin(
    town: Town, call: str, what: What, nth: int
) -> None:
    await town.works(0, [Trouble(call, nth, what)])
    await town.look()
    await other_goes_on(town)
    await rests(town)


@pytest.mark.parametrize("call", ["chat.edit", "chat.react"])
@pytest.mark.parametrize("what", [What.SLOW, What.STOPS_BEFORE])
@pytest.mark.parametrize("nth", some([0, 1], 2))
@pytest.mark.parametrize("soon", [True, False])
async def test_what_came_in_late_is_put_right(
    town: Town, call: str, what: What, nth: int, soon: bool
) -> None:
    """An edit or a reaction that timed out or was stopped takes effect after later ones."""
    await shown(town)
    await said(town)
    for wait in (0, UNDO + 1):
        await town.pass_time(wait)
        await town.works(0, [Trouble(call, nth, what)])
        await town.look()
        if soon:
            await town.goes_on(1, NO_TROUBLE)
        else:
            await other_goes_on(town)
        await all_wake(town, 0)
    await rests(town)


@pytest.mark.parametrize("call", ["chat.edit", "chat.react"])
@pytest.mark.parametrize("other", ["chat.edit", "chat.react", "store.write"])
@pytest.mark.parametrize("at", some([0, 2], 1, 3, 4, 5))
@pytest.mark.parametrize("stop", [What.STOPS_BEFORE, What.STOPS_AFTER])
async def test_a_sleeper_that_wakes_while_another_is_at_its_work_is_put_right(
    town: Town, call: str, other: str, at: int, stop: What
) -> None:
    """Its late call takes effect between two calls of the other process's pass."""
    await shown(town)
    await said(town)
    await town.works(0, [Trouble(call, 0, What.STOPS_BEFORE)])
    await town.look()
    await town.pass_time(AWAY)
    await town.works(1, [Trouble(other, at, stop)])
    await town.look()
    for process in (0, 1):
        await all_wake(town, process)
    await rests(town)


@pytest.mark.parametrize("slept", ["store.write", "chat.post"])
@pytest.mark.parametrize("other", ["chat.post", "chat.find", "store.write", "store.load"])
@pytest.mark.parametrize("at", some([0, 1], 2, 3))
@pytest.mark.parametrize("stop", some([What.STOPS_BEFORE], What.STOPS_AFTER))
@pytest.mark.parametrize("looked", [0, 1])
async def test_a_sleeper_that_posts_while_another_posts_leaves_each_once(
    town: Town, slept: str, other: str, at: int, stop: What, looked: int
) -> None:
    """The ticket's message: lost if both delete their post, doubled if neither does."""
    what = What.STOPS_BEFORE if slept == "chat.post" else What.STOPS_AFTER
    await town.works(0, [Trouble(slept, 1 if slept == "chat.post" else 3, what)])
    await town.look()
    for _ in range(looked):
        await town.pass_time(AWAY)
        await town.works(1, NO_TROUBLE)
    await town.pass_time(AWAY)
    await town.works(1, [Trouble(other, at, stop)])
    for process in (0, 1):
        await all_wake(town, process)
    await rests(town)


@pytest.mark.parametrize("nth", range(2))
async def test_a_sleepers_old_words_do_not_stand(town: Town, nth: int) -> None:
    """It was stopped before it stored a second refusal; another process has sent the reply."""
    refused = Trouble("market.perform", 0, What.REFUSED)
    await shown(town)
    await replies(town, [refused])
    await town.pass_time(30)
    await town.works(0, [refused, Trouble("chat.edit", nth, What.STOPS_BEFORE)])
    await town.look()
    await other_goes_on(town)
    await all_wake(town, 0)
    await rests(town)


async def test_what_we_changed_is_read_again_though_the_poll_saw_nothing(town: Town) -> None:
    await shown(town)
    await replies(town, [])
    await town.sets(0, 0, Status.CLOSED, NO_TROUBLE)
    await town.works(0, NO_TROUBLE)
    await rests(town)


async def test_an_answer_to_a_card_that_was_not_known_to_stand_is_heard(town: Town) -> None:
    await town.works(0, [Trouble("chat.post", 0, What.CUT)])
    await said(town)
    while not await town.rests():
        await town.look()
    await town.look()
    assert checks.at_rest(town) == []


async def test_the_echo_of_an_open_attempt_is_not_shown_a_second_time(town: Town) -> None:
    await shown(town)
    await said(town)
    await town.pass_time(UNDO + 30)
    town.market.writes("t1", "and what else?")
    await town.polls(0, NO_TROUBLE)
    await town.works(0, [Trouble("market.perform", 0, What.CUT)])
    await rests(town)


async def test_an_open_attempt_is_settled_though_an_earlier_reply_is_unknown(town: Town) -> None:
    """The earlier one was heard later, as events may come in any order."""
    await shown(town)
    town.says(0, note=False, twice=False)
    await town.pass_time(1)
    await replies(town, [Trouble("market.perform", 0, What.LOST)])
    await town.delivers(0, 0, NO_TROUBLE, keep=False)
    await town.pass_time(UNDO + 1)
    await town.works(0, [Trouble("market.perform", 0, What.REWRITTEN)])
    await rests(town)


@pytest.mark.parametrize("nth", range(5))
async def test_a_claim_during_a_pass_is_shown(town: Town, nth: int) -> None:
    await town.works(0, [Trouble("store.write", nth, What.STOPS_AFTER)])
    for _, key in town.roots():
        await town.processes[1].desk.holders.claim(key, "U2", "", CAN)
        await town.wakes(0, 0)
    await rests(town)


async def test_a_card_posted_too_late_is_taken_away(town: Town) -> None:
    """Nobody posted it meanwhile: the ticket had ended."""
    await town.works(0, [Trouble("chat.post", 0, What.STOPS_BEFORE)])
    await town.pass_time(5)  # else the question might have come after the end
    town.market.turns("t1", Status.SOLVED)
    await other_goes_on(town)
    await town.wakes(0, 0)
    await town.works(1, NO_TROUBLE)
    assert town.roots() == []
    town.market.writes("t1", "again")
    await rests(town)


@pytest.mark.parametrize("author", [Author.CUSTOMER, Author.AGENT])
@pytest.mark.parametrize("times", [1, 3])
async def test_a_read_that_is_older_than_the_list_hides_nothing(
    town: Town, author: Author, times: int
) -> None:
    await shown(town)
    await town.pass_time(60)
    town.market.writes("t1", "please call me", author)
    for again in range(times):
        await town.pass_time(0.01)
        await town.polls(0, NO_TROUBLE)
        await town.goes_on(again % 2, [Trouble("market.get", 0, What.STALE)])
    await town.look()
    await rests(town)


async def test_an_answer_that_is_older_than_the_list_hides_nothing(redis_url: str) -> None:
    """A customer writes, the poll sees it, and a replica answers a status change without it."""
    redis = connect(redis_url)
    town = Town(redis, answers=True)
    await town.begin()
    town.market.opens("question")
    await town.polls(0, NO_TROUBLE)
    await shown(town)
    await town.pass_time(60)
    town.market.lags = True
    await town.sets(0, 0, Status.SOLVED, NO_TROUBLE)
    town.market.writes("t1", "please call me")
    await town.polls(0, NO_TROUBLE)
    await town.works(0, NO_TROUBLE)
    town.market.lags = False
    await town.look()
    await rests(town)
    await town.close()
    await redis.aclose()


@pytest.mark.parametrize("writes", some([0, 3, 6, 9], 1, 2, 4, 5, 7, 8))
async def test_an_hourglass_that_a_failover_forgot_does_not_stay(town: Town, writes: int) -> None:
    await shown(town)
    await said(town)
    await town.works(0, NO_TROUBLE)
    await town.look()
    await town.forgets(writes)
    await rests(town)


async def test_a_reading_that_lags_takes_no_message_for_deleted(town: Town) -> None:
    """An agent writes, and a catch-up reads the thread a moment later from a replica."""
    await shown(town)
    await said(town)
    await town.catches_up(0)
    await town.works(0, [Trouble("chat.heard", 0, What.STALE)])
    await town.look()
    await rests(town)
    assert [commit.act.text for commit in town.market.committed] == [saying(1)]


@pytest.mark.parametrize("what", [What.CUT, What.LOST, What.SLOW, What.STOPS_BEFORE])
@pytest.mark.parametrize("first", [True, False])
async def test_an_edit_is_shown_whatever_befalls_a_post(
    town: Town, what: What, first: bool
) -> None:
    """The post of the message itself, or that of its edit, has an unknown outcome."""
    trouble = [Trouble("chat.post", 1 if first else 0, what)]
    if first:
        await town.works(0, trouble)
    else:
        await shown(town)
    await town.pass_time(40)
    town.market.edits("t1", 0)
    await town.polls(0, NO_TROUBLE)
    await town.goes_on(1, trouble if not first else NO_TROUBLE)
    await town.look()
    await rests(town)
    ((texts),) = town.slack.told(town.roots()[0][0]).values()
    assert texts[-1].endswith("or 1")
