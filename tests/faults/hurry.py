"""`python -m tests.faults.hurry run ...`: the bridge without pacing of its calls to Slack."""

from __future__ import annotations

from dataclasses import replace

from slackbridge.cli import main
from slackbridge.demo.process import BridgeProcess
from slackbridge.slack import manifest


class Hurried(BridgeProcess):
    """The bridge without pacing of its calls to Slack."""

    module = "tests.faults.hurry"


if __name__ == "__main__":
    methods = manifest.METHODS.items()
    manifest.METHODS = {n: replace(m, pace=m.pace and (0.0, 20)) for n, m in methods}
    main.main()
