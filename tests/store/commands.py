"""Commands of slackbridge, run as an operator runs them, on a Redis and without a Slack."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

ACCOUNT = '[[accounts]]\nname = "shop"\nprovider = "refurbed"\ntoken_env = "T"\n'
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "T": "t"}


async def commanded(folder: Path, command: str, url: str, until: str = "") -> tuple[int, str]:
    """The exit code and all that is said; `run` is told to stop once it has said `until`."""
    path = folder / "slackbridge.toml"
    path.write_text(f'[slack]\nchannel = "C0SUPPORT"\napi_url = "http://127.0.0.1:1/"\n{ACCOUNT}')
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "slackbridge", command, "-c", str(path)),
        env={**SECRETS, "REDIS_URL": url},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while until not in said:
            line = await process.stdout.readline()
            assert line, f"it ended and said: {said}"
            said += line.decode()
        if command == "run":
            process.terminate()
        said += (await process.stdout.read()).decode()
        code = await process.wait()
    assert "Traceback" not in said
    return code, said
