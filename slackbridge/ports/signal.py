"""How rooms start each other's work: a signal that some is due, and work in the background."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

Spawn = Callable[[Coroutine[Any, Any, None]], None]
"""Runs work that goes on after its caller has answered."""


class WorkSignal:
    """Calls every receiver, in this process."""

    def __init__(self) -> None:
        self._receivers: list[Callable[[], None]] = []

    def connect(self, receiver: Callable[[], None]) -> None:
        self._receivers.append(receiver)

    def __call__(self) -> None:
        for receiver in self._receivers:
            receiver()
