"""The list of a marketplace is ahead of its tickets: a replica answers that lags behind."""

from __future__ import annotations

import pytest

from slackbridge.demo.world import ACCOUNT, World
from slackbridge.domain.model import TicketKey
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.bridge.test_accounts import notices

FAST = {"quarantine_after": 3, "retry_seconds": 0.1, "retry_max_seconds": 0.3}


@pytest.mark.parametrize("times", [1, 4])
async def test_a_message_that_the_ticket_shows_a_moment_later_appears(
    place: World, run: Running, times: int
) -> None:
    stage = Stage(place)
    async with run(timing={**FAST, "quarantine_after": 9}) as bridge:
        ticket = await stage.opened("<p>one</p>")
        key = TicketKey(ACCOUNT, str(ticket))

        async def mirrored() -> bool:
            return bool((await bridge.store.load(key)).stored.revision)

        await stage.until("it is mirrored", mirrored)
        place.refurbed.lagging_reads = times
        place.refurbed.customer_writes(ticket, "<p>two: please call me</p>")
        await stage.until("the lagging reads", lambda: place.refurbed.lagging_reads == 0)
        await stage.until("the message", lambda: len(stage.mirrored(ticket)) == 2)
        stage.balanced(ticket)
        calls = place.refurbed.calls["GetTicket"]
        await stage.quiet(1)
        assert place.refurbed.calls["GetTicket"] == calls, "it is not read for ever"
    assert not notices(place)
