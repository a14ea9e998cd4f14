"""From settings to the values that the rooms are built with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from slackbridge.config import ConfigError, Settings
from slackbridge.intake import Rules
from slackbridge.lane import Place
from slackbridge.policy import Route
from slackbridge.ports import Provider
from slackbridge.providers import build
from slackbridge.sender import Patience
from slackbridge.store.keys import DAY


def rules(settings: Settings) -> Rules:
    replies = settings.replies
    return Rules(
        mode=replies.mode,
        prefixes=replies.note_prefixes,
        undo=replies.undo_seconds,
        fresh=replies.fresh_minutes * 60,
    )


def patience(settings: Settings) -> Patience:
    timing = settings.timing
    return Patience(
        timeout=timing.call_timeout_seconds,
        settle=timing.settle_seconds,
        retry=timing.retry_seconds,
        retry_max=timing.retry_max_seconds,
        give_up=settings.replies.fresh_minutes * 60,
    )


def place(settings: Settings, provider: str) -> Place:
    timing = settings.timing
    return Place(
        provider=provider,
        routes=routes(settings),
        channel=settings.slack.channel,
        ops_channel=settings.slack.ops_channel,
        retention=timing.retention_days * DAY,
        retry=timing.retry_seconds,
        retry_max=timing.retry_max_seconds,
        quarantine_after=timing.quarantine_after,
    )


def routes(settings: Settings) -> tuple[Route, ...]:
    return tuple(
        Route({str(name): value for name, value in route.when.items()}, route.channel)
        for route in settings.routes
    )


def providers(
    settings: Settings, spend: Callable[[str, str, float], Awaitable[int]]
) -> dict[str, Provider]:
    """One provider per account. Raises ConfigError naming the account."""
    built: dict[str, Provider] = {}
    for account in settings.accounts:
        try:
            built[account.name] = build(account, partial(spend, account.provider, account.name))
        except ValueError as error:
            raise ConfigError(f"account {account.name!r}: {error}") from None
    return built
