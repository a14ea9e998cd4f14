"""The append-only ledger of a sandbox server: what it committed, in order.

Tests and the demo compare the ledgers of both sides. With a path, every entry is also written to
disk as a line of JSON, before the answer is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One committed act: `n` counts from 1, `at` is Unix seconds by the server's own clock."""

    n: int
    at: float
    act: str
    data: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """Entries in the order in which the server committed them."""

    def __init__(self, path: Path | None = None) -> None:
        self._entries: list[Entry] = []
        self._path = path
        self._watchers: list[Callable[[Entry], None]] = []
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def commit(self, act: str, at: float, **data: Any) -> Entry:
        entry = Entry(len(self._entries) + 1, at, act, data)
        self._entries.append(entry)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
        for watcher in self._watchers:
            watcher(entry)
        return entry

    def watch(self, callback: Callable[[Entry], None]) -> None:
        """Call `callback` with every entry after it is committed; it must not raise.

        The state may not show the entry's act yet: read it in a later event-loop step.
        """
        self._watchers.append(callback)

    def all(self, *acts: str) -> list[Entry]:
        """The entries of the named acts, or all."""
        return [entry for entry in self._entries if not acts or entry.act in acts]

    def as_json(self) -> list[dict[str, Any]]:
        """The entries as plain data."""
        return [asdict(entry) for entry in self._entries]
