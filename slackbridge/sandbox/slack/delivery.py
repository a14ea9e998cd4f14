"""Delivery faults between Slack and the app: loss, duplicates, delay, reordering.

`plan` turns one payload into the list of what is sent and when; nothing is sent here.
Names are globs over `message`, `message.message_changed`, `reaction_added`, `block_actions`,
`view_submission`, `slash_commands` and so on; `message*` is every message event.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from slackbridge.sandbox.slack.roster import PARTNER_TEAM
from slackbridge.sandbox.slack.shapes import Json, new_id

Planned = tuple[float, Json]
_Change = Callable[[list[Planned], int], list[Planned]]
REORDER_GAP = 0.2


@dataclass(slots=True, eq=False)
class Switch:
    """One active fault."""

    event: str
    times: int | None
    change: _Change
    struck: int = 0


class Delivery:
    """The active faults. `times` None = until `clear`. All seconds are real seconds."""

    def __init__(self) -> None:
        self._switches: list[Switch] = []

    def drop(self, event: str = "*", times: int | None = 1) -> None:
        """Never send it."""
        self._add(event, times, lambda planned, n: [])

    def duplicate(self, event: str = "*", copies: int = 2, times: int | None = 1) -> Switch:
        """Send it `copies` times with the same event id."""
        return self._add(event, times, lambda planned, n: planned * copies)

    def twin(self, event: str = "message", times: int | None = 1) -> None:
        """Send it again with another event id and `ts` but the same `client_msg_id`."""
        self._add(event, times, lambda planned, n: planned + _each(planned, _twin))

    def two_teams(self, event: str = "*", times: int | None = 1) -> None:
        """Send it again with another event id on behalf of the partner's team."""
        self._add(event, times, lambda planned, n: planned + _each(planned, _other_team))

    def delay(self, event: str = "*", seconds: float = 1.0, times: int | None = 1) -> None:
        """Send it later."""
        self._add(event, times, lambda planned, n: [(at + seconds, each) for at, each in planned])

    def reorder(self, event: str = "*", window: int = 2, times: int | None = None) -> None:
        """Reverse every `window` events that come at about the same time."""

        def change(planned: list[Planned], n: int) -> list[Planned]:
            late = (window - 1 - n % window) * REORDER_GAP
            return [(at + late, each) for at, each in planned]

        self._add(event, times, change)

    def remove(self, switch: Switch) -> None:
        """Switch this very object off; harmless if it is off already."""
        self._switches = [each for each in self._switches if each is not switch]

    def __contains__(self, switch: Switch) -> bool:
        """Whether it is on."""
        return switch in self._switches

    def clear(self) -> None:
        """Switch all off."""
        self._switches.clear()

    def plan(self, name: str, payload: Json) -> list[Planned]:
        """What to send for one payload: seconds to wait, and the payload."""
        planned: list[Planned] = [(0.0, payload)]
        for switch in self._switches:
            spent = switch.times is not None and switch.struck >= switch.times
            if not spent and fnmatchcase(name, switch.event):
                planned = switch.change(planned, switch.struck)
                switch.struck += 1
        return planned

    def _add(self, event: str, times: int | None, change: _Change) -> Switch:
        switch = Switch(event, times, change)
        self._switches.append(switch)
        return switch


def _each(planned: list[Planned], change: Callable[[Json], Json]) -> list[Planned]:
    return [(at, change(copy.deepcopy(payload))) for at, payload in planned]


def _twin(payload: Json) -> Json:
    event = payload["event"]
    seconds, _, fraction = str(event["ts"]).partition(".")
    ts = f"{seconds}.{(int(fraction) + 7) % 1_000_000:06d}"
    return payload | {
        "event_id": new_id("Ev"),
        "event": event | {"ts": ts, "event_ts": ts},
    }


def _other_team(payload: Json) -> Json:
    return payload | {"event_id": new_id("Ev"), "team_id": PARTNER_TEAM}
