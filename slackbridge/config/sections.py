"""The sections of slackbridge.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from slackbridge.ports.redis_address import redis_address
from slackbridge.ports.settings import Seconds, Section, web_address

CHANNEL = r"^[CG][A-Z0-9]{2,}$"  # anchored: pydantic searches, it does not match whole values
COMMAND = r"^/[a-z0-9_-]{1,31}$"  # Slack: with the slash at most 32 characters, in lower case
SLASH = "/ticket"
HERE = ("127.0.0.1", "::1", "localhost")


def _slash(url: str) -> str:
    if not url:
        raise ValueError("must begin with https:// or http://")
    if url.startswith("http://") and urlsplit(url).hostname not in HERE:
        raise ValueError("must begin with https:// (http:// is only for a server on this machine)")
    return web_address(url).removesuffix("/") + "/"


def _redis_url(url: str) -> str:
    if url:
        redis_address(url)
    return url


class SlackSettings(Section):
    """[slack]: how the workspace is reached."""

    mode: Literal["socket", "http"] = "socket"
    api_url: Annotated[str, AfterValidator(_slash)] = "https://slack.com/api/"
    http_host: str = "0.0.0.0"  # noqa: S104 - a container's port must be reachable
    http_port: Annotated[int, Field(ge=0, le=65535)] = 3000
    channel: Annotated[str, Field(pattern=CHANNEL)]
    ops_channel: Annotated[str, Field(pattern=rf"{CHANNEL}|^$")] = ""
    command: Annotated[str, Field(pattern=COMMAND)] = SLASH
    deaf_minutes: Seconds = 10
    post_seconds: Seconds = 1.0
    post_burst: Annotated[int, Field(ge=1, le=20)] = 3
    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")


class RedisSettings(Section):
    """[redis]: where the journal is kept. '' = a server of our own under `data_dir`."""

    url: Annotated[str, AfterValidator(_redis_url), Field(repr=False)] = ""  # may hold a password
    data_dir: Path = Path("var/redis")
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,20}$")] = "sb"  # of every key

    def secrets(self) -> Iterator[str]:
        """The passwords in the address."""
        if self.url:
            yield from redis_address(self.url).secrets


class ReplySettings(Section):
    """[replies]: how a thread message becomes a reply."""

    mode: Literal["direct", "confirm", "explicit"] = "direct"
    undo_seconds: Seconds = 10
    note_prefixes: tuple[Annotated[str, Field(pattern=r"\S")], ...] = ("//", "note:", "🔒")
    fresh_minutes: Seconds = 15


PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")
HOST = r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$"
TYPE = r"^[a-z0-9.+-]+/([a-z0-9.+-]+|\*)$"


class FileSettings(Section):
    """[files]: which files go both ways. `loopback` is for a sandbox on this machine only."""

    outbound: bool = False
    inbound: Literal["links", "upload"] = "links"
    hosts: tuple[Annotated[str, Field(pattern=HOST)], ...] = ()
    types: tuple[Annotated[str, Field(pattern=TYPE)], ...] = PICTURES
    max_mb: Annotated[float, Field(gt=0, le=50)] = 10
    loopback: bool = False


Who = Annotated[str, Field(pattern=r"^(\*|[UWS][A-Z0-9]+)$")]


class AgentSettings(Section):
    """[agents]: who may act, and who of those may move money; ids of users and user groups.

    "*" = every full member.
    """

    allow: Annotated[tuple[Who, ...], Field(min_length=1)] = ("*",)
    money: tuple[Who, ...] = ()


Fact = Literal["provider", "account", "type", "topic", "country", "urgency", "status"]
Turn = Literal["assignee", "needs", "help", "kind"]
Condition = Literal[Fact, Turn]
# What a condition must say; every other one takes a word of the marketplace or of the settings.
SAYS: Mapping[str, tuple[str, ...]] = {
    "needs": ("agent",),
    "help": ("yes", "no"),
    "kind": ("order", "buyback"),
}


def _conditions(when: dict[Condition, str]) -> dict[Condition, str]:
    for name, value in when.items():
        words = SAYS.get(name)
        if words and value.casefold() not in words:
            raise ValueError(f"{name} must be {' or '.join(words)}, not {value!r}")
    return when


class RouteSettings(Section):
    """[[routes]]: tickets that match every condition go to this channel; first match wins."""

    when: Annotated[dict[Condition, str], AfterValidator(_conditions)] = Field(default_factory=dict)
    channel: Annotated[str, Field(pattern=CHANNEL)]


class StartSettings(Section):
    """[start]: what a first start shows."""

    recent_hours: Seconds = 24


class TimingSettings(Section):
    """[timing]: leases, patience and retries, in seconds."""

    lease_seconds: Annotated[float, Field(ge=0.5)] = 15
    call_timeout_seconds: Annotated[float, Field(gt=0)] = 10
    settle_seconds: Seconds = 15
    retry_seconds: Seconds = 2
    retry_max_seconds: Seconds = 60
    edit_seconds: Seconds = 1
    probe_seconds: Seconds = 900
    unauthorized_probe_seconds: Seconds = 60
    idle_seconds: Annotated[float, Field(gt=0)] = 2
    catch_up_hours: Seconds = 24
    sweep_seconds: Annotated[float, Field(ge=1)] = 120
    stop_seconds: Annotated[float, Field(gt=0, le=10)] = 8
    quarantine_after: Annotated[int, Field(ge=1)] = 12
    retention_days: Annotated[int, Field(ge=1)] = 180


class OpsSettings(Section):
    """[ops]: how the service shows itself. `health_port` 0 = no port (socket mode)."""

    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = "auto"
