"""The service's clock: real time plus what a driver has let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


class Clock:
    """Unix seconds; `advance` moves it for good, `pinned` replays an act of the past."""

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._offset = 0.0
        self._pin: float | None = None

    def now(self) -> float:
        return self._base() + self._offset if self._pin is None else self._pin

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._offset += seconds

    @contextmanager
    def pinned(self, at: float) -> Iterator[None]:
        """Let everything inside happen at `at`."""
        self._pin = at
        try:
            yield
        finally:
            self._pin = None


def rfc3339(at: float) -> str:
    """UTC with 0, 3 or 6 digits after the second, as protobuf's JSON writes a timestamp."""
    micros = round(at * 1_000_000)
    moment = datetime.fromtimestamp(micros // 1_000_000, UTC)
    fraction = f"{micros % 1_000_000:06d}"
    if fraction == "000000":
        fraction = ""
    elif fraction.endswith("000"):
        fraction = fraction[:3]
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"
