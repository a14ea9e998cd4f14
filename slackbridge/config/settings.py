"""The model of slackbridge.toml with the secrets of the environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from slackbridge.config.accounts import of_one_store
from slackbridge.config.sections import (
    AgentSettings,
    FileSettings,
    OpsSettings,
    RedisSettings,
    ReplySettings,
    RouteSettings,
    SlackSettings,
    StartSettings,
    TimingSettings,
)
from slackbridge.ports.settings import AccountSettings, Section

SOCKET_RETRY_SECONDS = 60.0
"""The longest wait for a connection of Socket Mode, however long the others may be."""


class Settings(Section):
    """All settings. `source` is the file they came from."""

    slack: SlackSettings
    redis: RedisSettings = RedisSettings()
    replies: ReplySettings = ReplySettings()
    files: FileSettings = FileSettings()
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

    @model_validator(mode="after")
    def _settings_go_together(self) -> Settings:
        for problem in (*_in_time(self.timing), *_reachable(self)):
            raise ValueError(problem)
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


def _in_time(timing: TimingSettings) -> Iterator[str]:
    """What cannot work together, each with the remedy."""
    call, lease = timing.call_timeout_seconds, timing.lease_seconds
    if call >= lease:  # another process would begin while the call is still on its way
        yield (
            f"timing.call_timeout_seconds ({call:g}) must be below timing.lease_seconds "
            f"({lease:g}): a call would outlive the lease it is made under; raise lease_seconds"
        )
    first, most = timing.retry_seconds, timing.retry_max_seconds
    if not 0 < first <= most:  # without a pause one ticket that fails is tried all the time
        yield (
            f"timing.retry_seconds ({first:g}) must be above 0 and at most "
            f"timing.retry_max_seconds ({most:g}), the longest wait; correct one of them"
        )
    if timing.settle_seconds <= 0:  # two looks at one moment prove nothing: it would be sent twice
        yield (
            "timing.settle_seconds (0) must be above 0: it is the time between the two looks after "
            "which a lost reply is sent again; 15 is usual"
        )
    if timing.catch_up_hours > timing.retention_days * 24:  # activity is not remembered for longer
        yield (
            f"timing.catch_up_hours ({timing.catch_up_hours:g}) is longer than "
            f"timing.retention_days ({timing.retention_days}) remember; lower catch_up_hours"
        )


def _reachable(settings: Settings) -> Iterator[str]:
    slack, agents = settings.slack, settings.agents
    if slack.mode == "http" and slack.http_port == 0:  # any free port: nobody can tell Slack which
        yield 'slack.http_port (0) must name a port with slack.mode = "http": Slack calls it'
    deaf = slack.deaf_minutes
    longest = min(settings.timing.retry_max_seconds, SOCKET_RETRY_SECONDS)
    if slack.mode == "socket" and 0 < deaf * 60 <= longest:  # it would end before it tries again
        yield (
            f"slack.deaf_minutes ({deaf:g}) is no longer than {longest:g} seconds, the longest "
            "wait before Slack is asked for a connection again; raise it, or set 0 for never"
        )
    plain = all(entry[0] in "UW" for entry in agents.allow)  # who is in a group only Slack knows
    strangers = [who for who in agents.money if who[0] in "UW" and who not in agents.allow]
    if plain and strangers:
        yield (
            f"agents.money names {strangers[0]}, whom agents.allow does not let act at all; add "
            "them there"
        )
