"""The doctor: examines everything the bridge depends on; every fault comes with its remedy."""

from __future__ import annotations

import asyncio

from slackbridge.cli.checks import accounts, redis_server, slack
from slackbridge.cli.checks.finding import Finding
from slackbridge.cli.checks.patience import in_time
from slackbridge.cli.checks.patient import Patient


async def examine(patient: Patient) -> list[Finding]:
    """Everything, side by side, within half a minute; nothing is changed anywhere."""
    groups = await asyncio.gather(
        in_time("redis", redis_server.examined(patient), "Start Redis, or correct REDIS_URL."),
        in_time("slack", slack.examined(patient), "Look at the way to slack.com and to Redis."),
        accounts.examined(patient),
    )
    return [finding for group in groups for finding in group]
