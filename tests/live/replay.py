"""Holds the sandbox to a report of `check --live`, as somebody sent it from a real workspace.

Put the file into `tests/live/reports/`: `test_reports` then names each row in which the sandbox
behaves unlike that workspace, and each field that only one of the two gives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slackbridge.slack.live.by_hand import STEPS
from slackbridge.slack.live.probe import Probe, Row, Seen, Verdict, compare
from slackbridge.slack.live.report import seen_in
from slackbridge.slack.live.runner import PROBES

REPORTS = Path(__file__).parent / "reports"


def probes() -> dict[str, Probe]:
    """Every probe by its name; those by hand without what looks."""

    async def never(bench: object) -> str:
        raise AssertionError("a report is not played")

    by_hand = (Probe(step.name, step.what, never, step.matters, strict=True) for step in STEPS)
    return {probe.name: probe for probe in (*PROBES, *by_hand)}


def replayed(report: Mapping[str, Any], sandbox: Mapping[str, Seen]) -> list[Row]:
    """The rows of a report against what the sandbox gives; what was not tried is left out."""
    known = probes()
    rows = seen_in(report)
    return [
        compare(known[name], sandbox[name], seen)
        for name, seen in rows.items()
        if name in known and name in sandbox and seen.tried
    ]


def differing(report: Mapping[str, Any], sandbox: Mapping[str, Seen]) -> dict[str, Row]:
    """The rows that differ in what was seen or, by hand, in the keys of what Slack told."""
    rows = replayed(report, sandbox)
    return {row.probe.name: row for row in rows if row.verdict is Verdict.DIFFERS}


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded
