"""`python -m tests.faults.jump SECONDS run ...`: slackbridge; its wall clock jumps at SIGUSR1."""

from __future__ import annotations

import signal
import sys
import time
from datetime import datetime, tzinfo

import apscheduler.schedulers.base

from slackbridge.cli.main import main as slackbridge
from slackbridge.ops import schedule

real = time.time
jumped = 0.0


class Jumping(datetime):
    """The wall clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Jumping:
        return cls.fromtimestamp(wall(), tz)


def wall() -> float:
    return real() + jumped


def main() -> None:
    seconds = float(sys.argv.pop(1))

    def jump(*_: object) -> None:
        global jumped
        jumped += seconds

    signal.signal(signal.SIGUSR1, jump)
    setattr(time, "time", wall)  # noqa: B010 - mypy takes time.time for final
    for module in (apscheduler.schedulers.base, schedule):
        setattr(module, "datetime", Jumping)  # noqa: B010
    slackbridge()


if __name__ == "__main__":
    main()
