"""Which settings the running processes work with."""

from __future__ import annotations

from collections.abc import Mapping

from slackbridge.cli.checks.finding import Finding
from slackbridge.config.agreement import Flat, InForce, digest
from slackbridge.ops.heartbeat import working_otherwise


def in_force_finding(settings: Flat, in_force: InForce, beats: Mapping[str, str]) -> Finding:
    """Which of these settings a running process does not have; no fault: they wait for a restart.

    `beats` are the heartbeats of all processes.
    """
    what = "settings in force"
    keys = ", ".join(in_force.differing(settings)) if in_force.settings else "unknown"
    if others := working_otherwise(beats, digest(settings), in_force=False):
        found = f"{', '.join(others)} works with others ({keys}); these wait until it has ended"
        return Finding(what, True, found)
    if in_force.digest in ("", digest(settings)):
        return Finding(what, True, "these" if in_force.digest else "none yet")
    return Finding(
        what, True, f"others, of which no process runs ({keys}); the next start has these"
    )
