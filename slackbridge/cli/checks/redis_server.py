"""Redis: whether it answers, and keeps what it is told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from slackbridge.cli.checks.finding import Finding
from slackbridge.cli.checks.in_force import in_force_finding
from slackbridge.cli.checks.patient import Patient
from slackbridge.config.agreement import InForce, flattened
from slackbridge.domain.errors import Failure

TRACE_SECONDS = 1.0  # what the examination itself writes is gone then
FULL_SHARE = 0.9
MEGABYTE = 1 << 20
INFO_REFUSED = (
    "not told (INFO is refused): nobody sees here whether this server keeps what it is told, and "
    "after each broken connection the bridge must suppose that it has lost something"
)
OLDEST_REDIS = (6, 2)


async def examined(patient: Patient) -> list[Finding]:
    """Its facts, and the settings in force, which it holds."""
    store = patient.store
    try:
        await store.sync()
        facts = await store.server_facts()
        await store.once(f"check:{secrets.token_hex(4)}", TRACE_SECONDS)
        in_force, beats = InForce(*await store.rules_in_force()), await store.heartbeats()
    except Failure as failure:
        remedy = "Start Redis, correct REDIS_URL, or mend what it says: the bridge stores nothing."
        return [Finding("redis", False, failure.reason, remedy)]
    return [*redis_findings(facts), in_force_finding(flattened(patient.settings), in_force, beats)]


def redis_findings(facts: Mapping[str, str]) -> list[Finding]:
    """What the server's own facts say; '' = it does not tell (managed services hide some)."""
    version = facts.get("version", "")
    number = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    policy, appendonly = facts.get("policy", ""), facts.get("appendonly", "")
    told = policy or appendonly
    return [
        Finding(
            "redis version",
            number >= OLDEST_REDIS or not version,
            version or "not told",
            "Use Redis 6.2 or later, or any Valkey.",
        ),
        Finding(
            "redis persistence",
            appendonly in ("yes", ""),
            f"append-only file: {appendonly or 'not told'}",
            "Set `appendonly yes`: without it a restart forgets which replies were sent.",
        ),
        Finding(
            "redis eviction",
            policy in ("noeviction", ""),
            policy or "not told",
            "Set `maxmemory-policy noeviction`: an evicted key is a forgotten ticket.",
        ),
        Finding(
            "redis role",
            facts.get("role", "") != "slave",
            facts.get("role", "") or "not told",
            "Name the master in REDIS_URL: a replica takes no writes.",
        ),
        *_memory(facts),
        *([] if told else [Finding("redis info", True, INFO_REFUSED)]),
    ]


def _memory(facts: Mapping[str, str]) -> list[Finding]:
    limit, used = (int(facts.get(name) or 0) for name in ("maxmemory", "used_memory"))
    if not limit:
        return []
    return [
        Finding(
            "redis memory",
            used < limit * FULL_SHARE,
            f"{used / MEGABYTE:.0f} of {limit / MEGABYTE:.0f} MB",
            "Raise maxmemory: a full Redis stores nothing, and the bridge stands still.",
        )
    ]
