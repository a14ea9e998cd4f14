"""`slackbridge demo --script`: one ticket's life, checked at every step and in the ledgers."""

from __future__ import annotations

from pathlib import Path

from slackbridge.demo import views
from slackbridge.demo.scenario import Scenario
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import Missed, World, world

STEPS = (
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


async def play(*, as_json: bool, data: Path | None = None) -> bool:
    """Play the whole scenario. Whether every step held."""
    transcript = Transcript(as_json=as_json)
    async with world(data=data) as place:
        await place.bridge.start()
        return await played(place, transcript)


async def played(place: World, transcript: Transcript) -> bool:
    """Play in a world whose bridge runs."""
    scenario = Scenario(place, transcript)
    try:
        for step in STEPS:
            await step(scenario)
        lost, doubled = balance(place)
    except Missed as missed:
        transcript.end(False, f"failed: {missed}; the log is in {place.bridge.log}")
        transcript.say("fault", place.bridge.log.read_text("utf-8", "replace")[-2000:])
        return False
    transcript.end(
        lost == doubled == 0, f"every step held; ledgers: {lost} lost, {doubled} doubled"
    )
    return lost == doubled == 0


def balance(place: World) -> tuple[int, int]:
    """Messages of the marketplace that Slack does not show, or shows more than once."""
    lost = doubled = 0
    for ticket in place.refurbed.tickets:
        rows = views.thread(place.slack, ticket)
        if not views.cards(place.slack, ticket):
            continue
        doubled += len(views.cards(place.slack, ticket)) - 1
        effects = [views.effect_of(row) for row in rows if views.effect_of(row)]
        doubled += len(effects) - len(set(effects))
        mirrored = {effect.split(":")[1] for effect in effects if effect.startswith("m:")}
        sent = {m for m in (str(e.data["message_id"]) for e in place.refurbed.ledger.all("reply"))}
        for message in place.refurbed.messages(ticket):
            lost += str(message.id) not in mirrored | sent
    return lost, doubled
