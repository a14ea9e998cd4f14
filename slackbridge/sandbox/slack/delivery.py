"""Delivery faults between Slack and the app: loss, duplicates, delay, reordering.

`plan` turns one payload into the list of what is sent and when; nothing is sent here.
Names are globs over `message`, `message.message_changed`, `reaction_added`, `block_actions`,
`view_submission`, `slash_commands` and so on; `message*` is every message event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from slackbridge.sandbox.faults import Board
from slackbridge.sandbox.slack.roster import PARTNER_TEAM
from slackbridge.sandbox.slack.shapes import Json, copied, new_id

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


class Delivery(Board[Switch]):
    """The active faults. `times` None = until `clear`. All seconds are real seconds."""

    def drop(self, event: str = "*", times: int | None = 1) -> None:
        """Never send it."""
        self.add(Switch(event, times, lambda planned, n: []))

    def duplicate(self, event: str = "*", copies: int = 2, times: int | None = 1) -> Switch:
        """Send it `copies` times with the same event id."""
        return self.add(repeating(event, copies, times))

    def twin(self, event: str = "message", times: int | None = 1) -> None:
        """Send it again with another event id and `ts` but the same `client_msg_id`."""
        self.add(Switch(event, times, lambda planned, n: planned + _each(planned, _twin)))

    def two_teams(self, event: str = "*", times: int | None = 1) -> None:
        """Send it again with another event id on behalf of the partner's team."""
        self.add(Switch(event, times, lambda planned, n: planned + _each(planned, _other_team)))

    def delay(self, event: str = "*", seconds: float = 1.0, times: int | None = 1) -> None:
        """Send it later."""
        self.add(Switch(event, times, lambda planned, n: [(at + seconds, p) for at, p in planned]))

    def reorder(self, event: str = "*", window: int = 2, times: int | None = None) -> None:
        """Reverse every `window` events that come at about the same time."""

        def change(planned: list[Planned], n: int) -> list[Planned]:
            late = (window - 1 - n % window) * REORDER_GAP
            return [(at + late, each) for at, each in planned]

        self.add(Switch(event, times, change))

    def plan(self, name: str, payload: Json) -> list[Planned]:
        """What to send for one payload: seconds to wait, and the payload."""
        planned: list[Planned] = [(0.0, payload)]
        for switch in self._on:
            spent = switch.times is not None and switch.struck >= switch.times
            if not spent and fnmatchcase(name, switch.event):
                planned = switch.change(planned, switch.struck)
                switch.struck += 1
        return planned


def repeating(event: str, copies: int, times: int | None) -> Switch:
    """The fault that sends an event `copies` times."""
    return Switch(event, times, lambda planned, n: planned * copies)


def _each(planned: list[Planned], change: Callable[[Json], Json]) -> list[Planned]:
    return [(at, change(copied(payload))) for at, payload in planned]


def _twin(payload: Json) -> Json:
    event = payload["event"]
    seconds, _, fraction = str(event["ts"]).partition(".")
    ts = f"{seconds}.{(int(fraction) + 7) % 1_000_000:06d}"
    return payload | {"event_id": new_id("Ev"), "event": event | {"ts": ts, "event_ts": ts}}


def _other_team(payload: Json) -> Json:
    return payload | {"event_id": new_id("Ev"), "team_id": PARTNER_TEAM}
