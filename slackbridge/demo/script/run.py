"""`slackbridge demo --script`: plays a script, then compares the ledgers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from slackbridge.demo.audit import lost_and_doubled
from slackbridge.demo.script.all_markets import AllMarkets
from slackbridge.demo.script.one_ticket import OneTicket
from slackbridge.demo.script.transcript import Transcript
from slackbridge.demo.waiting import Missed
from slackbridge.demo.world import ALL, World, world

AUDIT_SECONDS = 10.0


class Script(Protocol):
    async def play(self) -> None:
        """All steps in order. Raises Missed at the first check that fails."""


SCRIPTS: Mapping[str, Callable[[World, Transcript], Script]] = {
    "ticket": OneTicket,
    "marketplaces": AllMarkets,
}


async def run_script(name: str = "ticket", *, as_json: bool, data: Path | None = None) -> bool:
    """Play a script in a world of its own; whether every check held."""
    transcript = Transcript(as_json=as_json)
    async with world(data=data, markets=ALL) as place:
        await place.bridge.start()
        try:
            await SCRIPTS[name](place, transcript).play()
            lost, doubled = await _audited(place)
        except Missed as missed:
            transcript.end(False, f"failed: {missed}; the log is in {place.bridge.log}")
            transcript.say("fault", place.bridge.log.read_text("utf-8", "replace")[-2000:])
            return False
        ok = lost == doubled == 0
        transcript.end(ok, f"every step held; ledgers: {lost} lost, {doubled} doubled")
        return ok


async def _audited(place: World) -> tuple[int, int]:
    """Lost and doubled messages, after up to AUDIT_SECONDS for Slack to show everything."""
    with contextlib.suppress(Missed):
        await place.until(
            "all messages in Slack", lambda: not lost_and_doubled(place)[0], AUDIT_SECONDS
        )
    return lost_and_doubled(place)
