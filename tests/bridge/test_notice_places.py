"""A notice that cannot be posted where it belongs goes to the next place; none is dropped."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

FAST = {"quarantine_after": 3, "retry_seconds": 0.1, "retry_max_seconds": 0.3}
OPS = "C0OPS"
REFUSED = Fault("*", Phase.ARRIVAL, Action.STATUS, times=None, status=401)


def told(place: World, channel: str) -> list[str]:
    rows = [views.shown(row) for row in place.slack.workspace.history(channel)]
    return [text for text in rows if "refuses the token" in text]


async def test_bad_news_finds_another_channel(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(timing=FAST):
        await stage.opened()
        await stage.anna.archive(OPS)
        place.refurbed.faults.add(REFUSED)
        await stage.until("the main channel says it", lambda: told(place, CHANNEL))
        await stage.quiet(1)
    assert (len(told(place, OPS)), len(told(place, CHANNEL))) == (0, 1)
