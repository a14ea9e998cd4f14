"""The command line: run, demo, check, poll, show, replay, health, rebuild, export, forget
and manifest."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote, urlsplit

import typer

from slackbridge import config, report
from slackbridge.app import Bridge
from slackbridge.config import ConfigError, Settings
from slackbridge.errors import Failure
from slackbridge.model import TicketKey
from slackbridge.ops import doctor, records
from slackbridge.ops import log as logs
from slackbridge.store import embedded

T = TypeVar("T")
app = typer.Typer(
    name="slackbridge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Marketplace support tickets as Slack threads, and agents' replies back to the customer.",
)
ConfigPath = Annotated[
    str, typer.Option("--config", "-c", help="The configuration (default: ./slackbridge.toml).")
]


def main() -> None:
    """The entry point: every known failure is one clear sentence and exit code 1 or 2."""
    try:
        app()
    except ConfigError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except Failure as failure:
        typer.echo(failure.reason, err=True)
        sys.exit(1)


def settings_from(path: str) -> Settings:
    """Read the configuration and set the log up. Raises ConfigError."""
    settings = config.load(config.path_of(path))
    slack = settings.slack
    secrets = [slack.bot_token, slack.app_token, slack.signing_secret]
    secrets += [account.token for account in settings.accounts]
    secrets += [account.webhook_secret for account in settings.accounts]
    hidden = [secret.get_secret_value() for secret in secrets]
    password = urlsplit(settings.redis.url).password or ""
    logs.configure(
        settings.ops.log_level, settings.ops.log_format, [*hidden, password, unquote(password)]
    )
    return settings


@contextlib.asynccontextmanager
async def redis_for(settings: Settings, *, share: bool = True) -> AsyncIterator[str]:
    """The address of Redis; with none configured, that of a server of our own.

    With `share`, the server of a running bridge serves too.
    """
    if settings.redis.url:
        yield settings.redis.url
        return
    there = embedded.running(settings.redis.data_dir) if share else None
    if there is not None:
        yield there
        return
    server = await embedded.start(settings.redis.data_dir)
    try:
        yield server.url
    finally:
        await server.stop()


def go(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end."""
    return asyncio.run(work)


@app.command()
def run(config_path: ConfigPath = "") -> None:
    """The service: polls, posts, listens, replies. Ends within 10 s of SIGTERM or Ctrl-C."""
    go(_run(settings_from(config_path)))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with redis_for(settings, share=False) as url:
        bridge = Bridge(settings, url)
        await bridge.run(stop)


@app.command()
def check(config_path: ConfigPath = "") -> None:
    """The doctor: every dependency, scope, channel, clock and credential; exit 1 on a fault."""
    findings = go(_check(settings_from(config_path)))
    typer.echo(doctor.table(findings))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


async def _check(settings: Settings) -> list[doctor.Finding]:
    try:
        async with redis_for(settings) as url:
            bridge = Bridge(settings, url)
            await bridge.chat.client.open()
            try:
                return await doctor.examine(bridge)
            finally:
                await bridge.close()
    except Failure as failure:
        return [doctor.Finding("redis", False, failure.reason, "Start Redis, or set REDIS_URL.")]


@app.command()
def poll(
    once: Annotated[bool, typer.Option("--once", help="One full walk, then stop.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Mark and post nothing.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """List the marketplaces once and say what a running bridge would do."""
    if not once:
        raise ConfigError("`slackbridge run` polls for ever; here only `poll --once` makes sense.")
    for line in go(_poll(settings_from(config_path), dry_run)):
        typer.echo(line)


async def _poll(settings: Settings, dry_run: bool) -> list[str]:
    async with redis_for(settings) as url:
        bridge = Bridge(settings, url)
        try:
            return await report.poll(bridge, dry_run=dry_run)
        finally:
            await bridge.close()


@app.command()
def show(key: str, config_path: ConfigPath = "") -> None:
    """What is stored and known of one ticket: its thread, its intents, what is due."""
    for line in go(_with_key(settings_from(config_path), key, report.show)):
        typer.echo(line)


@app.command()
def replay(key: str, config_path: ConfigPath = "") -> None:
    """Try a ticket again now, however often it failed."""
    for line in go(_with_key(settings_from(config_path), key, report.replay)):
        typer.echo(line)


async def _with_key(settings: Settings, key: str, act: report.Act) -> list[str]:
    try:
        ticket = TicketKey.parse(key)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if settings.account(ticket.account) is None:
        names = ", ".join(account.name for account in settings.accounts)
        raise ConfigError(f"There is no account {ticket.account!r}; there are: {names}.")
    async with redis_for(settings) as url:
        bridge = Bridge(settings, url)
        try:
            return await act(bridge, ticket)
        finally:
            await bridge.close()


@app.command()
def health(config_path: ConfigPath = "") -> None:
    """Whether a process is running and can work; exit 1 if none is. For container checks."""
    alive = go(_health(settings_from(config_path)))
    typer.echo("\n".join(alive) or "no process of slackbridge is running")
    raise typer.Exit(0 if alive else 1)


async def _health(settings: Settings) -> list[str]:
    if not settings.redis.url and embedded.running(settings.redis.data_dir) is None:
        return []
    async with redis_for(settings) as url:
        return await report.heartbeats(url)


@app.command()
def rebuild(
    force: Annotated[bool, typer.Option("--force", help="Even while a bridge runs.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """After Redis was lost: restore the map of threads from what stands in Slack.

    Posts and sends nothing, and may be interrupted and run again. Replies that were certainly sent
    count as sent; what nobody can tell is asked in its thread. Reads about 50 threads a minute.
    """
    complete, lines = go(_rebuild(settings_from(config_path), force))
    typer.echo("\n".join(lines))
    raise typer.Exit(0 if complete else 1)


async def _rebuild(settings: Settings, force: bool) -> tuple[bool, list[str]]:
    async with opened(settings) as bridge:
        return await records.rebuild(bridge, force=force)


@app.command()
def export(
    since: Annotated[str, typer.Option(help="Only what was asked for since then (ISO 8601).")] = "",
    config_path: ConfigPath = "",
) -> None:
    """Who did what, as lines of JSON: one for each ticket. Nobody's text is in it."""
    go(_export(settings_from(config_path), moment(since)))


async def _export(settings: Settings, since: float) -> None:
    async with opened(settings) as bridge:
        async for line in records.export(bridge, since):
            typer.echo(line)


def moment(text: str) -> float:
    """An ISO date or time (UTC unless it says otherwise) in Unix seconds; 0 for ''."""
    if not text:
        return 0.0
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no date such as 2026-03-01.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


@app.command()
def forget(
    customer: Annotated[str, typer.Argument(help="An e-mail address or a ticket KEY.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """Delete what Redis holds of a customer's ended tickets; says what remains elsewhere."""
    complete, lines = go(_forget(settings_from(config_path), customer, yes))
    typer.echo("\n".join(lines))
    raise typer.Exit(0 if complete else 1)


async def _forget(settings: Settings, customer: str, yes: bool) -> tuple[bool, list[str]]:
    async with opened(settings) as bridge:
        found, notes = await records.held(bridge, customer)
        if not found:
            return not notes, [*notes, f"No ticket of {customer} was found."]
        typer.echo("\n".join(held.line for held in found))
        if not yes and any(not held.refusal for held in found):
            await asyncio.to_thread(typer.confirm, "Delete this from Redis?", abort=True)
        complete, lines = await records.forget(bridge, found)
        return complete and not notes, [*lines, *notes]


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Bridge]:
    """A bridge that does not run, for one errand with Redis and Slack."""
    async with redis_for(settings) as url:
        bridge = Bridge(settings, url)
        await bridge.chat.client.open()
        try:
            yield bridge
        finally:
            await bridge.close()


class Script(StrEnum):
    """The scenarios of the demo."""

    TICKET = "ticket"
    MARKETPLACES = "marketplaces"


@app.command()
def demo(
    name: Annotated[Script, typer.Argument(help="What --script plays.")] = Script.TICKET,
    script: Annotated[bool, typer.Option("--script", help="Play, check, end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Its transcript for machines.")] = False,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port.")] = 8030,
    data: Annotated[Path | None, typer.Option(help="Where to keep its Redis data.")] = None,
) -> None:
    """A local Slack and four local marketplaces as a web page, with the bridge between them.

    Needs no account anywhere; nothing leaves this machine. With --script it plays by itself.
    """
    from slackbridge.demo import play, stay

    if script:
        raise typer.Exit(0 if go(play(name, as_json=json, data=data)) else 1)
    go(stay(port=port, data=data, browse=browse))


@app.command()
def manifest() -> None:
    """Print the Slack app manifest, to create the app from."""
    typer.echo(report.manifest(), nl=False)


if __name__ == "__main__":
    main()
