"""`slackbridge demo`: the whole product stays up until Ctrl-C, and tells what happens."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import typer

from slackbridge.demo.play import played
from slackbridge.demo.transcript import Transcript
from slackbridge.demo.world import ALL, QUICK, World, world

HELP = """
The sandbox stays up until Ctrl-C. Nothing leaves this machine.
  Slack workspace   {slack}   (Web API below /api/, what people do below /sandbox/)
  refurbed          {refurbed}
  ClickBank         {clickbank}
  SellApp           {sellapp}
  Sellgate          {sellgate}   (what customers do: below /sandbox/ of each)
Write as a customer, of refurbed or of SellApp:
  curl -s {refurbed}/sandbox/customer_opens -H 'Content-Type: application/json' \\
       -d '{{"name": "Kim", "html": "<p>Where is my parcel?</p>"}}'
  curl -s {sellapp}/sandbox/customer_opens -H 'Content-Type: application/json' \\
       -d '{{"email": "kim@example.com", "text": "Where is my key?"}}'
See what was committed:
  curl -s {slack}/sandbox/ledger
The bridge's own log: {log}
"""


async def stay(script: str = "ticket", *, port: int, data: Path | None) -> None:
    """Play a scenario, then stay."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with world(extra=QUICK, slack_port=port, data=data, markets=ALL) as place:
        await place.bridge.start()
        await _played(place, script, stop)
        typer.echo(_help(place))
        await stop.wait()


def _help(place: World) -> str:
    others = place.others
    assert others is not None  # noqa: S101 - our world has all of them
    return HELP.format(
        slack=place.slack.url,
        refurbed=place.refurbed.url,
        clickbank=_origin(others.clickbank.url),
        sellapp=_origin(others.sellapp.url),
        sellgate=_origin(others.sellgate.url),
        log=place.bridge.log,
    )


def _origin(url: str) -> str:
    """Where a server is, without the path of its API."""
    return "/".join(url.split("/")[:3])


async def _played(place: World, script: str, stop: asyncio.Event) -> None:
    playing = asyncio.ensure_future(played(place, Transcript(as_json=False), script))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    playing.cancel()
    await asyncio.gather(playing, stopped, return_exceptions=True)
