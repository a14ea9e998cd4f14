"""Runs the probes one after the other, and removes whatever they posted, however they end."""

from __future__ import annotations

import contextlib

from slackbridge.domain.errors import Failure, Later, Rejected, Unknown
from slackbridge.slack.history import Row
from slackbridge.slack.live import deleting, mentions, posting, reading, sizes, sockets
from slackbridge.slack.live.bench import EVENT, Bench, NotTried
from slackbridge.slack.live.probe import Probe, Seen
from slackbridge.slack.live.shapes import WORD

PROBES: tuple[Probe, ...] = (
    *reading.FIRST,
    *posting.PROBES,
    *mentions.PROBES,
    *deleting.PROBES,
    *sizes.PROBES,
    *sockets.PROBES,
    *reading.LAST,
)
POSTS = 45
"""About how many posts one run makes."""

OLD_SECONDS = 3_600.0
"""A post of another run that is older than this was left behind by it."""


async def look(probe: Probe, bench: Bench) -> Seen:
    """What one probe sees."""
    bench.shapes = {}
    value, tried = await _look(probe, bench)
    return Seen(probe.name, value, tried, dict(bench.shapes))


async def _look(probe: Probe, bench: Bench) -> tuple[str, bool]:
    try:
        return await probe.look(bench), True
    except NotTried as why:
        return str(why), False
    except Rejected as failure:
        return f"refused: {code(failure)}", True
    except (Later, Unknown) as failure:
        return f"no clear answer: {code(failure)}", True


def code(failure: Failure) -> str:
    """Slack's error code, or our own word; never text."""
    known = WORD.fullmatch(failure.code.replace("-", "_"))
    return failure.code if known else "unknown"


async def clean(bench: Bench) -> dict[str, str]:
    """Delete what was posted, replies first; what could not be, by its ts, and why."""
    left: dict[str, str] = {}
    await _find_lost(bench)
    posted = sorted(bench.posted.items(), key=lambda item: (not item[1], -float(item[0])))
    for ts, _ in posted:
        await _remove(bench, ts, left)
    with contextlib.suppress(Failure):  # whether there are more cannot be told then
        for ts in await _forgotten(bench):
            if ts not in left:
                await _remove(bench, ts, left)
    return left


async def _find_lost(bench: Bench) -> None:
    """Note the replies whose answers were lost, while their threads can be read."""
    for thread in filter(None, bench.doubtful):
        with contextlib.suppress(Failure):
            for row in await bench.rows(thread):
                if _is_ours(bench, row):
                    bench.posted.setdefault(str(row["ts"]), thread)


def _is_ours(bench: Bench, row: Row) -> bool:
    mark = bench.chat.history.mark(row, EVENT)
    return mark is not None and mark.key.id == bench.run and row.get("thread_ts") != row.get("ts")


async def _remove(bench: Bench, ts: str, left: dict[str, str]) -> None:
    try:
        await bench.delete(ts)
    except Failure as failure:
        if failure.code != "message_not_found":
            left[ts] = code(failure)


async def _forgotten(bench: Bench) -> list[str]:
    """Posts of ours in the channel that are noted nowhere: their answer was lost, or an earlier
    run was killed."""
    found = []
    for row in await bench.rows():
        mark = bench.chat.history.mark(row, EVENT)
        if mark is None:
            continue
        old = bench.latest - float(row["ts"]) > OLD_SECONDS
        if mark.key.id == bench.run or old:
            found.append(str(row["ts"]))
    return found
