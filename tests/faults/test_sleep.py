"""A process that was stopped or suspended for a while reads again what it may have missed."""

from __future__ import annotations

import os
import signal
import socket
from typing import Literal

import pytest

from slackbridge.demo.process import BridgeProcess
from slackbridge.demo.world import QUICK, World, world
from tests.bridge.stage import Stage
from tests.bridge.test_http_mode import PATH, Door

pytestmark = pytest.mark.long

Mode = Literal["socket", "http"]


class Dozing(BridgeProcess):
    module = "tests.faults.doze"


def configured(place: World, mode: Mode) -> Door | None:
    """The world's configuration for this mode, in which no sweep comes in time."""
    if mode == "socket":
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    door = Door(place, port)
    place.slack.endpoints.point_at(door.url + PATH)
    path = place.folder / "slackbridge.toml"
    http = f'[slack]\nmode = "http"\nhttp_host = "127.0.0.1"\nhttp_port = {port}'
    path.write_text(path.read_text("utf-8").replace("[slack]", http), "utf-8")
    return door


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_what_was_written_while_the_process_slept_is_found(
    redis_url: str, mode: Mode
) -> None:
    at_once = {**QUICK, "replies": {"undo_seconds": 0}}
    async with world(seed=False, redis_url=redis_url, mode=mode, extra=at_once) as place:
        door, stage = configured(place, mode), Stage(place)
        place.bridge.__class__ = Dozing
        await place.bridge.start()
        if door is not None:
            await place.until("the port", door.open)
        ticket = await stage.opened()
        note = await stage.say(ticket, "// a note")
        await stage.reaction(note, "lock")
        os.kill(place.bridge.pid, signal.SIGSTOP)
        place.slack.delivery.drop("message")
        await stage.say(ticket, "Hello")
        await stage.quiet(2.0)
        os.kill(place.bridge.pid, signal.SIGCONT)
        await stage.replied(ticket, "Hello")
        assert "process.slept" in place.bridge.log.read_text("utf-8")
