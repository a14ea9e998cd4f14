"""The model of slackbridge.toml with the secrets of the environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from slackbridge.config.accounts import of_one_store
from slackbridge.config.sections import (
    AgentSettings,
    OpsSettings,
    RedisSettings,
    ReplySettings,
    RouteSettings,
    SlackSettings,
    StartSettings,
    TimingSettings,
)
from slackbridge.ports.settings import AccountSettings, Section


class Settings(Section):
    """All settings. `source` is the file they came from."""

    slack: SlackSettings
    redis: RedisSettings = RedisSettings()
    replies: ReplySettings = ReplySettings()
    agents: AgentSettings = AgentSettings()
    start: StartSettings = StartSettings()
    timing: TimingSettings = TimingSettings()
    ops: OpsSettings = OpsSettings()
    accounts: Annotated[tuple[AccountSettings, ...], Field(min_length=1)]
    routes: tuple[RouteSettings, ...] = ()
    source: str = ""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        names = [account.name for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two accounts are named {twice[0]!r}; every name must be unique")
        return self

    @model_validator(mode="after")
    def _stores_are_unique(self) -> Settings:
        if why := of_one_store(self.accounts):
            raise ValueError(why)
        return self

    def account(self, name: str) -> AccountSettings | None:
        """The account of that name."""
        return next((account for account in self.accounts if account.name == name), None)

    def marketplaces(self) -> dict[str, str]:
        """The marketplace of each account, by the account's name."""
        return {account.name: account.provider for account in self.accounts}

    def channels(self) -> tuple[str, ...]:
        """Every channel that tickets or notices may go to, each once."""
        named = (self.slack.channel, self.slack.ops_channel, *(r.channel for r in self.routes))
        return tuple(dict.fromkeys(channel for channel in named if channel))
