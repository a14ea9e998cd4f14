"""Nothing of the self-test remains, whatever Slack does; and what does remain is no ticket."""

from __future__ import annotations

from slackbridge.cli.rehearsal import CHANNEL, bench_on
from slackbridge.domain.chat import CARD, Mark
from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.slack.archive import Archive
from slackbridge.slack.history import EVENT_TYPE, metadata_of
from slackbridge.slack.live import posting, runner
from slackbridge.slack.live.bench import EVENT, Bench
from tests.live.conftest import refuse

POST = "chat.postMessage"


async def two_posts(bench: Bench) -> None:
    for probe in posting.PROBES[:2]:
        await runner.look(probe, bench)


def standing(slack: SlackSandbox) -> list[str]:
    return [str(row["ts"]) for row in slack.workspace.history(CHANNEL)]


async def test_posts_whose_answers_were_lost_are_found_and_deleted(slack: SlackSandbox) -> None:
    for skip in (0, 0, 1):
        slack.faults.add(Fault(POST, Phase.ANSWER, Action.RESET, skip=skip))
    async with bench_on(slack) as bench:
        await two_posts(bench)  # the card's answer is lost, so there is no message
        assert not bench.card
        bench.card = standing(slack)[0]
        for effect in ("known", "lost"):
            probe = posting.PROBES[1]
            seen = await runner.look(probe, bench)
            assert seen.tried, effect
        assert len(slack.workspace.thread(CHANNEL, bench.card)) > 1
        assert await runner.clean(bench) == {}
    assert standing(slack) == []


async def test_what_slack_refuses_to_delete_is_named(slack: SlackSandbox) -> None:
    async with bench_on(slack) as bench:
        await two_posts(bench)
        refuse(slack, "chat.delete", "compliance_exports_prevent_deletion")
        left = await runner.clean(bench)
        assert left == dict.fromkeys(bench.posted, "compliance_exports_prevent_deletion")
        assert set(left) == {bench.card, bench.part}


async def test_the_next_run_removes_what_a_killed_one_left(slack: SlackSandbox) -> None:
    async with bench_on(slack) as killed:
        await two_posts(killed)
        await killed.delete(killed.part)
    was, slack.workspace.clock = slack.workspace.clock, lambda: was() + runner.OLD_SECONDS + 60
    slack.workspace.stamps._clock = slack.workspace.clock
    async with bench_on(slack) as bench:
        await two_posts(bench)
        assert len(standing(slack)) == 2
        assert await runner.clean(bench) == {}
    assert standing(slack) == []


async def test_what_remains_is_no_ticket_s(slack: SlackSandbox) -> None:
    """What rebuild, catch-up and lost threads read of the channel knows none of these posts."""
    async with bench_on(slack) as bench:
        await two_posts(bench)
        archive = Archive(bench.chat)
        assert [post async for post in archive.posts(CHANNEL, 0.0)] == []
        assert await archive.latest(CHANNEL) == ()
        assert await archive.root(CHANNEL, bench.card) is None
        thread = await archive.thread(bench.mark(CARD).key, CHANNEL, bench.card)
        assert (thread.posts, thread.said) == ((), ())
        await runner.clean(bench)


def test_a_mark_says_whose_it_is() -> None:
    mark = Mark(TicketKey("a", "b"), CARD)
    assert metadata_of(mark)["event_type"] == EVENT_TYPE != EVENT
    assert metadata_of(mark, EVENT)["event_type"] == EVENT
