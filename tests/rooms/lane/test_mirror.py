"""Which revision counts as shown."""

from __future__ import annotations

from typing import Any, cast

from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane.mirror import Mirror
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.store.redis import RedisStore
from tests.values import KEY, conversation

SETTINGS = LaneSettings(
    provider="refurbed",
    routes=(),
    channel="C1",
    ops_channel="",
    retention=60,
    retry=20,
    retry_max=60,
    quarantine_after=3,
)


async def test_the_list_s_revision_is_recorded_so_that_the_next_pass_reads_nothing(
    store: RedisStore,
) -> None:
    """The rows of a marketplace's list may always differ from its tickets."""
    await store.sync()
    await store.make_due(KEY.account, {KEY.id: store.now()}, {KEY.id: "of the list"})
    (lease,), _ = await store.lease(KEY.account, 1)
    pass_ = TicketPass(store, lease, await store.load(KEY))
    nothing: Any = object()  # recording asks neither
    mirror = Mirror(store, cast(Provider, nothing), cast(Poster, nothing), SETTINGS)
    await mirror.shown(pass_, conversation(revision="of the ticket"))
    record = await store.load(KEY)
    assert record.stored.revision == record.seen == "of the list"
