"""The sender against a marketplace that declines, hides or forgets."""

from __future__ import annotations

from typing import Any, cast

import pytest

from slackbridge.domain.errors import Code, Later, Unknown
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Capabilities, Message, Status
from slackbridge.domain.record import Change
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import SendSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.store.redis import RedisStore
from tests.values import KEY, conversation, intent, message

SENDING = SendSettings(timeout=5, settle=5, retry=0, retry_max=0, give_up=900)


class Marketplace:
    """Keeps what is sent; then each call raises the next of `answers`, if any is left."""

    capabilities = Capabilities(statuses=frozenset(Status))

    def __init__(self, *answers: Exception) -> None:
        self.messages: list[Message] = []
        self._answers = list(answers)

    async def get(self, id: str) -> Any:
        return conversation(*self.messages)

    async def perform(self, id: str, act: Any, timeout: float) -> Any:
        self.messages.append(message(f"m{len(self.messages)}", act.text))
        if self._answers:
            raise self._answers.pop(0)
        return conversation(*self.messages)


@pytest.fixture
async def pass_(store: RedisStore) -> TicketPass:
    """Of a ticket with two queued replies."""
    await store.sync()
    now = store.now()
    for n, text in enumerate(("first", "second")):
        ts = f"{now - 2 + n:.6f}"
        asked = intent(id=ts, ts=ts, created=float(ts), text=text)
        await store.write(KEY, Change(swaps=((None, asked),)))
    await store.make_due(KEY.account, {KEY.id: store.now()}, {})
    (lease,), _ = await store.lease(KEY.account, 1)
    return TicketPass(store, lease, await store.load(KEY))


async def sent(pass_: TicketPass, market: Marketplace, why: str = "") -> tuple[Intent, ...]:
    """The intents after a turn of the sender; `why` is why nobody may send, '' = all may."""

    async def may(user: str, money: bool) -> str:
        return why

    pass_.conversation = None  # as in a new pass
    await Sender(cast(Provider, market), may, SENDING).run(pass_)
    return pass_.intents


def states(intents: tuple[Intent, ...]) -> list[State]:
    return [each.state for each in intents]


async def test_who_may_not_send_when_it_is_due_sends_nothing(pass_: TicketPass) -> None:
    market = Marketplace()
    intents = await sent(pass_, market, "not you")
    assert states(intents) == [State.FAILED, State.FAILED]
    assert "not you" in intents[0].reason
    assert market.messages == []


async def test_what_a_proxy_declined_after_it_was_accepted_is_not_sent_again(
    pass_: TicketPass,
) -> None:
    market = Marketplace(Later("too many calls", 0.0, code=Code.RATE_LIMITED))
    assert states(await sent(pass_, market))[0] is State.QUEUED
    assert states(await sent(pass_, market)) == [State.SENT, State.SENT]
    assert len(market.messages) == 2


async def test_a_reply_waits_for_an_earlier_one_of_unknown_outcome(pass_: TicketPass) -> None:
    market = Marketplace(Unknown("no answer"))
    assert states(await sent(pass_, market)) == [State.SENDING, State.QUEUED]
    assert states(await sent(pass_, market)) == [State.SENT, State.SENT]
    assert len(market.messages) == 2
