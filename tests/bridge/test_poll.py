"""Polling: how many calls it costs, that nothing is skipped, what a first start shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from slackbridge.app import Bridge
from slackbridge.cli.inspect import _poll
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage

BY_HAND = {
    "poll_seconds": 1000,
    "full_walk_seconds": 1000,
    "per_second": 1000,
    "watch_ended_days": 0,  # else their list may come between
}
HOUR = 3600.0


def old(place: World, number: int) -> list[int]:
    """Active tickets in which nothing has happened for two days."""
    with place.refurbed.clock.pinned(time.time() - 48 * HOUR):
        return place.refurbed.bulk(number)


async def threads(place: World, tickets: Iterable[int], messages: int = 1) -> None:
    """Wait until each has its thread with so many messages."""
    wanted = list(tickets)
    await place.until(
        "the threads",
        lambda: all(len(views.mirrored(place.slack, each)) == messages for each in wanted),
    )


async def born(place: World, bridge: Bridge) -> None:
    """The first walk is over."""

    async def told() -> bool:
        return bool((await bridge.store.facts(ACCOUNT)).born_at)

    await place.until("the first walk", told)


def summaries(stage: Stage) -> list[dict[str, Any]]:
    rows = stage.slack.workspace.history("C0OPS")
    return [row for row in rows if "account:show" in views.buttons(row)]


async def fingerprint_reads(bridge: Bridge) -> int:
    stats: dict[str, Any] = await bridge.store.redis.info("commandstats")
    return int(stats.get("cmdstat_hmget", {}).get("calls", 0))


async def test_an_idle_poll_costs_its_pages_and_a_change_one_call(
    place: World, run: Running
) -> None:
    ids, market = old(place, 300), place.refurbed
    async with run(account={**BY_HAND, "watch_ended_days": 14}) as bridge:
        # Three pages of active tickets, and at last one of ended ones.
        await place.until("the first poll", lambda: market.calls["ListTickets"] == 4)
        poller = bridge.pollers[0]
        for full, pages in ((True, 3), (False, 1)):
            market.calls.clear()
            before = await fingerprint_reads(bridge)
            await poller.list_once(full=full)
            assert market.calls == {"ListTickets": pages}
            assert await fingerprint_reads(bridge) - before == pages
        for ticket in ids[:4]:
            market.customer_writes(ticket, "<p>Is anybody there?</p>")
        market.calls.clear()
        await poller.list_once()
        await threads(place, ids[:4], 2)
        await poller.list_once(full=True)
        await asyncio.sleep(0.3)
        assert market.calls == {"ListTickets": 4, "GetTicket": 4}


async def test_an_own_reply_is_not_read_again(place: World, run: Running) -> None:
    async with run(account=BY_HAND, replies={"undo_seconds": 0}) as bridge:
        stage, market = Stage(place), place.refurbed
        await born(place, bridge)
        ticket = market.customer_opens(html="<p>Hello</p>")
        await bridge.pollers[0].list_once()
        await stage.until("its thread", lambda: stage.mirrored(ticket))
        market.calls.clear()
        ts = await stage.say(ticket, "Hello yourself")
        await stage.reaction(ts, "white_check_mark")
        await stage.until("the card", lambda: "Waiting for customer" in stage.card(ticket))
        await bridge.pollers[0].list_once(full=True)
        await stage.quiet(0.4)
        assert market.calls == {"GetTicket": 1, "UpdateTicket": 1, "ListTickets": 1}


async def test_a_first_start_does_not_flood(place: World, run: Running) -> None:
    sleeping, stage = old(place, 7), Stage(place)
    recent = place.refurbed.bulk(2)
    async with run() as bridge:
        await born(place, bridge)
        await threads(place, recent)
        summary = await stage.until("the summary", lambda: summaries(stage))
        await stage.quiet(0.5)
        assert len(summary) == 1
        assert not any(views.cards(stage.slack, ticket) for ticket in sleeping)
        place.refurbed.customer_writes(sleeping[0], "<p>Still waiting</p>")
        await stage.until("its thread", lambda: len(stage.mirrored(sleeping[0])) == 2)
    async with run():  # a second start is no first one
        await stage.quiet(0.5)
        assert not any(views.cards(stage.slack, ticket) for ticket in sleeping[1:])
        await stage.anna.click("C0OPS", summary[0]["ts"], "account:show")
        await threads(place, sleeping[1:])
        for ticket in sleeping:
            stage.balanced(ticket)


async def test_a_ticket_that_moves_while_we_page_is_not_skipped(place: World, run: Running) -> None:
    ids, market = old(place, 250), place.refurbed
    async with run(account=BY_HAND) as bridge:
        await born(place, bridge)
        slow = Fault("ListTickets", Phase.COMMIT, Action.DELAY, skip=1, seconds=0.3)
        market.faults.add(slow)
        walking = asyncio.create_task(bridge.pollers[0].list_once(full=True))
        await place.until("the second page", lambda: slow.struck)
        for ticket in ids[:40]:
            market.solve(ticket)
        for ticket in (ids[50], ids[150], ids[249]):
            market.customer_writes(ticket, "<p>More</p>")
        new = market.customer_opens()
        walk = await walking
        assert walk.ids == {str(ticket) for ticket in [*ids, new]}
        await bridge.pollers[0].list_once()
        await threads(place, (ids[50], ids[150], ids[249]), 2)
        await threads(place, [new])


async def test_what_left_the_active_ones_is_read_in_batches(place: World, run: Running) -> None:
    ids, market, stage = old(place, 110), place.refurbed, Stage(place)
    shown = market.bulk(2)
    async with run(account=BY_HAND) as bridge:
        await born(place, bridge)
        await threads(place, shown)
        for ticket in [*ids, shown[0]]:
            market.solve(ticket)
        market.close(shown[1])
        market.calls.clear()
        await bridge.pollers[0].list_once(full=True)
        assert market.calls["ListTickets"] == 1 + 2
        await stage.until("solved", lambda: "Solved" in stage.card(shown[0]))
        await stage.until("closed", lambda: "Closed" in stage.card(shown[1]))
        await stage.until("nothing is active", lambda: nothing_active(bridge))
        assert not any(views.cards(stage.slack, ticket) for ticket in ids)
        market.calls.clear()
        await bridge.pollers[0].list_once(full=True)
        assert market.calls == {"ListTickets": 1}


async def nothing_active(bridge: Bridge) -> bool:
    return not await bridge.store.active(ACCOUNT)


async def test_a_solved_ticket_that_the_customer_reopens_goes_on_in_its_thread(
    instant: Stage,
) -> None:
    ticket = await instant.opened()
    instant.market.solve(ticket)
    await instant.until("solved", lambda: "Solved" in instant.card(ticket))
    instant.market.customer_writes(ticket, "<p>It broke again</p>")
    await instant.until("the new message", lambda: len(instant.mirrored(ticket)) == 2)
    await instant.until("open again", lambda: "Needs agent" in instant.card(ticket))
    instant.balanced(ticket)


async def test_a_status_nobody_has_heard_of_shows_and_the_ticket_lives_on(instant: Stage) -> None:
    ticket = await instant.opened()
    instant.market.force_status(ticket, "ON_HOLD")
    await instant.until("the word", lambda: "ON_HOLD" in instant.card(ticket))
    instant.market.customer_writes(ticket, "<p>Hello?</p>")
    await instant.until("the message", lambda: len(instant.mirrored(ticket)) == 2)
    await instant.until("the status", lambda: "ON_HOLD" not in instant.card(ticket))


async def test_a_dry_run_changes_nothing(place: World) -> None:
    old(place, 3)
    place.refurbed.bulk(2)
    settings = configured(place, {})
    lines = await _poll(settings, True)
    assert "5 active tickets, 5 would be marked due" in lines[0]
    bridge = Bridge(settings, place.redis_url)
    try:
        assert await bridge.store.redis.keys("*") == []
    finally:
        await bridge.close()
    assert place.refurbed.calls == {"ListTickets": 1}
    assert place.slack.ledger.all("post") == []
