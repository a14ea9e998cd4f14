"""`slackbridge demo --script`: the whole product, played and checked."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from slackbridge.config import child_environment
from slackbridge.demo.play import STEPS, TOUR


@pytest.mark.crash
@pytest.mark.timeout(300)
async def test_the_scripts_play_to_their_ends_and_every_line_is_json() -> None:
    """Side by side, as they mostly wait."""
    await asyncio.gather(plays((), STEPS), plays(("marketplaces",), TOUR))


async def plays(words: Sequence[str], steps: Sequence[Any]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "slackbridge", "demo", "--script", *words, "--json"),
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    lines = [json.loads(line) for line in out.decode().splitlines()]
    assert (process.returncode, err) == (0, b""), lines[-3:]
    assert [line["number"] for line in lines if line["kind"] == "step"] == [
        *range(1, len(steps) + 1)
    ]
    assert lines[-1]["ok"]
    assert "0 lost, 0 doubled" in lines[-1]["text"]
