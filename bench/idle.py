"""B18: the cost of an idle process with four accounts and default intervals.

The window is one poll interval (30 s). Each account's due tickets are read from Redis every two
seconds, to find those marked by other processes. CPU time comes from /proc, on Linux only.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from redis.asyncio import Redis

from bench.environment import Bench
from bench.figure import Figure
from bench.process import ACCOUNTS, four_accounts

WINDOW = 30.0
SETTLE_SECONDS = 3.0


async def measure(bench: Bench) -> list[Figure]:
    async with four_accounts(bench, {}) as place, Redis.from_url(bench.redis_url) as redis:
        await place.bridge.start()
        await place.until("two sockets", lambda: place.slack.socket.connected == 2)
        await asyncio.sleep(SETTLE_SECONDS)
        window = bench.rounds(int(WINDOW))
        before = await _reads(redis), _cpu_seconds(place.bridge.pid)
        await asyncio.sleep(window)
        after = await _reads(redis), _cpu_seconds(place.bridge.pid)
    commands = (after[0] - before[0] - 1) / window
    figures = [Figure("B18", f"Redis trips, {ACCOUNTS} accounts idle", "/s", commands, 0, limit=3)]
    if sys.platform == "linux":
        share = 100 * (after[1] - before[1]) / window
        figures.append(Figure("B18", "CPU, idle", "% core", share, 0, limit=0.5))
    return figures


async def _reads(redis: Redis) -> int:
    return int((await redis.info("stats"))["total_reads_processed"])


def _cpu_seconds(pid: int) -> float:
    """CPU time of all threads."""
    rows = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(row.split()[0]) for row in rows) / 1e9
