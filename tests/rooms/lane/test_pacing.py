"""A call that our own rate limit holds back is no failed try."""

from __future__ import annotations

from typing import Any, cast

import pytest

from slackbridge.domain.errors import Code, Later
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Capabilities, Kind, Status
from slackbridge.domain.record import Change
from slackbridge.ports.chat import Chat
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import Lease
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.lane.lane import Lane
from slackbridge.rooms.lane.outcome import RetryAt
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings, SendSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rooms.recovery.stray_effects import StrayEffects
from slackbridge.rooms.recovery.unrecorded_posts import UnrecordedPosts
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore
from tests.values import KEY, conversation, intent

WAIT = 7.0
PASSES = 5
SENDING = SendSettings(timeout=5, settle=5, retry=20, retry_max=60, give_up=900)
ACCOUNT = LaneSettings(
    provider="refurbed",
    routes=(),
    channel="C1",
    ops_channel="",
    retention=60,
    retry=20,
    retry_max=60,
    quarantine_after=3,
)


class Marketplace:
    """Every call of the kinds in `paced` waits for our own rate limit."""

    capabilities = Capabilities(statuses=frozenset(Status))

    def __init__(self, *paced: str) -> None:
        self.paced = paced

    async def get(self, id: str) -> Any:
        self._turn("get")
        return conversation()

    async def perform(self, id: str, act: Any, timeout: float) -> None:
        self._turn("perform")

    def _turn(self, call: str) -> None:
        if call in self.paced:
            raise Later("shop allows no further call for 7 s", WAIT, code=Code.PACED)


async def _may(user: str, money: bool) -> str:
    return ""


def _lane(store: RedisStore, market: Marketplace) -> Lane:
    chat, provider = cast(Chat, object()), cast(Provider, market)
    intake = IntakeSettings("direct", ("//",), undo=0, fresh=900)
    desk = InboundDesk(store, _may, intake, lambda: None)
    poster = Poster(
        store,
        chat,
        UnrecordedPosts(store, chat),
        StrayEffects(store, chat, 10),
        desk.announce,
        timeout=5,
        settle=5,
        edit_every=1,
    )
    return Lane(store, chat, provider, Sender(provider, _may, SENDING), poster, desk, ACCOUNT)


async def _leased(store: RedisStore) -> Lease:
    await store.make_due(KEY.account, {KEY.id: store.now()}, {KEY.id: "r1"})
    (lease,), _ = await store.lease(KEY.account, 1)
    return lease


async def test_a_read_that_is_held_back_does_not_make_a_ticket_stuck(store: RedisStore) -> None:
    lane = _lane(store, Marketplace("get"))
    for _ in range(PASSES):  # more than `quarantine_after`
        lease = await _leased(store)
        outcome = await lane.reconcile(lease)
        assert isinstance(outcome, RetryAt)
        assert outcome.why == Code.PACED
        assert outcome.at == pytest.approx(store.now() + WAIT, abs=2)
        await store.release(lease, None)
    assert (await store.load(KEY)).stored.tries == 0


@pytest.mark.parametrize(("call", "kind"), [("get", Kind.REPLY), ("perform", Kind.STATUS)])
async def test_a_reply_that_is_held_back_keeps_its_tries(
    store: RedisStore, call: str, kind: Kind
) -> None:
    """Before the attempt is written down, and after; however old it is and often it failed."""
    asked = intent(kind=kind, status=Status.SOLVED if kind is Kind.STATUS else None, tries=3)
    await store.write(KEY, Change(swaps=((None, asked),)))
    sender = Sender(cast(Provider, Marketplace(call)), _may, SENDING)
    for _ in range(PASSES):
        pass_ = TicketPass(store, await _leased(store), await store.load(KEY))
        due = pass_.intents[0].but(due=store.now())
        await pass_.swap(pass_.intents[0], due)
        await sender.run(pass_)
        (after,) = pass_.intents
        _is_waiting(after, store)
        await store.release(pass_.lease, None)


def _is_waiting(after: Intent, store: RedisStore) -> None:
    assert (after.state, after.tries) == (State.QUEUED, 3)
    assert after.due == pytest.approx(store.now() + WAIT, abs=2)
    assert "allows no further call" in after.reason
