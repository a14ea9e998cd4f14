"""Runs the benchmarks, prints the table, and ends with 1 if a figure does not hold its bound."""

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

from bench.figure import Figure, table
from bench.load import Load
from bench.place import Bench
from slackbridge.ops import log
from slackbridge.store import embedded

NAMES = (
    "ack",
    "busy",
    "button",
    "events",
    "reply",
    "mirror",
    "scan",
    "cycle",
    "posts",
    "catch_up",
    "memory",
    "trips",
    "restart",
    "rest",
)


def main() -> int:
    """0 if every figure holds its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=str(NAMES))
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: a trial")
    given = parser.parse_args()
    with Path(os.devnull).open("w") as nowhere:
        log.configure("info", "json", [], nowhere)  # writing the log is part of the work
        figures = asyncio.run(measured(given.names or NAMES, quick=given.quick))
    print(table(figures))
    if given.json:
        given.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


async def measured(names: tuple[str, ...], *, quick: bool) -> list[Figure]:
    """Every figure of these benchmarks, in order."""
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
    """Progress goes to the terminal, not into the table."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
