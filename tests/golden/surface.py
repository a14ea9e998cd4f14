"""What people type and write against: names of commands, options, targets and of the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

from tests.golden.forms import Json
from tests.golden.typed import ROOT, Command, Ended

WIDE = {"COLUMNS": "240", "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
COMMANDS = (
    *("run", "demo", "check", "poll", "show", "replay"),
    *("health", "rebuild", "export", "forget", "manifest"),
)
ROW = re.compile(r"^│ \*? *([a-z]+) ")
OPTION = re.compile(r"^│ +(--[a-z-]+)(?: +(-[a-z])(?= ))?")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
NAMES = """
import pytest
pytest.register_assert_rewrite("slackbridge.testing")
from slackbridge.testing import market
from slackbridge.testing.contract import *
print(*sorted(name for name in globals() if name.startswith("test_")))
print(*sorted(set(vars(market)) & {"Call", "When", "Trouble", "Market"}))
print(*(f"{words.__name__}.{word.name}" for words in (market.Call, market.When) for word in words))
"""


def panels(text: str) -> dict[str, list[str]]:
    """The rows of each framed part of a help text."""
    found: dict[str, list[str]] = {}
    rows: list[str] = []
    for line in text.splitlines():
        if line.startswith("╭"):
            rows = found.setdefault(line.strip("╭─╮ "), [])
        elif line.startswith("│"):
            rows.append(line)
    return found


HELPS = [Command([*name.split(), "--help"], WIDE) for name in ("", *COMMANDS)]


def command_line(helps: Sequence[Ended]) -> Json:
    """Every command with its arguments and options, as HELPS have shown them."""
    top, *each = helps
    assert {*COMMANDS} <= {*_first(panels(top.out)["Commands"])}  # more may come
    return {name: _names(panels(help.out)) for name, help in zip(COMMANDS, each, strict=True)}


def _names(shown: dict[str, list[str]]) -> Json:
    options = [match for row in shown["Options"] if (match := OPTION.match(row))]
    return {
        "options": sorted(" ".join(filter(None, match.groups())) for match in options),
        "arguments": _first(shown.get("Arguments", [])),
    }


def _first(rows: list[str]) -> list[str]:
    return [match[1] for row in rows if (match := ROW.match(row))]


def targets() -> list[str]:
    """What can be made."""
    return sorted(set(TARGET.findall((ROOT / "Makefile").read_text("utf-8"))))


def contract() -> list[list[str]]:
    """What another package finds in the contract suite: its tests, and the words of a market."""
    done = subprocess.run(
        [sys.executable, "-c", NAMES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [line.split() for line in done.stdout.splitlines()]
