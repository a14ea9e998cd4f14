"""The doctor: examines everything the bridge depends on; every fault comes with its remedy."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from slackbridge.config.agreement import Flat, InForce, digest, flattened
from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Failure
from slackbridge.ops.heartbeat import working_otherwise
from slackbridge.ports.provider import Provider
from slackbridge.rooms.recovery.map_guard import MapGuard
from slackbridge.rooms.recovery.store_binding import StoreBinding, unbound
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.manifest import EVENTS, METHODS
from slackbridge.slack.socket_mode import socket_address
from slackbridge.store.redis import RedisStore

SKEW_SECONDS = 60.0
PATIENCE_SECONDS = 15.0  # with one dependency
TRACE_SECONDS = 1.0  # what the examination itself writes is gone then
FULL_SHARE = 0.9
UNANSWERED = "Look at the way to base_url; if it is only slow, raise the account's timeout_seconds."
MEGABYTE = 1 << 20
INFO_REFUSED = (
    "not told (INFO is refused): nobody sees here whether this server keeps what it is told, and "
    "after each broken connection the bridge must suppose that it has lost something"
)
OLDEST_REDIS = (6, 2)
COMMAND_SCOPE = "commands"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: what was found, and what to do where it is not well."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


class Patient(Protocol):
    """What is examined."""

    settings: Settings
    store: RedisStore
    chat: SlackChat
    guard: MapGuard
    binding: StoreBinding
    providers: dict[str, Provider]


async def examine(patient: Patient) -> list[Finding]:
    """Everything, side by side, within half a minute; nothing is changed anywhere."""
    groups = await asyncio.gather(
        _in_time("redis", _redis(patient), "Start Redis, or correct REDIS_URL."),
        _in_time("slack", _slack(patient), "Look at the way to slack.com and to Redis."),
        _accounts(patient),
    )
    return [finding for group in groups for finding in group]


async def _in_time(
    what: str, examination: Coroutine[Any, Any, list[Finding]], remedy: str
) -> list[Finding]:
    """Its findings, or that one dependency did not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await examination
    except TimeoutError:
        return [Finding(what, False, f"no answer within {PATIENCE_SECONDS:.0f} s", remedy)]


# -- Redis -------------------------------------------------------------------------------------


async def _redis(patient: Patient) -> list[Finding]:
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


def in_force_finding(settings: Flat, in_force: InForce, beats: Mapping[str, str]) -> Finding:
    """Which of these settings a running process does not have; no fault: they wait for a restart.

    `beats` are the heartbeats of all processes.
    """
    what = "settings in force"
    keys = ", ".join(in_force.differing(settings)) if in_force.settings else "unknown"
    if others := working_otherwise(beats, digest(settings), in_force=False):
        found = f"{', '.join(others)} works with others ({keys}); these wait until it has ended"
        return Finding(what, True, found)
    if in_force.digest in ("", digest(settings)):
        return Finding(what, True, "these" if in_force.digest else "none yet")
    return Finding(
        what, True, f"others, of which no process runs ({keys}); the next start has these"
    )


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


# -- Slack -------------------------------------------------------------------------------------


async def _slack(patient: Patient) -> list[Finding]:
    chat, settings = patient.chat, patient.settings
    try:
        answer = await chat.begin()
    except Failure as failure:
        remedy = "Install the app (manifest.yml) and put its bot token into SLACK_BOT_TOKEN."
        return [Finding("slack bot token", False, failure.reason, remedy)]
    headers = chat.client.last_headers
    team = f"{answer.get('team', '?')} as {answer.get('user', '?')}"
    return [
        Finding("slack bot token", True, team),
        _clock("slack clock", headers.get("Date", ""), patient.store.now()),
        *scope_findings(headers.get("X-OAuth-Scopes")),
        *await _app_token(settings),
        *[await _channel(chat, channel) for channel in settings.channels()],
        *await _map(patient),
    ]


async def _map(patient: Patient) -> list[Finding]:
    """Whether Redis knows of the threads that stand in Slack."""
    try:
        why = await patient.guard.refusal()
    except Failure:
        return []  # what does not answer is among the findings already
    return [
        Finding(
            "map of threads",
            not why,
            why or "Redis knows the threads in Slack, or there are none",
            "Correct REDIS_URL, or run `slackbridge rebuild`; until then `run` does not start.",
        )
    ]


def scope_findings(granted: str | None) -> list[Finding]:
    """Whether every scope the code needs is granted; None = Slack did not say."""
    needed = {scope for method in METHODS.values() for scope in method.scopes}
    needed |= {*filter(None, EVENTS.values()), COMMAND_SCOPE}
    if granted is None:
        return [Finding("slack scopes", True, "not told")]
    have = {scope.strip() for scope in granted.split(",")}
    return [
        Finding(
            f"slack scope {scope}",
            scope in have,
            "granted" if scope in have else "missing",
            "Add it under OAuth & Permissions and reinstall the app (manifest.yml has them all).",
        )
        for scope in sorted(needed)
    ]


async def _app_token(settings: Settings) -> list[Finding]:
    if settings.slack.mode != "socket":
        return []
    what = "slack app token"
    try:
        await socket_address(settings.slack.app_token.get_secret_value(), settings.slack.api_url)
    except Failure as failure:
        remedy = "Make an app-level token with connections:write, and put it into SLACK_APP_TOKEN."
        return [Finding(what, False, failure.reason, remedy)]
    return [Finding(what, True, "opens connections")]


async def _channel(chat: SlackChat, id: str) -> Finding:
    what = f"channel {id}"
    try:
        answer = await chat.client.call("conversations.info", channel=id)
    except Failure as failure:
        return Finding(
            what, False, failure.reason, "Correct the id; invite the bot to a private one."
        )
    channel = answer.get("channel") or {}
    name = f"#{channel.get('name', id)}"
    if channel.get("is_archived"):
        return Finding(what, False, f"{name} is archived", "Unarchive it or name another.")
    member = bool(channel.get("is_member"))
    remedy = f"Invite the bot: /invite @slackbridge in {name}."
    return Finding(what, member, f"{name}, {'member' if member else 'not a member'}", remedy)


def _clock(what: str, date: str, now: float) -> Finding:
    if not date:
        return Finding(what, True, "not told")
    return skew(what, parsedate_to_datetime(date).timestamp() - now)


def skew(what: str, seconds: float) -> Finding:
    """Two clocks may differ by a minute: Slack refuses signatures older than five."""
    return Finding(
        what,
        abs(seconds) <= SKEW_SECONDS,
        f"{seconds:+.0f} s",
        "Synchronise this machine's clock (NTP).",
    )


# -- accounts ----------------------------------------------------------------------------------


async def _accounts(patient: Patient) -> list[Finding]:
    tokens = {account.name: account.token_env for account in patient.settings.accounts}
    groups = await asyncio.gather(
        *(
            _in_time(f"account {name}", _account(patient, name, each, tokens[name]), UNANSWERED)
            for name, each in patient.providers.items()
        )
    )
    return [finding for group in groups for finding in group]


async def _account(patient: Patient, name: str, provider: Provider, token: str) -> list[Finding]:
    with unbound():
        health = await provider.probe()
    remedy = (
        f"Check base_url and the token in {token}. Where the service is not switched on yet, ask "
        "the marketplace to do so; the bridge then begins by itself."
    )
    findings = [Finding(f"account {name}", health.ok, health.detail, remedy)]
    findings += await _binding(patient, name)
    if health.skew is not None:
        findings.append(skew(f"clock of {name}", health.skew))
    return findings


async def _binding(patient: Patient, name: str) -> list[Finding]:
    """Which store the account is bound to."""
    try:
        return [Finding(f"store of {name}", *await patient.binding.told(name))]
    except Failure:
        return []  # Redis does not answer, which is among the findings already


def table(findings: Sequence[Finding]) -> str:
    """For a terminal: one line each, remedies under what is not well."""
    width = max((len(finding.what) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(
            f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what:<{width}}  {finding.found}"
        )
        if not finding.ok and finding.remedy:
            lines.append(f"{'':<{width + 6}}  -> {finding.remedy}")
    bad = sum(not finding.ok for finding in findings)
    lines.append(f"{len(findings)} examined, {bad} not well" if bad else "all is well")
    return "\n".join(lines)
