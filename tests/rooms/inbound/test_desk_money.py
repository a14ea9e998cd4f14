"""Buttons that move money work only for users in `agents.money`."""

from __future__ import annotations

import pytest

from slackbridge.domain.intent import Press, State
from slackbridge.domain.model import Kind
from slackbridge.domain.record import Change
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore
from tests.values import KEY, intent

RULES = IntakeSettings("direct", ("//",), undo=0, fresh=900)


async def may(user: str, money: bool = False) -> str:
    return "not you" if money and user != "U1" else ""


@pytest.mark.parametrize(
    ("state", "press", "moves"),
    [
        (State.FAILED, Press.RETRY, True),
        (State.UNKNOWN, Press.AGAIN, True),
        (State.UNKNOWN, Press.WAS_SENT, False),
        (State.FAILED, Press.DISCARD, False),
    ],
)
async def test_a_colleague_may_stop_a_refund_but_not_send_it(
    store: RedisStore, state: State, press: Press, moves: bool
) -> None:
    refund = intent(state, id="v:1", ts="", kind=Kind.ACTION, label="Refund", money=True)
    reply = intent(state, id="2")
    await store.write(KEY, Change(swaps=((None, refund), (None, reply))))
    desk = InboundDesk(store, may, RULES, lambda: None)
    assert await desk.pressed(KEY, "v:1", press, "U2") == ("not you" if moves else "")
    assert await desk.pressed(KEY, "2", press, "U2") == ""
    assert bool(await desk.pressed(KEY, "v:1", press, "U1")) is not moves
