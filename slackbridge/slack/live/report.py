"""The report of a self-test: what was seen, and the shapes of what Slack sent, without values."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from slackbridge.slack.live.probe import Row, Seen

FORMAT = 1
PACKAGES = ("slackbridge", "slack-sdk", "slack-bolt", "aiohttp")


def report(rows: Iterable[Row], mode: str, complete: bool, left: int) -> dict[str, Any]:
    """As JSON. `left` counts the posts that could not be deleted."""
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": {name: _version(name) for name in PACKAGES} | {"python": _python()},
        "mode": mode,
        "complete": complete,
        "left_behind": left,
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "probe": row.probe.name,
        "what": row.probe.what,
        "expected": row.expected,
        "seen": row.seen.value,
        "tried": row.seen.tried,
        "verdict": row.verdict,
        "more": list(row.more),
        "less": list(row.less),
        "shapes": row.seen.shapes,
    }


def seen_in(report: Mapping[str, Any]) -> dict[str, Seen]:
    """What a report says was seen, by the names of the probes. Raises ValueError."""
    if report.get("format") != FORMAT:
        raise ValueError(f"the report has format {report.get('format')!r}, known is {FORMAT}")
    return {
        row["probe"]: Seen(row["probe"], row["seen"], row["tried"], row["shapes"])
        for row in report["rows"]
    }


def free_name(folder: Path, now: datetime) -> Path:
    """A name in a folder that no file has yet."""
    name = f"slackbridge-live-{now.strftime('%Y-%m-%d-%H%M')}"
    number, path = 1, folder / f"{name}.json"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.json"
    return path


def write(path: Path, report: Mapping[str, Any]) -> None:
    """Write it to a new file. Raises OSError, FileExistsError too: nothing is overwritten."""
    with path.open("x", encoding="utf-8") as file:
        json.dump(report, file, indent=1, ensure_ascii=False)
        file.write("\n")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])
