"""How rooms start work: a signal that tickets are due, and background tasks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

Spawn = Callable[[Coroutine[Any, Any, None]], None]
"""Runs a coroutine in the background."""


class WorkSignal:
    """Calls every receiver, in this process."""

    def __init__(self) -> None:
        self._receivers: list[Callable[[], None]] = []

    def connect(self, receiver: Callable[[], None]) -> None:
        self._receivers.append(receiver)

    def __call__(self) -> None:
        for receiver in self._receivers:
            receiver()
