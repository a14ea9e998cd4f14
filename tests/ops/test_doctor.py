"""The doctor against sandboxes: no finding without a fault, and each fault with its remedy."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from slackbridge.app import Bridge
from slackbridge.cli import doctor
from slackbridge.cli.checks import patience
from slackbridge.cli.checks.finding import Finding, table
from slackbridge.cli.checks.in_force import in_force_finding
from slackbridge.cli.checks.redis_server import redis_findings
from slackbridge.config import load
from slackbridge.config.agreement import InForce, detail, digest
from slackbridge.demo.world import ACCOUNT, CHANNEL, OPS, World, secrets_of, world
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.roster import ENTERPRISE

THEIRS = {"replies.mode": "22222222"}
Harm = Callable[[World], object]


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


async def examine(place: World, redis_url: str = "", **secrets: str) -> dict[str, Finding]:
    """What the doctor finds, by name."""
    path = place.folder / "slackbridge.toml"
    settings = load.load(path, {**secrets_of(place.slack, place.refurbed), **secrets})
    bridge = Bridge(settings, redis_url or place.redis_url)
    await bridge.chat.client.open()
    try:
        findings = await doctor.examine(bridge)
    finally:
        await bridge.close()
    assert all(finding.ok or finding.remedy for finding in findings)
    return {finding.what: finding for finding in findings}


def bad(findings: dict[str, Finding]) -> list[str]:
    return [name for name, finding in findings.items() if not finding.ok]


async def test_all_is_well_and_nothing_is_changed(place: World) -> None:
    found = await examine(place)
    assert bad(found) == []
    assert len(found) > 20, "scopes, channels, tokens, clocks, Redis"
    assert table(list(found.values())).endswith("all is well")
    assert place.slack.ledger.all() == []
    assert place.refurbed.ledger.all() == []


def _not_a_member(place: World) -> None:
    place.slack.workspace.channels[CHANNEL].members.remove(place.slack.bot_user_id)


def _without_scope(place: World) -> None:
    place.slack.app.scopes = place.slack.app.scopes - {"reactions:write"}


def _revoked(place: World) -> None:
    place.slack.app.revoked = True


def _org_wide(place: World) -> None:
    place.slack.app.enterprise, place.slack.app.org_wide = ENTERPRISE, True


def _skewed(place: World) -> None:
    place.slack.workspace.clock = lambda: time.time() + 400


FAULTS: dict[str, tuple[Harm, str, str]] = {
    "missing scope": (_without_scope, "slack scope reactions:write", "reinstall"),
    "not a member": (_not_a_member, f"channel {CHANNEL}", "/invite"),
    "revoked token": (_revoked, "slack bot token", "SLACK_BOT_TOKEN"),
    "installed to all": (_org_wide, "slack bot token", "not to the whole organisation"),
    "501": (
        lambda p: p.refurbed.unimplemented.add("*"),
        f"account {ACCOUNT}",
        "switched on",
    ),
    "401": (lambda p: p.refurbed.revoke(p.refurbed.token), f"account {ACCOUNT}", "REFURBED_TOKEN"),
    "Slack's clock": (_skewed, "slack clock", "NTP"),
    "clock": (lambda p: p.refurbed.clock.advance(600), f"clock of {ACCOUNT}", "NTP"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_is_found_with_its_remedy(place: World, fault: str) -> None:
    harm, where, remedy = FAULTS[fault]
    harm(place)
    found = await examine(place)
    assert bad(found) == [where]
    assert remedy in found[where].remedy


async def test_a_command_that_slack_keeps_for_itself_is_found(place: World) -> None:
    path = place.folder / "slackbridge.toml"
    path.write_text(
        path.read_text("utf-8").replace("[slack]", '[slack]\ncommand = "/status"'), "utf-8"
    )
    found = await examine(place)
    assert bad(found) == ["slash command"]
    assert "slack.command" in found["slash command"].remedy


@pytest.mark.parametrize(("ops", "found_there"), [("", "none"), (CHANNEL, "the same as")])
async def test_a_channel_for_notices_is_advised(place: World, ops: str, found_there: str) -> None:
    config = place.folder / "slackbridge.toml"
    text, line = config.read_text("utf-8"), f'ops_channel = "{OPS}"'
    assert line in text
    config.write_text(text.replace(line, f'ops_channel = "{ops}"'), "utf-8")
    found = await examine(place)
    assert bad(found) == []
    assert found["ops channel"].found.startswith(found_there)
    told = table(list(found.values()))
    assert "note  ops channel" in told
    assert "-> Name a channel without tickets in slack.ops_channel" in told
    assert told.endswith("all is well")


async def test_another_app_token_is_found(place: World) -> None:
    found = await examine(place, SLACK_APP_TOKEN="xapp-another")
    assert bad(found) == ["slack app token"]
    assert "connections:write" in found["slack app token"].remedy


@contextlib.asynccontextmanager
async def configured(url: str, name: str, value: str, usual: str) -> AsyncIterator[None]:
    async with Redis.from_url(url) as redis:
        await redis.config_set(name, value)
        try:
            yield
        finally:
            await redis.config_set(name, usual)


async def test_redis_that_would_forget_is_found(place: World) -> None:
    async with configured(place.redis_url, "maxmemory-policy", "allkeys-lru", "noeviction"):
        found = await examine(place)
    assert bad(found) == ["redis eviction"]
    assert "noeviction" in found["redis eviction"].remedy
    async with configured(place.redis_url, "appendonly", "no", "yes"):
        found = await examine(place)
    assert bad(found) == ["redis persistence"]
    assert "appendonly yes" in found["redis persistence"].remedy


@pytest.mark.parametrize(
    ("works_with", "words"),
    [
        (None, "others, of which no process runs (replies.mode); the next start has these"),
        ("", "others, of which no process runs"),
        (digest(THEIRS), "web-1-1-abcdef works with others (replies.mode); these wait"),
    ],
)
def test_settings_that_a_running_process_does_not_have(works_with: str | None, words: str) -> None:
    in_force = InForce(digest(THEIRS), 1.0, detail(THEIRS, InForce("", 0.0, "")))
    says = {} if works_with is None else {"web-1-1-abcdef": json.dumps({"settings": works_with})}
    finding = in_force_finding({"replies.mode": "11111111"}, in_force, says)
    assert finding.ok
    assert words in finding.found


GOOD = {"version": "7.2.4", "policy": "noeviction", "appendonly": "yes"}


@pytest.mark.parametrize(
    ("facts", "where", "words"),
    [
        (GOOD, "", ""),
        ({**GOOD, "version": "6.0.9"}, "redis version", "6.2"),
        ({**GOOD, "appendonly": "no"}, "redis persistence", "appendonly yes"),
        ({**GOOD, "policy": "allkeys-lru"}, "redis eviction", "noeviction"),
        ({**GOOD, "role": "slave"}, "redis role", "master"),
        ({**GOOD, "maxmemory": "1000", "used_memory": "950"}, "redis memory", "maxmemory"),
        ({**GOOD, "maxmemory": "1000", "used_memory": "800"}, "", ""),
        ({**GOOD, "maxmemory": "0", "used_memory": "800"}, "", ""),
        ({}, "", ""),
    ],
)
def test_what_redis_says_of_itself(facts: dict[str, str], where: str, words: str) -> None:
    found = redis_findings(facts)
    assert [finding.what for finding in found if not finding.ok] == ([where] if where else [])
    assert all(words in finding.remedy for finding in found if not finding.ok)


def test_an_info_that_is_refused_is_told_with_what_it_costs() -> None:
    told = [finding for finding in redis_findings({}) if finding.what == "redis info"]
    assert "INFO is refused" in told[0].found
    assert not [f for f in redis_findings(GOOD) if f.what == "redis info"]


async def test_what_does_not_answer_is_named(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.5)
    place.refurbed.faults.add(
        Fault("ListTickets", Phase.ARRIVAL, Action.DELAY, times=None, seconds=3)
    )
    found = await examine(place)
    assert bad(found) == [f"account {ACCOUNT}"]
    assert "no answer within" in found[f"account {ACCOUNT}"].found


async def test_redis_away_hides_nothing_else(place: World) -> None:
    found = await examine(place, f"unix://{place.folder}/nothing.sock")
    assert bad(found) == ["redis"]
    assert "REDIS_URL" in found["redis"].remedy
    assert found["slack bot token"].ok
