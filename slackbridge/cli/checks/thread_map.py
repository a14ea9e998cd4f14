"""Whether Redis knows of the threads that stand in Slack."""

from __future__ import annotations

from slackbridge.cli.checks.finding import Finding
from slackbridge.cli.checks.patient import Patient
from slackbridge.domain.errors import Failure


async def examined(patient: Patient) -> list[Finding]:
    """Nothing, where Redis or Slack does not answer."""
    try:
        why = await patient.guard.refusal()
    except Failure:
        return []  # what does not answer is among the findings already
    return [
        Finding(
            "map of threads",
            not why,
            why or "Redis knows the threads in Slack, or there are none",
            "Correct REDIS_URL, or run `slackbridge rebuild`; until then `run` does not start.",
        )
    ]
