"""`slackbridge demo`: the whole product stays up until Ctrl-C, and tells what happens."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import typer

from slackbridge.demo.play import played
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import QUICK, World, world

HELP = """
The sandbox stays up until Ctrl-C. Nothing leaves this machine.
  Slack workspace   {slack}   (Web API below /api/, what people do below /sandbox/)
  refurbed          {refurbed}   (TicketService, what customers do below /sandbox/)
Write as a customer:
  curl -s {refurbed}/sandbox/customer_opens -H 'Content-Type: application/json' \\
       -d '{{"name": "Kim", "html": "<p>Where is my parcel?</p>"}}'
See what was committed:
  curl -s {slack}/sandbox/ledger
The bridge's own log: {log}
"""


async def stay(*, port: int, data: Path | None) -> None:
    """Play the scenario, then stay."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with world(extra=QUICK, slack_port=port, data=data) as place:
        await place.bridge.start()
        await _played(place, stop)
        typer.echo(
            HELP.format(slack=place.slack.url, refurbed=place.refurbed.url, log=place.bridge.log)
        )
        await stop.wait()


async def _played(place: World, stop: asyncio.Event) -> None:
    playing = asyncio.ensure_future(played(place, Transcript(as_json=False)))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    playing.cancel()
    await asyncio.gather(playing, stopped, return_exceptions=True)
