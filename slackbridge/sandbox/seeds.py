"""What a fresh sandbox starts with: stories from `seed/*.toml`, replayed as if they had happened.

It finds and replays them; what a story says and how it becomes acts is each marketplace's own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any

from slackbridge.sandbox.clock import HOUR, Clock

Json = dict[str, Any]
Step = tuple[float, Callable[[], object]]  # hours before the start, and what happened then


def stories(market: str) -> list[Json]:
    """Every `[[ticket]]` of all seed files in a marketplace's folder."""
    folder = files(f"slackbridge.sandbox.{market}") / "seed"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in found if file.name.endswith(".toml")]
    return [story for text in texts for story in tomllib.loads(text)["ticket"]]


def replay(market: str, clock: Clock, steps_of: Callable[[Json], Iterable[Step]]) -> None:
    """Act out all stories in the order of time, so that ids and times grow together."""
    steps = [step for story in stories(market) for step in steps_of(story)]
    now = clock.now()
    for ago, act in sorted(steps, key=lambda step: -step[0]):
        with clock.pinned(now - ago * HOUR):
            act()
