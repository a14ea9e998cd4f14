"""A Slack workspace and a refurbed desk as values: taken from sandboxes, and laid into fresh ones.

The whole is one text, so that every time in it can be moved by the same whole seconds: ids of
Slack messages are times, and are stored in Redis, in marks and in the values of buttons.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict
from typing import Any

from redis import Redis

from slackbridge.demo.world import World
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.records import Author, Item, Message, Ticket
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message as SlackMessage
from tests.golden.forms import Json
from tests.golden.stored import dump, lay

CHANNELS = ("C0SUPPORT", "C0OPS")
DAY = 86_400
TIME = re.compile(r"(?<![0-9A-Za-z.])(\d{10}|\d{13})(?![0-9A-Za-z])")
THREADS = re.compile(r"(sb:thread:\w+):\d+")


def taken(place: World, redis: Redis) -> Json:
    """All that is there now."""
    seconds: Any = redis.time()
    return {
        "at": int(seconds[0]),
        "redis": dump(redis),
        "slack": _of_slack(place.slack),
        "refurbed": _of_refurbed(place.refurbed),
    }


def moved(text: str, now: float) -> Json:
    """What was taken, with every time in it as if it had been taken now."""
    at = int(json.loads(text)["at"])
    by = int(now) - at - 1  # nothing of it may be still to come

    def move(found: re.Match[str]) -> str:
        unit = 1000 if len(found[0]) == 13 else 1
        number = int(found[0])
        near = (at - DAY) * unit < number < (at + DAY) * unit
        return str(number + by * unit) if near else found[0]

    shot: Json = json.loads(TIME.sub(move, text))
    shot["redis"] = _by_days(shot["redis"])
    return shot


def laid(place: World, redis: Redis, shot: Json) -> None:
    """Put it into an empty world."""
    lay(redis, shot["redis"])
    for channel, messages in shot["slack"].items():
        timeline = place.slack.workspace.timeline(channel)
        for message in messages:
            timeline.add(_slack_message(message))
    _into_refurbed(place.refurbed, shot["refurbed"])


def _by_days(dumped: dict[str, Json]) -> dict[str, Json]:
    """The buckets of threads are named after days, which are others now."""
    found: dict[str, Json] = {}
    for name, key in dumped.items():
        match = THREADS.fullmatch(name)
        if match is None:
            found[name] = key
            continue
        for ts, ticket in key["content"].items():
            bucket = f"{match[1]}:{int(float(ts)) // DAY}"
            found.setdefault(bucket, {**key, "content": {}})["content"][ts] = ticket
    return found


# -- Slack -------------------------------------------------------------------------------------


def _of_slack(slack: SlackSandbox) -> Json:
    found: Json = {}
    for channel in CHANNELS:
        timeline = slack.workspace.timeline(channel)
        roots = timeline.visible()
        rows = [row for root in roots for row in (root, *timeline.replies(root.ts))]
        found[channel] = [asdict(row) for row in sorted(rows, key=lambda row: float(row.ts))]
    return found


def _slack_message(row: Json) -> SlackMessage:
    lists = {name: tuple(row[name]) for name in ("blocks", "attachments", "files")}
    reactions = tuple((name, tuple(users)) for name, users in row["reactions"])
    return SlackMessage(**{**row, **lists, "reactions": reactions})


# -- refurbed ----------------------------------------------------------------------------------


def _of_refurbed(market: RefurbedSandbox) -> Json:
    return {
        "tickets": [asdict(ticket) for ticket in market.tickets.values()],
        "ledger": market.ledger.as_json(),
    }


def _into_refurbed(market: RefurbedSandbox, shot: Json) -> None:
    for row in shot["tickets"]:
        messages = [_message(each) for each in row["messages"]]
        item = Item(**row["item"])
        market.items[item.id] = item
        ticket = Ticket(**{**row, "item": item, "messages": messages, "help_requests": []})
        market.tickets[ticket.id] = ticket
    for entry in shot["ledger"]:
        market.ledger.commit(entry["act"], entry["at"], **entry["data"])
    numbers = [message.id for ticket in market.tickets.values() for message in ticket.messages]
    market._message_ids = itertools.count(max(numbers) + 1)
    market._ticket_ids = itertools.count(max(market.tickets) + 1)


def _message(row: Json) -> Message:
    return Message(**{**row, "author": Author(**row["author"]), "attachments": ()})
