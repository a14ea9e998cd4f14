"""Records the golden forms anew: `python -m tests.golden.record WHAT`, of the names in RECORDERS.

Everything in `recorded/` was made so on commit eb35a60, with `make setup` done in a fresh clone:
`.venv/bin/python -m tests.golden.record forms cards settings names midwork`.
It is not to be run again when a test fails: it holds what older versions have stored and typed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from redis import Redis

from slackbridge.demo.world import world
from tests.golden.forms import keep
from tests.golden.midwork import BUSY, MidWork
from tests.golden.observed import lasting, ran, rested, shown
from tests.golden.refusals import refusals
from tests.golden.snapshot import taken
from tests.golden.surface import HELPS, command_line, contract, targets
from tests.golden.typed import run

BUCKETS = (
    "calls:clickbank",
    "chat.delete",
    "chat.postMessage:C0OPS",
    "chat.postMessage:C0SUPPORT",
    "chat.update",
    "conversations.history",
    "conversations.replies",
    "reactions.add",
    "reactions.remove",
)
FIELDS = ("free", "block", "r:<who>", "tail", "live")
"""Rate buckets and their fields: which of them are met is a matter of time."""


async def forms() -> None:
    """What a small run leaves in Redis and in Slack."""
    async with ran() as run:
        keep("tickets", await rested(run.tickets))
        keep("marks", await rested(run.marks))
        keep("receipts", await rested(run.receipts))
        seen = run.watch.seen
    passing = {name: key for name, key in seen.items() if name not in lasting(seen)}
    bucket = {"type": "hash", "expires": True, "content": dict.fromkeys(FIELDS, "<unix ms>")}
    keep("passing_keys", passing | {f"sb:pace:{name}": bucket for name in BUCKETS})
    keep("lasting_keys", lasting(seen))


async def cards() -> None:
    """What can be pressed and filled in, at every marketplace."""
    async with shown() as gallery:
        keep("cards", await rested(gallery.cards))
        keep("modals", await gallery.modals())


async def settings() -> None:
    """How a configuration that is wrong is refused."""
    with tempfile.TemporaryDirectory() as folder:
        keep("refusals", refusals(Path(folder))[0])


async def names() -> None:
    """What people type and write against."""
    with tempfile.TemporaryDirectory() as folder:
        keep("commands", command_line(run(HELPS, Path(folder))))
    keep("targets", targets())
    keep("contract", contract())


async def midwork() -> None:
    """A bridge is killed with everything under way: Redis, Slack and refurbed as they are then."""
    async with world(extra=BUSY, seed=False) as place:
        with Redis.from_url(place.redis_url) as redis:
            work = MidWork(place, redis)
            await work.play()
            await place.bridge.kill()
            keep("midwork", {**taken(place, redis), "tickets": work.tickets, "said": work.said})


RECORDERS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
    "forms": forms,
    "cards": cards,
    "settings": settings,
    "names": names,
    "midwork": midwork,
}


def main() -> None:
    for name in sys.argv[1:]:
        asyncio.run(RECORDERS[name]())


if __name__ == "__main__":
    main()
