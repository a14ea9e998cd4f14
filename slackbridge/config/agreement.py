"""The settings in which all processes on one Redis must agree, as digests: no value is shown.

Two processes of different settings would undo each other's work, or understand the same message in
two ways. Left out is what concerns one process alone: secrets, ports, the log, Redis' address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from slackbridge.config.settings import Settings

SECTIONS = ("slack", "replies", "files", "agents", "start", "timing")
OF_ONE_PROCESS = frozenset({"slack.http_host", "slack.http_port", "slack.deaf_minutes"})
UNDERSTANDING = ("replies.mode", "replies.note_prefixes", "agents.allow")
"""The settings that decide whether a message in a thread is a reply to the customer."""

Flat = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings in force on a Redis: their digest ('' = none), since when (Unix seconds), and
    the text stored with them.
    """

    digest: str
    since: float
    detail: str

    @property
    def settings(self) -> Flat:
        """By the path of its key, a digest of each value; {} if nobody can tell."""
        settings = _read(self.detail).get("settings")
        return settings if isinstance(settings, dict) else {}

    def differing(self, mine: Flat) -> tuple[str, ...]:
        """The paths of the keys in which these differ from mine; () if nobody can tell."""
        return differing(mine, self.settings) if self.settings else ()

    @property
    def understood_since(self) -> float:
        """Since when messages are understood as they are now."""
        since = _read(self.detail).get("understood_since")
        return float(since) if isinstance(since, int | float) else self.since


def flattened(settings: Settings) -> dict[str, str]:
    """A digest (8 hex digits) of each value, by the path of its key; accounts go by their names."""
    tables: dict[str, BaseModel] = {name: getattr(settings, name) for name in SECTIONS}
    tables |= {f"accounts.{account.name}": account for account in settings.accounts}
    found = {
        f"{table}.{name}": _digest(value)
        for table, section in tables.items()
        for name, value in _values(section)
    }
    found["routes"] = _digest([dict(_values(route)) for route in settings.routes])
    return {path: value for path, value in found.items() if path not in OF_ONE_PROCESS}


def digest(settings: Flat) -> str:
    """One digest of all of them."""
    return _digest(dict(settings), 16)


def differing(mine: Flat, theirs: Flat) -> tuple[str, ...]:
    """The paths of the keys whose values differ, in order."""
    return tuple(sorted(key for key in {*mine, *theirs} if mine.get(key) != theirs.get(key)))


def detail(settings: Flat, before: InForce) -> str:
    """The text to be stored with settings that replace those of before.

    If messages are still understood in the same way, it says since when.
    """
    told: dict[str, Any] = {"settings": dict(settings)}
    changed = set(differing(settings, before.settings))
    if before.settings and changed.isdisjoint(UNDERSTANDING):
        told["understood_since"] = before.understood_since
    return json.dumps(told, sort_keys=True)


def _values(section: BaseModel) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if not isinstance(value, SecretStr):
            yield name, value


def _digest(value: object, length: int = 8) -> str:
    text = json.dumps(_plain(value), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _plain(value: object) -> object:
    """10 and 10.0 are one value."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _read(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
