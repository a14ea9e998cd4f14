"""`slackbridge adopt`: an account's store has a new address."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from slackbridge.app import Bridge
from slackbridge.cli.context import (
    ConfigPath,
    begun_for_links,
    opened,
    refuse_if_running,
    settings_from,
)
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.rooms.recovery.adoption import Adoption
from slackbridge.store.stored_tickets import StoredTickets


def adopt(
    name: Annotated[str, typer.Argument(help="The account, as the configuration names it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config_path: ConfigPath = "",
) -> None:
    """Bind an account to the new address of its store, after showing what that means.

    Another store is refused: its tickets have the numbers of others. It needs another name.
    """
    if not asyncio.run(_adopt(settings_from(config_path), name, yes)):
        raise typer.Exit(1)


async def _adopt(settings: Settings, name: str, yes: bool) -> bool:
    if settings.account(name) is None:
        names = ", ".join(account.name for account in settings.accounts)
        raise ConfigError(f"There is no account {name!r}; there are: {names}.")
    async with opened(settings) as bridge:
        return await _adopted(bridge, name, yes)


async def _adopted(bridge: Bridge, name: str, yes: bool) -> bool:
    await bridge.store.sync()
    await begun_for_links(bridge)
    adoption = Adoption(bridge.store, bridge.binding, bridge.providers[name], bridge.chat.link)
    plan = await adoption.plan(name, StoredTickets(bridge.store).tickets(name))
    if plan is None:
        typer.echo(f"{name} is bound as it is configured, or not yet: there is nothing to do.")
        return True
    await refuse_if_running(bridge)
    typer.echo("\n".join(plan.lines))
    if plan.refusal:
        return False
    if not yes:
        await asyncio.to_thread(typer.confirm, f"Bind {name} to {plan.now}?", abort=True)
    await adoption.carry_out(plan)
    typer.echo(f"{name} is now bound to {plan.now}. Start the bridge.")
    return True
