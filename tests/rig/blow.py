"""Faults that the matrix injects into one call: the target, the action, the phase."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from slackbridge.sandbox.faults import Action, Fault, Phase

STOP_SECONDS = 2.6  # the rig's leases are 2 s
HANG_SECONDS = 1.65  # its calls time out after 1.5 s, and are settled 0.5 s later
REDIS_HANG_SECONDS = 3.3  # the store waits 3 s
LATE_SECONDS = 0.05
NAMES = {
    Action.DELAY: "hang",
    Action.RESET: "reset",
    Action.KILL: "kill",
    Action.STOP: "stop",
    Action.STATUS: "refuse",
}


@dataclass(frozen=True, slots=True, order=True)
class Blow:
    """An action in a phase. `seconds` is how long a hang or a stop lasts, `error` is Slack's."""

    action: Action
    phase: Phase
    seconds: float = 0.0
    error: str = ""

    def __str__(self) -> str:
        return f"{NAMES[self.action]} {self.error or self.phase}"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A blow at the `k`-th call (from 0) of an operation in a scene."""

    scene: str
    operation: str
    k: int
    blow: Blow

    def __str__(self) -> str:
        return f"{self.scene}: {self.operation}#{self.k} {self.blow}"

    def fault(self, pid: int, seed: int) -> Fault:
        """The fault to set. After an answer the process runs for a moment before it is killed."""
        seconds = self.blow.seconds
        if self.blow.action is Action.KILL and self.blow.phase is Phase.AFTER:
            seconds = random.Random(f"{seed} {self}").uniform(0, LATE_SECONDS)
        fault = Fault(
            self.operation, self.blow.phase, self.blow.action, skip=self.k, pid=pid, seconds=seconds
        )
        if self.blow.error:
            fault.status, fault.headers = 200, {"Content-Type": "application/json"}
            fault.body = json.dumps({"ok": False, "error": self.blow.error})
        return fault


def _blows(action: Action, *phases: Phase, seconds: float = 0.0) -> tuple[Blow, ...]:
    return tuple(Blow(action, phase, seconds) for phase in phases)


# A call that hangs on arrival is one whose first byte was not read: the same as on commit, but
# that the server does not act on it any more once the client has gone.
OVER_HTTP = (
    *_blows(Action.KILL, *Phase),
    *_blows(Action.RESET, Phase.ARRIVAL, Phase.HALF, Phase.ANSWER),
    *_blows(Action.DELAY, Phase.ARRIVAL, Phase.COMMIT, Phase.ANSWER, seconds=HANG_SECONDS),
    *_blows(Action.STOP, Phase.COMMIT, Phase.ANSWER, seconds=STOP_SECONDS),
)
# The journal's commands; the others decide nothing and get fewer faults.
OF_THE_JOURNAL = (
    *_blows(Action.KILL, Phase.ARRIVAL, Phase.ANSWER, Phase.AFTER),
    *_blows(Action.RESET, Phase.ARRIVAL, Phase.ANSWER),
    *_blows(Action.DELAY, Phase.ANSWER, seconds=REDIS_HANG_SECONDS),
    *_blows(Action.STOP, Phase.ANSWER, seconds=STOP_SECONDS),
)
OVER_REDIS = (
    *_blows(Action.KILL, Phase.ANSWER),
    *_blows(Action.RESET, Phase.HALF),
    *_blows(Action.STOP, Phase.ANSWER, seconds=STOP_SECONDS),
)
SHOWN = tuple(
    Blow(Action.STATUS, Phase.COMMIT, error=error)
    for error in ("invalid_blocks", "msg_blocks_too_long")
)
REFUSED = {
    "chat.postMessage": SHOWN,
    "chat.update": SHOWN,
    "chat.delete": (Blow(Action.STATUS, Phase.COMMIT, error="cant_delete_message"),),
}
"""What Slack refuses once: what is shown plainly instead counts as shown."""

JOURNAL = "redis.write"


def blows(operation: str) -> tuple[Blow, ...]:
    """The faults that are injected into calls of an operation."""
    if operation == JOURNAL:
        return OF_THE_JOURNAL
    if operation.startswith("redis."):
        return OVER_REDIS
    return (*OVER_HTTP, *REFUSED.get(operation, ()))
