"""The slash commands and shortcuts in the app manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slackbridge.config.sections import SLASH
from slackbridge.slack.app_manifest import AppManifest

Row = dict[str, str]


def commands() -> list[Row]:
    """`{command, description, usage}` of each."""
    return [
        {
            "command": row["command"],
            "description": row["description"],
            "usage": row.get("usage_hint", ""),
        }
        for row in _feature("slash_commands")
    ]


def shortcuts() -> list[Row]:
    """`{type, callback_id, name}` of each."""
    names = ("type", "callback_id", "name")
    return [{name: row[name] for name in names} for row in _feature("shortcuts")]


def _feature(name: str) -> Iterable[Mapping[str, Any]]:
    features: Any = AppManifest(SLASH).table()["features"]
    rows: Iterable[Mapping[str, Any]] = features.get(name, ())
    return rows
