"""The tickets a fresh sandbox starts with, replayed from `seed/*.toml` in the order of time."""

from __future__ import annotations

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from typing import Any, Generic, TypeVar

from slackbridge.sandbox.clock import HOUR, Clock

Json = dict[str, Any]
Step = tuple[float, Callable[[], object]]  # hours before the start, and what happened then
DriversT = TypeVar("DriversT")
IdT = TypeVar("IdT")


def stories(market: str) -> list[Json]:
    """Every `[[ticket]]` of all seed files in a marketplace's folder."""
    folder = files(f"slackbridge.sandbox.{market}") / "seed"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in found if file.name.endswith(".toml")]
    return [story for text in texts for story in tomllib.loads(text)["ticket"]]


class BaseStory(ABC, Generic[DriversT, IdT]):
    """The past of one `[[ticket]]`: its entries, and when it was closed or the like."""

    _id: IdT

    def __init__(self, drivers: DriversT, story: Json) -> None:
        self._drivers = drivers
        self._story = story

    def steps(self) -> Iterator[Step]:
        """What happened, in order."""
        opening, *later = entries = self._entries()
        yield opening["ago"], partial(self._open, opening)
        for entry in later:
            yield entry["ago"], partial(self._add, entry)
        yield entries[-1]["ago"], self._mark
        for name, end in self._ends().items():
            if name in self._story:
                yield self._story[name], partial(self._end, end)

    def _entries(self) -> list[Json]:
        return list(self._story["message"])

    @abstractmethod
    def _open(self, entry: Json) -> None:
        """Open the ticket with its first entry and set `_id`."""

    @abstractmethod
    def _add(self, entry: Json) -> None:
        """Add a later entry."""

    def _mark(self) -> None:
        """Set what the ticket has beside its entries; by default nothing."""

    def _ends(self) -> Mapping[str, Callable[[IdT], None]]:
        """Keys that hold hours before the start, and the driver called at that time."""
        return {}

    def _end(self, end: Callable[[IdT], None]) -> None:
        end(self._id)


def replay(
    market: str, clock: Clock, drivers: DriversT, story: type[BaseStory[DriversT, Any]]
) -> None:
    """Act out all stories in the order of time, so that ids and times grow together."""
    steps = [step for found in stories(market) for step in story(drivers, found).steps()]
    now = clock.now()
    for ago, act in sorted(steps, key=lambda step: -step[0]):
        with clock.pinned(now - ago * HOUR):
            act()
