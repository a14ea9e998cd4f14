"""The rig's comparison of the ledgers, with the bridge played by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.demo.world import ACCOUNT, World, world
from tests.rig.cast import Asked, Cast
from tests.rig.hand import Hand
from tests.rig.ledger import audit
from tests.rig.shop import shop


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


@pytest.fixture
async def cast(place: World) -> Cast:
    """One ticket whose thread shows the customer's message."""
    cast = Cast(place, shop(place, ACCOUNT), 1)
    cast.shop.opens("question")
    Hand(place).shows(cast.ticket)
    return cast


async def test_a_reply_that_never_arrived_is_lost(place: World, cast: Cast) -> None:
    hand = Hand(place)
    asked = await cast.say("an answer")
    assert audit(cast).faults == ["lost: 'an answer', and the thread says nothing"]
    hand.reacts(asked.ts)
    assert audit(cast).faults == ["lost: 'an answer', and the thread says sent"]
    hand.arrives(cast.ticket, "an answer")
    assert audit(cast).faults == []


async def test_a_reply_that_arrived_and_of_which_nobody_hears_is_silent(
    place: World, cast: Cast
) -> None:
    hand = Hand(place)
    asked = await cast.say("an answer")
    hand.arrives(cast.ticket, "an answer")
    assert audit(cast).faults == ["silent: 'an answer' was sent, and the thread says nothing"]
    hand.reacts(asked.ts, "x")
    assert audit(cast).faults == ["silent: 'an answer' was sent, and the thread says not sent"]


async def test_a_reply_that_arrived_twice_is_doubled(place: World, cast: Cast) -> None:
    hand = Hand(place)
    hand.reacts((await cast.say("an answer")).ts)
    for _ in range(2):
        hand.arrives(cast.ticket, "an answer")
    assert audit(cast).faults == ["doubled: the customer got 'an answer' 2 times"]


async def test_a_typed_reply_is_not_mirrored_and_a_modal_s_is(place: World, cast: Cast) -> None:
    hand = Hand(place)
    cast.asked.append(Asked(["from a modal"]))
    assert audit(cast).faults == ["lost: 'from a modal' from a modal"]
    hand.arrives(cast.ticket, "from a modal")
    assert [fault.partition(":")[0] for fault in audit(cast).faults] == ["lost"]
    hand.shows(cast.ticket)
    assert audit(cast).faults == []
    hand.reacts((await cast.say("typed")).ts)
    hand.arrives(cast.ticket, "typed")
    hand.shows(cast.ticket)
    assert [fault.partition(":")[0] for fault in audit(cast).faults] == ["unexpected"]


async def test_a_note_is_neither_lost_nor_sent(place: World, cast: Cast) -> None:
    hand = Hand(place)
    hand.reacts((await cast.say("// a note", note=True)).ts, "lock")
    assert audit(cast).faults == []
    hand.arrives(cast.ticket, "// a note")
    assert audit(cast).faults[0] == "doubled: the customer got '// a note' 1 times"
