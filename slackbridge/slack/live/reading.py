"""Probes: who we are, how many rows a reading gives, and whether Slack asked to slow down."""

from __future__ import annotations

from collections.abc import Iterator

from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.probe import Probe

ROWS = 20
RESTRICTED = 15


async def _identity(bench: Bench) -> str:
    answer = await bench.call("auth.test")
    kind = "whole organisation" if answer.get("is_enterprise_install") else "one workspace"
    grid = ", in an organisation" if answer.get("enterprise_id") else ""
    return f"{kind}{grid}"


async def _bot(bench: Bench) -> str:
    history = bench.chat.history
    told = [name for name, id in (("bot", history.bot_id), ("user", history.bot_user)) if id]
    return " and ".join(told) or "nothing"


async def _rows(bench: Bench) -> str:
    rows = await bench.rows(limit=ROWS)
    for number in range(ROWS - len(rows)):
        await bench.post("row", {"text": f"Self-test: row {number + 1}."})
    if len(rows) < ROWS:
        rows = await bench.rows(limit=ROWS)
    return f"{len(rows)}"


async def _limits(bench: Bench) -> str:
    if not bench.limited:
        return "never"
    methods = ", ".join(sorted({method for method, _ in bench.limited}))
    longest = max(seconds for _, seconds in bench.limited)
    return f"{len(bench.limited)} times, up to {longest:.0f} s: {methods}"


def _first() -> Iterator[Probe]:
    yield Probe(
        "identity",
        "the app's installation",
        _identity,
        "The bridge serves one workspace: install the app there, not in the whole organisation. "
        "In an organisation (Enterprise Grid) people have ids of their own kind.",
    )
    yield Probe("bot", "ids told of our bot", _bot, "Our own posts are told from others by them.")


def _last() -> Iterator[Probe]:
    yield Probe(
        "history.rows",
        f"rows of {ROWS} asked for",
        _rows,
        f"{RESTRICTED} rows mean a restricted app, with one reading a minute: Slack takes it for "
        "commercially distributed. Create the app in your own workspace from `slackbridge "
        "manifest`, and do not share it with other workspaces.",
    )
    yield Probe(
        "limits",
        "Slack asked to slow down",
        _limits,
        "The bridge waits as long as asked. 60 s for a reading means a restricted app; otherwise "
        "another copy of the app may be using the same limits.",
    )


FIRST, LAST = tuple(_first()), tuple(_last())
