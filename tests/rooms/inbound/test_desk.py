"""Catching up with edits and deletions, and with what only looks like one."""

from __future__ import annotations

from itertools import permutations
from typing import Literal

import pytest

from slackbridge.domain.intent import State
from slackbridge.domain.record import Change
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore
from tests.values import KEY, TS, heard, intent

ROOT = "900.0"


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


async def state(store: RedisStore, ts: str = TS) -> tuple[State, str]:
    found = await store.intent(KEY, ts)
    assert found is not None
    return found.state, found.late


@pytest.mark.parametrize("was", [State.SENDING, State.UNKNOWN])
async def test_a_message_of_unknown_fate_that_was_deleted_is_not_sent_again(
    store: RedisStore, desk: InboundDesk, was: State
) -> None:
    await store.write(KEY, Change(swaps=((None, intent(was)),)))
    before = (await store.load(KEY)).intents
    assert await desk.caught_up(KEY, (), ROOT, before)
    assert await state(store) == (was, "deleted")


async def test_a_message_that_came_while_the_thread_was_read_is_not_taken_for_deleted(
    store: RedisStore, desk: InboundDesk
) -> None:
    before = (await store.load(KEY)).intents
    await desk.said(KEY, heard("Hello"))  # what was read does not show it yet
    await desk.caught_up(KEY, (), ROOT, before)
    assert await state(store) == (State.QUEUED, "")


async def test_a_name_that_reads_otherwise_now_is_no_edit(
    store: RedisStore, desk: InboundDesk
) -> None:
    await desk.said(KEY, heard("Hello, ask @Ben"))
    before = (await store.load(KEY)).intents
    renamed = heard("Hello, ask @colleague")
    assert not await desk.caught_up(KEY, (renamed,), ROOT, before)
    edited = heard("Hello, ask @Kim", edited="1001.000200")
    assert await desk.caught_up(KEY, (edited,), ROOT, before)
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
