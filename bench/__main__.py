"""Runs the benchmarks and prints the table; exits with 1 if a figure exceeds its bound."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.environment import Bench
from bench.figure import Figure, table
from bench.load import Load
from slackbridge.ops import log
from slackbridge.store import embedded

NAMES = (
    "ack",
    "busy",
    "button",
    "events",
    "reply",
    "mirror",
    "poll_scan",
    "poll_calls",
    "slack_calls",
    "catch_up",
    "memory",
    "redis_trips",
    "restart",
    "idle",
)


def main() -> int:
    """Returns 0 if every figure holds its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=str(NAMES))
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="a tenth of every count, for a trial")
    given = parser.parse_args()
    with Path(os.devnull).open("w") as nowhere:
        log.configure("info", "json", [], nowhere)  # writing the log is part of the measured work
        figures = asyncio.run(measured(given.names or NAMES, quick=given.quick))
    print(table(figures))
    if given.json:
        given.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


async def measured(names: tuple[str, ...], *, quick: bool) -> list[Figure]:
    """The figures of these benchmarks, in order."""
    figures: list[Figure] = []
    with Load() as load, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = await embedded.start(Path(folder))
        try:
            for name in names:
                begun = time.monotonic()
                module = importlib.import_module(f"bench.{name}")
                figures += await module.measure(Bench(server.url, load, quick))
                _say(f"{name}: {time.monotonic() - begun:.1f} s")
        finally:
            await server.stop()
    return figures


def _say(text: str) -> None:
    """Report progress on stderr, outside the table."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
