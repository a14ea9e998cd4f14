"""Catching up with edits and deletions, and with what only looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Literal

import pytest

from slackbridge.domain.chat import Heard
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.record import Change, Patch
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.inbound.readings import Reading
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store import keys
from slackbridge.store.redis import RedisStore
from tests.values import KEY, TS, heard, intent

ROOT, SETTLE = "900.0", 5.0


async def anybody(user: str, money: bool) -> str:
    return ""


def opened(store: RedisStore, mode: Literal["direct", "explicit"]) -> InboundDesk:
    return InboundDesk(
        store, anybody, IntakeSettings(mode, ("//",), undo=0, fresh=1e12), lambda: None
    )


@pytest.fixture
def desk(store: RedisStore) -> InboundDesk:
    return opened(store, "direct")


@pytest.fixture
def explicit(store: RedisStore) -> InboundDesk:
    return opened(store, "explicit")


async def read(
    desk: InboundDesk, shown: Sequence[Heard], before: Sequence[Intent], began: float = 0.0
) -> bool:
    """The thread is read; it was begun long ago, so that nothing is certain of what it lacks."""
    return await desk.readings.taken_in(KEY, shown, before, Reading(ROOT, began, SETTLE))


async def state(store: RedisStore, ts: str = TS) -> tuple[State, str]:
    found = await store.intent(KEY, ts)
    assert found is not None
    return found.state, found.late


@pytest.mark.parametrize("was", [State.SENDING, State.UNKNOWN])
async def test_a_message_of_unknown_fate_that_was_deleted_is_not_sent_again(
    store: RedisStore, desk: InboundDesk, was: State
) -> None:
    await store.write(KEY, Change(swaps=((None, intent(was)),)))
    assert await absent_twice(store, desk)
    assert await state(store) == (was, "deleted")


async def absent_twice(store: RedisStore, desk: InboundDesk) -> bool:
    before = (await store.load(KEY)).intents
    assert await read(desk, (), before)
    marked = (await store.load(KEY)).intents
    return await read(desk, (), marked, store.now() + SETTLE)


@pytest.mark.parametrize("was", [State.QUEUED, State.HELD, State.FAILED])
async def test_what_two_readings_do_not_show_was_deleted(
    store: RedisStore, desk: InboundDesk, was: State
) -> None:
    await store.write(KEY, Change(swaps=((None, intent(was)),)))
    assert await absent_twice(store, desk)
    assert await state(store) == (State.CANCELLED, "")


async def test_one_absence_in_one_reading_cancels_nothing(
    store: RedisStore, desk: InboundDesk
) -> None:
    await desk.said(KEY, heard("Hello"))
    assert await read(desk, (), (await store.load(KEY)).intents)
    (marked,) = (await store.load(KEY)).intents
    assert (marked.state, marked.unseen_at > 0) == (State.QUEUED, True)
    assert not await read(desk, (), (marked,), marked.unseen_at + SETTLE - 0.1), "too soon"
    assert await read(desk, (heard("Hello"),), (marked,))
    (seen,) = (await store.load(KEY)).intents
    assert (seen.state, seen.unseen_at) == (State.QUEUED, 0.0)
    assert not await read(desk, (heard("Hello"),), (seen,))


async def test_without_a_second_reading_a_person_is_asked(
    store: RedisStore, desk: InboundDesk
) -> None:
    await desk.said(KEY, heard("Hello"))
    await read(desk, (), (await store.load(KEY)).intents)
    assert await desk.readings.refused(KEY, (await store.load(KEY)).intents)
    (asked,) = (await store.load(KEY)).intents
    assert (asked.state, asked.unseen_at) == (State.HELD, 0.0)
    assert not await desk.readings.refused(KEY, (asked,))


async def test_a_message_that_came_while_the_thread_was_read_is_not_taken_for_deleted(
    store: RedisStore, desk: InboundDesk
) -> None:
    before = (await store.load(KEY)).intents
    await desk.said(KEY, heard("Hello"))  # what was read does not show it yet
    await read(desk, (), before)
    assert await state(store) == (State.QUEUED, "")


async def test_a_name_that_reads_otherwise_now_is_no_edit(
    store: RedisStore, desk: InboundDesk
) -> None:
    await desk.said(KEY, heard("Hello, ask @Ben"))
    before = (await store.load(KEY)).intents
    renamed = heard("Hello, ask @colleague")
    assert not await read(desk, (renamed,), before)
    edited = heard("Hello, ask @Kim", edited="1001.000200")
    assert await read(desk, (edited,), before)
    found = await store.intent(KEY, TS)
    assert found is not None
    assert found.text == "Hello, ask @Kim"


STORY = ("!reply no", "rather not", "!reply no after all", "!reply yes", "talk")
ORDERS = [order for n in range(1, 6) for order in permutations(range(n))]


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_in_whatever_order_slack_tells_it_the_last_edit_holds(
    store: RedisStore, explicit: InboundDesk, order: tuple[int, ...]
) -> None:
    """The edits are 0.1 s apart, and all arrive before anything is sent.

    A reply edited into talk stays internal, whatever later edits say.
    """
    for n in order:
        if n == 0:
            await explicit.said(KEY, heard(STORY[0]))
        else:
            await explicit.edited(KEY, heard(STORY[n], edited=f"1000.{n}00100"))
    found = await store.intent(KEY, TS)
    assert found is not None
    last = STORY[len(order) - 1]
    if last.startswith("!reply ") and found.state is not State.KEPT:
        assert (found.state, found.text) == (State.QUEUED, last.removeprefix("!reply "))
    else:
        assert (found.state, found.text) == (State.KEPT, "")


# --- decisions are remembered


class Counted:
    """Counts the wakes, and refuses those who are not allowed."""

    def __init__(self) -> None:
        self.wakes = 0
        self.allowed = {"U1"}

    def wake(self) -> None:
        self.wakes += 1

    async def may(self, user: str, money: bool) -> str:
        return "" if user in self.allowed else "You may not."


def rules(mode: Literal["direct", "explicit"]) -> IntakeSettings:
    return IntakeSettings(mode, ("//",), undo=0, fresh=1e12)


async def due(store: RedisStore) -> float | None:
    return (await store.lease(KEY.account, 0))[1]


TALK, REFUSED = heard("talk"), heard("Hello", ts="1000.000200", user="U2")
NOTE = heard("// hm", ts="1000.000300", user="U2")


async def test_what_is_not_sent_is_settled_and_stays_so_under_other_settings(
    store: RedisStore,
) -> None:
    people = Counted()
    desk = InboundDesk(store, people.may, rules("explicit"), people.wake)
    assert await desk.said(KEY, TALK) == ""
    desk = InboundDesk(store, people.may, rules("direct"), people.wake)
    assert await desk.said(KEY, NOTE) == ""
    assert (people.wakes, await due(store)) == (0, None), "nothing is to be done"
    assert await desk.said(KEY, REFUSED) == "You may not."
    assert people.wakes == 1, "it is to be marked"
    people.allowed = {"U1", "U2"}
    before = (await store.load(KEY)).intents
    thread = (TALK, REFUSED, NOTE)
    for message in thread:
        assert await desk.said(KEY, message) == "", "it is delivered again"
    assert not await read(desk, thread, before)
    for message in thread:
        await desk.edited(KEY, replace(message, text="corrected", edited="1002.000200"))
    after = (await store.load(KEY)).intents
    assert [i.state for i in after] == [State.KEPT] * 3
    assert all(i.is_tombstone for i in after)
    assert [i.reacts_at for i in after if i.reacts_at] == [REFUSED.ts]
    assert people.wakes == 1


async def test_reading_a_thread_again_writes_nothing_that_is_known(store: RedisStore) -> None:
    people = Counted()
    desk = InboundDesk(store, people.may, rules("direct"), people.wake)
    thread = [
        replace(message, text=f"{message.text}, corrected", edited="1002.000000")
        for message in (heard("Hello"), REFUSED, NOTE)
    ]
    assert await read(desk, thread, ())
    await store.redis.config_resetstat()
    before = (await store.load(KEY)).intents
    assert not await read(desk, thread, before)
    done = await store.redis.info("commandstats")
    assert not {"cmdstat_evalsha", "cmdstat_hset"} & {*done}


async def test_the_edit_of_somebody_refused_is_settled_too(store: RedisStore) -> None:
    people = Counted()
    desk = InboundDesk(store, people.may, rules("explicit"), people.wake)
    talk = heard("talk", user="U2")
    await desk.said(KEY, talk)
    edit = replace(talk, text="!reply yes", edited="1002.000200")
    assert await desk.edited(KEY, edit) == "You may not."
    people.allowed.add("U2")
    assert await desk.edited(KEY, edit) == ""
    assert await state(store) == (State.KEPT, "")
    await desk.edited(KEY, replace(edit, text="!reply no", edited="1003.000200"))
    assert await state(store) == (State.HELD, "")


async def test_the_first_decision_of_an_ended_ticket_expires_with_its_record(
    store: RedisStore, explicit: InboundDesk
) -> None:
    await store.write(KEY, Change(put=Patch(ended=True), ttl=1000))
    await explicit.said(KEY, TALK)
    assert 0 < await store.redis.ttl(keys.DEFAULT.intents(KEY)) <= 1000
