"""Which settings must agree on one Redis, and since when messages are understood in one way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slackbridge.config import agreement, load
from slackbridge.config.agreement import InForce

TEXT = """
[slack]
channel = "C0SUPPORT"
http_port = 3000
[redis]
url = "redis://user:hunter22@127.0.0.1/0"
[ops]
health_port = 0
[replies]
undo_seconds = 10
[[accounts]]
name = "refurbed-at"
provider = "refurbed"
token_env = "REFURBED_TOKEN"
[[accounts]]
name = "sellapp-main"
provider = "sellapp"
token_env = "SELLAPP_TOKEN"
webhook_secret_env = "HOOKS"
[[routes]]
when = { country = "AT" }
channel = "C0AUSTRIA"
"""
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "REFURBED_TOKEN": "secret-of-refurbed",
    "SELLAPP_TOKEN": "secret-of-sellapp",
    "HOOKS": "secret-of-hooks",
}


def flat(path: Path, old: str = "", new: str = "", **secrets: str) -> dict[str, str]:
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT, "utf-8")
    return agreement.flattened(load.load(path, {**SECRETS, **secrets}))


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("undo_seconds = 10", "undo_seconds = 10.0", ()),
        ("undo_seconds = 10", "undo_seconds = 11", ("replies.undo_seconds",)),
        ("[replies]", '[replies]\nmode = "confirm"', ("replies.mode",)),
        ("http_port = 3000", "http_port = 3001", ()),
        ("http_port = 3000", "http_port = 3000\ndeaf_minutes = 30", ()),
        ("health_port = 0", 'health_port = 3001\nlog_level = "debug"', ()),
        ("/0", "/1", ()),
        ('channel = "C0SUPPORT"', 'channel = "C0OTHER"', ("slack.channel",)),
        ('country = "AT"', 'country = "DE"', ("routes",)),
        (
            'token_env = "REFURBED_TOKEN"',
            'token_env = "REFURBED_TOKEN"\npoll_seconds = 7',
            ("accounts.refurbed-at.poll_seconds",),
        ),
        (
            'webhook_secret_env = "HOOKS"',
            'webhook_secret_env = "HOOKS"\nstore = "a"',
            ("accounts.sellapp-main.store",),
        ),
        ("[replies]", "[timing]\nlease_seconds = 20\n[replies]", ("timing.lease_seconds",)),
        ("[replies]", '[agents]\nallow = ["U0ANNA"]\n[replies]', ("agents.allow",)),
    ],
)
def test_what_must_agree(tmp_path: Path, old: str, new: str, keys: tuple[str, ...]) -> None:
    mine, theirs = flat(tmp_path / "a.toml"), flat(tmp_path / "b.toml", old, new)
    assert agreement.differing(mine, theirs) == keys
    assert (agreement.digest(mine) == agreement.digest(theirs)) == (not keys)


def test_an_account_more_is_a_difference(tmp_path: Path) -> None:
    mine = flat(tmp_path / "a.toml")
    without = {k: v for k, v in mine.items() if not k.startswith("accounts.sellapp-main.")}
    assert "accounts.sellapp-main.name" in agreement.differing(mine, without)


def test_no_value_and_no_secret_is_told(tmp_path: Path) -> None:
    mine = flat(tmp_path / "a.toml")
    told = agreement.detail(mine, InForce("", 0.0, ""))
    assert all(len(value) == 8 for value in mine.values())
    assert not any(word in told for word in ("C0SUPPORT", "secret-of", "xoxb", "hunter22"))
    others = {name: f"{value}-other" for name, value in SECRETS.items()}
    assert flat(tmp_path / "b.toml", **others) == mine


def taken_over(mine: dict[str, str], before: InForce) -> InForce:
    return InForce(agreement.digest(mine), before.since + 100, agreement.detail(mine, before))


def test_since_when_messages_are_understood_in_one_way(tmp_path: Path) -> None:
    first = taken_over(flat(tmp_path / "a.toml"), InForce("", 0.0, ""))
    assert first.understood_since == 100, "nobody knows what was before"
    quicker = taken_over(flat(tmp_path / "a.toml", "= 10", "= 5"), first)
    assert (quicker.since, quicker.understood_since) == (200, 100)
    again = taken_over(flat(tmp_path / "a.toml", "= 10", "= 6"), quicker)
    assert (again.since, again.understood_since) == (300, 100)
    asking = flat(tmp_path / "a.toml", "[replies]", '[replies]\nmode = "explicit"')
    assert taken_over(asking, again).understood_since == 400


@pytest.mark.parametrize("detail", ["", "{", "[]", '{"settings": 3}', json.dumps({"other": 1})])
def test_what_cannot_be_read_tells_nothing(detail: str) -> None:
    in_force: Any = InForce("0123", 7.0, detail)
    assert (in_force.settings, in_force.understood_since) == ({}, 7.0)
