"""`slackbridge rebuild`, `export` and `forget`: errands with what is stored."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from slackbridge.cli import records
from slackbridge.cli.context import ConfigPath, opened, settings_from
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings


def rebuild(
    force: Annotated[bool, typer.Option("--force", help="Even while a bridge runs.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """After Redis was lost: restore the map of threads from what stands in Slack.

    Posts and sends nothing, and may be interrupted and run again. Replies that were certainly sent
    count as sent; what nobody can tell is asked in its thread. Reads every channel that the bot is
    in, and about 50 threads a minute.
    """
    complete, lines = asyncio.run(_rebuild(settings_from(config_path), force))
    typer.echo("\n".join(lines))
    raise typer.Exit(0 if complete else 1)


async def _rebuild(settings: Settings, force: bool) -> tuple[bool, list[str]]:
    async with opened(settings) as bridge:
        return await records.rebuild(bridge, force=force)


def export(
    since: Annotated[str, typer.Option(help="Only what was asked for since then (ISO 8601).")] = "",
    config_path: ConfigPath = "",
) -> None:
    """Who did what, as lines of JSON: one for each ticket. Nobody's text is in it."""
    asyncio.run(_export(settings_from(config_path), moment(since)))


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


def forget(
    customer: Annotated[str, typer.Argument(help="An e-mail address or a ticket KEY.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """Delete what Redis holds of a customer's ended tickets; says what remains elsewhere."""
    complete, lines = asyncio.run(_forget(settings_from(config_path), customer, yes))
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
