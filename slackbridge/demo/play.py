"""`slackbridge demo --script`: scenarios, checked at every step and in the ledgers."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from slackbridge.demo.books import balance
from slackbridge.demo.scenario import Scenario
from slackbridge.demo.tour import Tour
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import ALL, Missed, World, world

T = TypeVar("T")
Steps = Sequence[Callable[[T], Awaitable[None]]]
Play = Callable[[World, Transcript], Awaitable[None]]
SHOWN_SECONDS = 10.0

STEPS: Steps[Scenario] = (
    Scenario.begins,
    Scenario.arrives,
    Scenario.updated,
    Scenario.answered,
    Scenario.noted,
    Scenario.undone,
    Scenario.edited,
    Scenario.failed,
    Scenario.solved,
    Scenario.closed,
    Scenario.looked_up,
)
TOUR: Steps[Tour] = (
    Tour.begins,
    Tour.arrive,
    Tour.queue,
    Tour.clickbank_answers,
    Tour.clickbank_refunds,
    Tour.clickbank_ends,
    Tour.sellapp_hook,
    Tour.sellapp_ends,
    Tour.sellgate,
    Tour.refurbed_label,
    Tour.refurbed_help,
)


async def _ticket(place: World, transcript: Transcript) -> None:
    scenario = Scenario(place, transcript)
    for step in STEPS:
        await step(scenario)


async def _marketplaces(place: World, transcript: Transcript) -> None:
    tour = Tour(place, transcript)
    for step in TOUR:
        await step(tour)


SCRIPTS: Mapping[str, Play] = {"ticket": _ticket, "marketplaces": _marketplaces}
"""The scenarios by name: one ticket's life, and four marketplaces side by side."""


async def play(script: str = "ticket", *, as_json: bool, data: Path | None = None) -> bool:
    """Play a whole scenario. Whether every step held."""
    transcript = Transcript(as_json=as_json)
    async with world(data=data, markets=ALL) as place:
        await place.bridge.start()
        return await played(place, transcript, script)


async def played(place: World, transcript: Transcript, script: str = "ticket") -> bool:
    """Play in a world whose bridge runs, and compare the books."""
    try:
        await SCRIPTS[script](place, transcript)
        lost, doubled = await _compared(place)
    except Missed as missed:
        transcript.end(False, f"failed: {missed}; the log is in {place.bridge.log}")
        transcript.say("fault", place.bridge.log.read_text("utf-8", "replace")[-2000:])
        return False
    transcript.end(
        lost == doubled == 0, f"every step held; ledgers: {lost} lost, {doubled} doubled"
    )
    return lost == doubled == 0


async def _compared(place: World) -> tuple[int, int]:
    """The books, once Slack shows all; as they are if that takes too long."""
    with contextlib.suppress(Missed):
        await place.until("all messages in Slack", lambda: not balance(place)[0], SHOWN_SECONDS)
    return balance(place)
