"""A notice that cannot be posted where it belongs goes to the next place; none is dropped."""

from __future__ import annotations

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

pytestmark = pytest.mark.long

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


async def test_what_no_channel_takes_is_on_the_home_tab_until_one_does(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing=FAST) as bridge:
        await stage.opened()
        for channel in (OPS, CHANNEL):
            await stage.anna.archive(channel)
        place.refurbed.faults.add(REFUSED)

        async def at_home() -> bool:
            await stage.anna.open_home()
            return "refuses the token" in views.shown(stage.anna.home() or {})

        await stage.until("the Home tab says it", at_home)
        assert "refuses the token" in "".join(await bridge.pulse.notices())
        assert not told(place, OPS) + told(place, CHANNEL)
        await stage.anna.archive(CHANNEL, archived=False)
        await stage.until("the main channel says it", lambda: told(place, CHANNEL))

        async def nothing_left() -> bool:
            return await bridge.pulse.notices() == []

        await stage.until("nothing is left", nothing_left)
