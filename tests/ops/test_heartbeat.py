"""Heartbeats: each process has its own, and says what it works with."""

from __future__ import annotations

import json
import platform
import re

import pytest

from slackbridge.cli.inspect import health_lines
from slackbridge.config.agreement import InForce, detail, digest
from slackbridge.ops import heartbeat
from slackbridge.store.redis import RedisStore, connect
from tests.ops.pulses import pulse

MINE = {"replies.mode": "11111111", "replies.undo_seconds": "22222222"}
THEIRS = {"replies.mode": "33333333", "replies.undo_seconds": "22222222"}
NONE = InForce("", 0.0, "")


async def test_two_containers_have_two_heartbeats(redis_url: str) -> None:
    """The process id is the same in every container."""
    one, two = RedisStore(connect(redis_url)), RedisStore(connect(redis_url))
    a, b = pulse(one), pulse(two)
    await a.beat()
    await b.beat()
    assert len(await one.heartbeats()) == 2
    await a.end()
    assert list(await two.heartbeats()) == [b.process], "`rebuild` must see that a bridge runs"
    await one.close()
    await two.close()


@pytest.mark.parametrize("name", ["web-1", "10.0.0.7", "münchen: host", "x" * 60, ""])
def test_the_name_of_a_process_tells_its_machine(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(platform, "node", lambda: name)
    process = heartbeat.process_name()
    assert re.fullmatch(r"[A-Za-z0-9._-]+-\d+-[0-9a-f]{6}", process)
    assert heartbeat.host_of(process) == heartbeat.host()
    assert heartbeat.process_name() != process


def beat(settings: str | None) -> str:
    return json.dumps({"sockets": 2} if settings is None else {"settings": settings})


@pytest.mark.parametrize(
    ("says", "in_force", "counts"),
    [
        (beat(digest(MINE)), False, False),
        (beat(digest(THEIRS)), False, True),
        (beat(digest(THEIRS)), True, True),
        (beat(""), False, False),  # it waits, too
        (beat(None), False, True),  # of an earlier version
        (beat(None), True, False),
        ("{", False, True),
        ("[]", True, False),
    ],
)
def test_who_works_with_other_settings(says: str, in_force: bool, counts: bool) -> None:
    found = heartbeat.working_otherwise({"a-1-abcdef": says}, digest(MINE), in_force=in_force)
    assert found == (["a-1-abcdef"] if counts else [])


def test_a_container_is_not_answered_for_by_its_twin() -> None:
    beats = {"web-2-1-abcdef": beat(digest(MINE)), "4711": beat(None)}
    lines, alive = health_lines(beats, "web-1", MINE, NONE)
    assert not alive
    assert lines[-1] == "no process of slackbridge is running on web-1"
    lines, alive = health_lines({**beats, "web-1-1-fedcba": beat("")}, "web-1", MINE, NONE)
    assert alive, "one that waits for its turn lives"


def test_health_names_the_settings_that_differ() -> None:
    beats = {"web-1-1-abcdef": beat(digest(THEIRS))}
    in_force = InForce(digest(THEIRS), 1.0, detail(THEIRS, NONE))
    lines, _ = health_lines(beats, "web-1", MINE, in_force)
    assert lines[-1] == "with other settings than these: web-1-1-abcdef (replies.mode)"
