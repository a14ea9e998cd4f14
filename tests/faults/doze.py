"""`python -m tests.faults.doze run ...`: slackbridge; a second without running counts as sleep."""

from __future__ import annotations

from slackbridge.cli.main import main as slackbridge
from slackbridge.ops import schedule


def main() -> None:
    schedule.WATCH_SECONDS, schedule.ASLEEP_SECONDS = 0.2, 1.0
    slackbridge()


if __name__ == "__main__":
    main()
