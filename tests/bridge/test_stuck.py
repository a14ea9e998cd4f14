"""Tickets that cannot be brought up to date: one notice lists them as long as there are any."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage
from tests.bridge.test_accounts import notices

pytestmark = pytest.mark.long

FAST = {"quarantine_after": 3, "retry_seconds": 0.1, "retry_max_seconds": 0.3}
OPS = "C0OPS"


def broken(operation: str) -> Fault:
    return Fault(operation, Phase.ARRIVAL, Action.STATUS, times=None, status=500)


async def listed(stage: Stage, *tickets: int) -> None:
    """Wait for the only notice that says anything of tickets, and that it lists these."""

    def told() -> bool:
        rows = [text for text in notices(stage.place) if "brought up to date" in text]
        return len(rows) == 1 and all(f":{id}`" in rows[0] for id in tickets)

    await stage.until(f"a notice of {tickets}", told)


async def closed(stage: Stage) -> None:
    await stage.until("it is over", lambda: "up to date again" in notices(stage.place)[-1])


async def test_each_stuck_ticket_is_told_of_in_one_notice_until_none_is(
    place: World, run: Running
) -> None:
    stage, bad = Stage(place), broken("GetTicket")
    async with run(timing=FAST) as bridge:
        place.refurbed.faults.add(bad)
        one = place.refurbed.customer_opens(html="<p>first</p>")
        await listed(stage, one)
        two = place.refurbed.customer_opens(html="<p>second</p>")
        await listed(stage, one, two)
        place.refurbed.faults.remove(bad)
        await closed(stage)
        await stage.until("both", lambda: stage.mirrored(one) and stage.mirrored(two))
        assert len(notices(place)) == 1
        assert await bridge.store.stuck(ACCOUNT) == {}

        place.refurbed.faults.add(bad)
        place.refurbed.customer_writes(one, "<p>again</p>")
        await stage.until("a new notice", lambda: len(notices(place)) == 2)
        assert f":{one}`" in notices(place)[-1]
        assert "thread" in notices(place)[-1], "it has one by now"


async def test_more_than_fit_are_counted(place: World, run: Running) -> None:
    stage = Stage(place)
    place.refurbed.faults.add(broken("GetTicket"))
    place.refurbed.bulk(20)
    async with run(timing=FAST):
        await stage.until(
            "20", lambda: any("20 tickets" in n and "and 5 more" in n for n in notices(place))
        )
        await stage.quiet(4)
    assert len(notices(place)) == 1


async def test_one_that_stays_stuck_after_an_outage_is_told_of(place: World, run: Running) -> None:
    stage, down = Stage(place), broken("*")
    async with run(timing=FAST) as bridge:
        ticket = await stage.opened()
        place.refurbed.customer_writes(ticket, "<p>My phone is burning!</p>")
        place.refurbed.faults.add(down)
        key = TicketKey(ACCOUNT, str(ticket))
        await bridge.desk.hinted(key)

        async def patience_is_over() -> bool:
            return (await bridge.store.load(key)).stored.tries > 4

        await stage.until("down", lambda: any("does not answer" in n for n in notices(place)))
        await stage.until("tries", patience_is_over)
        assert not any("brought up to date" in n for n in notices(place)), "the account says it"
        place.refurbed.faults.add(broken("GetTicket"))
        place.refurbed.faults.remove(down)
        await stage.until("up", lambda: any("works again" in n for n in notices(place)))
        await listed(stage, ticket)


async def test_the_notice_outlives_the_process(place: World, run: Running) -> None:
    stage, bad = Stage(place), broken("GetTicket")
    async with run(timing=FAST):
        place.refurbed.faults.add(bad)
        one = place.refurbed.customer_opens(html="<p>first</p>")
        await listed(stage, one)
    async with run(timing=FAST):
        two = place.refurbed.customer_opens(html="<p>second</p>")
        await listed(stage, one, two)
        place.refurbed.faults.remove(bad)
        await closed(stage)
    assert len(notices(place)) == 1


async def test_a_notice_that_somebody_deleted_is_posted_anew(place: World, run: Running) -> None:
    stage = Stage(place)
    place.refurbed.faults.add(broken("GetTicket"))
    async with run(timing=FAST):
        one = place.refurbed.customer_opens(html="<p>first</p>")
        await listed(stage, one)
        (row,) = [r for r in place.slack.workspace.history(OPS) if views.effect_of(r)]
        found = place.slack.workspace.timeline(OPS).get(row["ts"])
        assert found is not None
        place.slack.workspace.remove(found, "delete")
        two = place.refurbed.customer_opens(html="<p>second</p>")
        await listed(stage, one, two)


async def test_a_ticket_whose_channel_is_archived_is_listed_at_once(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing={"retry_seconds": 0.1, "retry_max_seconds": 0.3}):
        ticket = await stage.opened()
        await stage.anna.archive(CHANNEL)
        place.refurbed.customer_writes(ticket, "<p>again</p>")
        await listed(stage, ticket)
        assert "Unarchive the channel" in notices(place)[-1]
        await stage.anna.archive(CHANNEL, archived=False)
        await closed(stage)
        assert len(views.mirrored(place.slack, ticket)) == 2
