"""What servers say of themselves, for `slackbridge check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from slackbridge.ports.redis_address import RedisKind
from slackbridge.store.connection import is_cluster

Info = dict[str, Any]


async def told(redis: Redis) -> list[Info]:
    """The INFO of the server, or of each primary of a cluster; {} where it is refused."""
    if is_cluster(redis):
        answers = await _tried(redis, "INFO", target_nodes="primaries")
        return [_one(info) for info in answers.values()] if answers else [{}]
    info = _one(await _tried(redis, "INFO") or {})
    if not info:
        hello = await _tried(redis, "HELLO") or {}
        info = {"redis_version": hello.get("version", ""), "role": hello.get("role", "")}
    if "aof_enabled" not in info and (kept := await _tried(redis, "CONFIG GET", "appendonly")):
        info["aof_enabled"] = int(kept.get("appendonly") == "yes")
    return [info]


def facts_of(kind: RedisKind, infos: Sequence[Info]) -> dict[str, str]:
    """Of several servers the one that is worst off. '' = not told; sizes are in bytes.

    kind (single, sentinel, cluster), version, role (master, slave), policy (of eviction),
    appendonly (yes, no), maxmemory ('0' = no limit), used_memory.
    """
    fullest = max(infos, key=_filled)
    return {
        "kind": str(kind),
        "version": min((str(i.get("redis_version", "")) for i in infos), key=_number),
        "role": str(fullest.get("role", "")),
        "policy": _worst(infos, "maxmemory_policy", "noeviction"),
        "appendonly": {"1": "yes", "0": "no"}.get(_worst(infos, "aof_enabled", "1"), ""),
        "maxmemory": str(fullest.get("maxmemory", "")),
        "used_memory": str(fullest.get("used_memory", "")),
    }


async def _tried(redis: Redis, *command: str, **options: Any) -> Any:
    """The answer; None where the command is refused."""
    try:
        return await cast(Any, redis).execute_command(*command, **options)
    except ResponseError:
        return None


def _one(info: Any) -> Info:
    return cast(Info, info) if isinstance(info, dict) else {}


def _worst(infos: Sequence[Info], name: str, good: str) -> str:
    values = [str(info.get(name, "")) for info in infos]
    return next((value for value in values if value != good), good)


def _filled(info: Info) -> float:
    limit = int(info.get("maxmemory", 0) or 0)
    used = int(info.get("used_memory", 0) or 0)
    return used / limit if limit else used / (1 << 60)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
