"""Money is moved only by those who are listed for it, by whatever button."""

from __future__ import annotations

import pytest

from slackbridge.door import Desk
from slackbridge.intake import Rules
from slackbridge.intent import Press, State
from slackbridge.model import Kind
from slackbridge.ports import Change
from slackbridge.store.redis import RedisStore
from tests.values import KEY, intent

RULES = Rules("direct", ("//",), undo=0, fresh=900)


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
    desk = Desk(store, may, RULES, lambda: None)
    assert await desk.pressed(KEY, "v:1", press, "U2") == ("not you" if moves else "")
    assert await desk.pressed(KEY, "2", press, "U2") == ""
    assert bool(await desk.pressed(KEY, "v:1", press, "U1")) is not moves
