"""`slackbridge demo --script` plays both scripts to their ends."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence

import pytest

from slackbridge.config.load import child_environment


@pytest.mark.long
@pytest.mark.crash
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("words", "steps"), [((), 11), (("marketplaces",), 18)])
async def test_a_script_plays_to_its_end_and_every_line_is_json(
    words: Sequence[str], steps: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "slackbridge", "demo", "--script", *words, "--json"),
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    lines = [json.loads(line) for line in out.decode().splitlines()]
    assert (process.returncode, err) == (0, b""), lines[-3:]
    assert [line["number"] for line in lines if line["kind"] == "step"] == [*range(1, steps + 1)]
    assert lines[-1]["ok"]
    assert "0 lost, 0 doubled" in lines[-1]["text"]
