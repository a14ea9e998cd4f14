"""Commands that look: check, poll, show, replay and health."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from slackbridge.app import Bridge
from slackbridge.cli import doctor
from slackbridge.cli import live as selftest
from slackbridge.cli.checks.finding import Finding, table
from slackbridge.cli.context import ConfigPath, opened, redis_for, settings_from
from slackbridge.config.agreement import Flat, InForce, digest, flattened
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Failure
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.ops import heartbeat
from slackbridge.store import embedded
from slackbridge.store.keys import Keys
from slackbridge.store.redis import RedisStore, connect

NONE_RUNS = "no process of slackbridge is running"
Act = Callable[[Bridge, TicketKey], Awaitable[list[str]]]


def check(
    live: Annotated[
        str, typer.Option("--live", metavar="CHANNEL", help="Self-test in this scratch channel.")
    ] = "",
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="With --live: ask me to write and press, too.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="With --live: where the report goes (a new file).")
    ] = None,
    config_path: ConfigPath = "",
) -> None:
    """The doctor: every dependency, scope, channel, clock and credential; exit 1 on a fault.

    With --live it tries in a scratch channel whether Slack behaves as the bridge expects.
    """
    settings = settings_from(config_path)
    if live:
        hands = selftest.Terminal if by_hand else None
        agree = asyncio.run(selftest.live(settings, live, report, hands))
        raise typer.Exit(0 if agree else 1)
    if by_hand or report:
        raise ConfigError("--by-hand and --report go with --live CHANNEL.")
    findings = asyncio.run(_check(settings))
    typer.echo(table(findings))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


async def _check(settings: Settings) -> list[Finding]:
    try:
        async with opened(settings) as bridge:
            return await doctor.examine(bridge)
    except Failure as failure:
        return [Finding("redis", False, failure.reason, "Start Redis, or set REDIS_URL.")]


def poll(
    once: Annotated[bool, typer.Option("--once", help="One full walk, then stop.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Mark and post nothing.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """List the marketplaces once and say what a running bridge would do."""
    if not once:
        raise ConfigError("`slackbridge run` polls for ever; here only `poll --once` makes sense.")
    for line in asyncio.run(_poll(settings_from(config_path), dry_run)):
        typer.echo(line)


async def _poll(settings: Settings, dry_run: bool) -> list[str]:
    async with opened(settings) as bridge:
        return await poll_lines(bridge, dry_run=dry_run)


def show(key: str, config_path: ConfigPath = "") -> None:
    """What is stored and known of one ticket: its thread, its intents, what is due."""
    for line in asyncio.run(_with_key(settings_from(config_path), key, show_lines)):
        typer.echo(line)


def replay(key: str, config_path: ConfigPath = "") -> None:
    """Try a ticket again now, however often it failed."""
    for line in asyncio.run(_with_key(settings_from(config_path), key, replay_lines)):
        typer.echo(line)


async def _with_key(settings: Settings, key: str, act: Act) -> list[str]:
    try:
        ticket = TicketKey.parse(key)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if settings.account(ticket.account) is None:
        names = ", ".join(account.name for account in settings.accounts)
        raise ConfigError(f"There is no account {ticket.account!r}; there are: {names}.")
    async with opened(settings) as bridge:
        return await act(bridge, ticket)


def health(config_path: ConfigPath = "") -> None:
    """Whether a process of this machine or container lives; exit 1 if none does.

    For container checks: another container's process is shown, and answers for itself alone. One
    that waits for its turn lives; `/readyz` tells whether it works.
    """
    lines, alive = asyncio.run(_health(settings_from(config_path)))
    typer.echo("\n".join(lines) or NONE_RUNS)
    raise typer.Exit(0 if alive else 1)


async def _health(settings: Settings) -> tuple[list[str], bool]:
    if not settings.redis.url and embedded.running(settings.redis.data_dir) is None:
        return [], False
    async with redis_for(settings) as url:
        store = RedisStore(connect(url), keys=Keys(settings.redis.prefix))
        try:
            beats = await store.heartbeats()
            in_force = InForce(*await store.rules_in_force())
        finally:
            await store.close()
    return health_lines(beats, heartbeat.host(), flattened(settings), in_force)


# -- what they show -----------------------------------------------------------------------------


def moment(at: float) -> str:
    """Unix seconds as people write them, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else "-"


async def poll_lines(bridge: Bridge, *, dry_run: bool) -> list[str]:
    """One full walk of every account. A dry run compares, but stores and marks nothing."""
    lines = []
    for poller in bridge.pollers:
        try:
            if dry_run:
                lines.append(await _compare(bridge, poller.account))
            else:
                walk = await poller.list_once(full=True)
                lines.append(
                    f"{poller.account}: {len(walk.ids)} active tickets, {walk.changed} marked due"
                )
        except Failure as failure:
            lines.append(f"{poller.account}: {failure.reason}")
    return lines


async def _compare(bridge: Bridge, account: str) -> str:
    provider = bridge.providers[account]
    total, changed, cursor = 0, [], ""
    while True:
        page = await provider.list_active(cursor)
        known = await bridge.store.seen(account, [t.key.id for t in page.tickets])
        total += len(page.tickets)
        changed += [str(t.key) for t, k in zip(page.tickets, known, strict=True) if t.revision != k]
        cursor = page.cursor
        if not cursor:
            break
    shown = ", ".join(changed[:20]) + (" …" if len(changed) > 20 else "")
    return f"{account}: {total} active tickets, {len(changed)} would be marked due: {shown}"


async def show_lines(bridge: Bridge, key: TicketKey) -> list[str]:
    """A ticket's record."""
    record = await bridge.store.load(key)
    if not record.raw and not record.intents:
        return [f"{key}: nothing is stored of this ticket"]
    stored = record.stored
    lines = [
        f"ticket    {key}",
        f"thread    {stored.channel or '-'} {stored.root or '-'}",
        f"status    {stored.raw_status or '-'}",
        f"holder    {stored.holder or '-'}",
        f"revision  {stored.revision or '-'} (seen: {record.seen or '-'})",
        f"messages  {sum(map(stored.whole, stored.parts))} shown, failed tries: {stored.tries}",
    ]
    if stored.open_post:
        lines.append(f"open post {stored.open_post.effect} since {moment(stored.open_post.at)}")
    for intent in record.intents:
        why = f" ({intent.reason})" if intent.reason else ""
        lines.append(
            f"intent    {intent.id} {intent.kind} by {intent.agent or 'the bridge'}: "
            f"{intent.state}{why}, {moment(intent.created)}"
        )
    return lines


async def replay_lines(bridge: Bridge, key: TicketKey) -> list[str]:
    """Make a ticket due now, with its count of failures forgotten."""
    now = bridge.store.now()
    await bridge.store.write(key, Change(put=Patch(undrawn_at=now, tries=None), due=now))
    return [f"{key} is due now; a running bridge takes it up within seconds"]


def health_lines(
    beats: Mapping[str, str], here: str, settings: Flat, in_force: InForce
) -> tuple[list[str], bool]:
    """One line for every living process, and whether one of them is of this machine, `here`."""
    lines = [f"process {name}: {beats[name]}" for name in sorted(beats)]
    if others := heartbeat.working_otherwise(beats, digest(settings), in_force=False):
        keys = ", ".join(in_force.differing(settings))
        lines.append(f"with other settings than these: {', '.join(others)} ({keys or 'unknown'})")
    alive = any(heartbeat.host_of(name) == here for name in beats)
    return lines if alive or not lines else [*lines, f"{NONE_RUNS} on {here}"], alive
