"""Settings: slackbridge.toml plus secrets from the environment. The only reader of both.

Unknown keys and impossible values are refused, naming the key, its value and the remedy.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from slackbridge.complaint import complaint, report
from slackbridge.model import ACCOUNT_NAME

CHANNEL = r"^[CG][A-Z0-9]{2,}$"  # anchored: pydantic searches, it does not match whole values
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TOKEN = re.compile(r"[!-~]+")
HERE = ("127.0.0.1", "::1", "localhost")
Seconds = Annotated[float, Field(ge=0)]


class ConfigError(Exception):
    """The configuration cannot be used; the text says what is wrong and what to do."""


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _web(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return url


def _slash(url: str) -> str:
    if not url:
        raise ValueError("must begin with https:// or http://")
    if url.startswith("http://") and urlsplit(url).hostname not in HERE:
        raise ValueError("must begin with https:// (http:// is only for a server on this machine)")
    return _web(url) if url.endswith("/") else _web(url) + "/"


def _redis_url(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return url


def _variable(name: str) -> str:
    if not VARIABLE.fullmatch(name):
        raise ValueError(
            "names the environment variable that holds the token, such as REFURBED_TOKEN; "
            "the token itself must not be in the file"
        )
    return name


def _account_name(name: str) -> str:
    if not ACCOUNT_NAME.fullmatch(name):
        raise ValueError("use 1-40 lower-case letters, digits and hyphens")
    return name


class Slack(Section):
    """[slack]: how the workspace is reached."""

    mode: Literal["socket", "http"] = "socket"
    api_url: Annotated[str, AfterValidator(_slash)] = "https://slack.com/api/"
    http_host: str = "0.0.0.0"  # noqa: S104 - a container's port must be reachable
    http_port: Annotated[int, Field(ge=0, le=65535)] = 3000
    channel: Annotated[str, Field(pattern=CHANNEL)]
    ops_channel: Annotated[str, Field(pattern=rf"{CHANNEL}|^$")] = ""
    command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/ticket"
    post_seconds: Seconds = 1.0
    post_burst: Annotated[int, Field(ge=1, le=20)] = 3
    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")


class Redis(Section):
    """[redis]: where the journal is kept. '' = a server of our own under `data_dir`."""

    url: Annotated[str, AfterValidator(_redis_url), Field(repr=False)] = ""  # may hold a password
    data_dir: Path = Path("var/redis")


class Replies(Section):
    """[replies]: how a thread message becomes a reply."""

    mode: Literal["direct", "confirm", "explicit"] = "direct"
    undo_seconds: Seconds = 10
    note_prefixes: tuple[Annotated[str, Field(pattern=r"\S")], ...] = ("//", "note:", "🔒")
    fresh_minutes: Seconds = 15


Who = Annotated[str, Field(pattern=r"^(\*|[UWS][A-Z0-9]+)$")]


class Agents(Section):
    """[agents]: who may act, and who of them may move money; ids of users and user groups.

    "*" = every full member.
    """

    allow: Annotated[tuple[Who, ...], Field(min_length=1)] = ("*",)
    money: tuple[Who, ...] = ()


class Route(Section):
    """[[routes]]: tickets that match every condition go to this channel; first match wins."""

    when: dict[
        Literal["provider", "account", "type", "topic", "country", "urgency", "status"], str
    ] = {}
    channel: Annotated[str, Field(pattern=CHANNEL)]


class Account(Section):
    """[[accounts]]: one store on one marketplace. The token is read from `token_env`."""

    name: Annotated[str, AfterValidator(_account_name)]
    provider: str
    base_url: Annotated[str, AfterValidator(_web)] = ""
    token_env: Annotated[str, AfterValidator(_variable)]
    poll_seconds: Annotated[float, Field(ge=0.05)] = 30
    full_walk_seconds: Seconds = 300
    per_second: Annotated[float, Field(gt=0)] | None = None
    ticket_url: Annotated[str, AfterValidator(_web)] = ""
    token: SecretStr = SecretStr("")
    timeout_seconds: Seconds = 10
    api_version: Literal["v2", "v1"] = "v2"
    store: str = ""
    webhook_secret_env: str = ""
    webhook_secret: SecretStr = SecretStr("")
    webhook_header: str = ""


class Start(Section):
    """[start]: what a first start shows."""

    recent_hours: Seconds = 24


class Timing(Section):
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
    stop_seconds: Annotated[float, Field(gt=0, le=10)] = 8
    quarantine_after: Annotated[int, Field(ge=1)] = 12
    retention_days: Annotated[int, Field(ge=1)] = 180


class Ops(Section):
    """[ops]: how the service shows itself. `health_port` 0 = no port (socket mode)."""

    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = "auto"


class Settings(Section):
    """Everything. `source` is the file it came from."""

    slack: Slack
    redis: Redis = Redis()
    replies: Replies = Replies()
    agents: Agents = Agents()
    start: Start = Start()
    timing: Timing = Timing()
    ops: Ops = Ops()
    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    routes: tuple[Route, ...] = ()
    source: str = ""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        names = [account.name for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two accounts are named {twice[0]!r}; every name must be unique")
        return self

    def account(self, name: str) -> Account | None:
        """The account of that name."""
        return next((account for account in self.accounts if account.name == name), None)

    def channels(self) -> tuple[str, ...]:
        """Every channel that tickets or notices may go to, each once."""
        named = (self.slack.channel, self.slack.ops_channel, *(r.channel for r in self.routes))
        return tuple(dict.fromkeys(channel for channel in named if channel))


SECRETS = {
    "bot_token": "SLACK_BOT_TOKEN",
    "app_token": "SLACK_APP_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
}
OVERRIDES = {"REDIS_URL": ("redis", "url"), "SLACKBRIDGE_HEALTH_PORT": ("ops", "health_port")}
PREFIXES = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}


def path_of(given: str = "", environ: Mapping[str, str] = os.environ) -> Path:
    """`--config`, else SLACKBRIDGE_CONFIG, else ./slackbridge.toml."""
    return Path(given or environ.get("SLACKBRIDGE_CONFIG", "") or "slackbridge.toml")


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file and the secrets. Raises ConfigError with everything that is wrong."""
    raw = _read(path)
    problems: list[str] = []
    raw["source"] = str(path)
    slack = raw.setdefault("slack", {})
    if isinstance(slack, dict):
        slack |= _slack_secrets(slack, environ, problems)
    accounts = raw.get("accounts")
    for account in accounts if isinstance(accounts, list) else ():
        if isinstance(account, dict):
            account |= _token(account, environ, problems)
    for name, (section, key) in OVERRIDES.items():
        table = raw.setdefault(section, {})
        if environ.get(name) and isinstance(table, dict):
            table[key] = environ[name]
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        problems += [complaint(item) for item in error.errors()]
        raise ConfigError(report(str(path), problems)) from None
    if problems:
        raise ConfigError(report(str(path), problems))
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration at {path}. Copy slackbridge.example.toml there, "
            "or name another file with --config or SLACKBRIDGE_CONFIG."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None


def _slack_secrets(
    slack: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]
) -> dict[str, str]:
    needed = {"SLACK_BOT_TOKEN"}
    needed.add("SLACK_SIGNING_SECRET" if slack.get("mode") == "http" else "SLACK_APP_TOKEN")
    found: dict[str, str] = {}
    for field, name in SECRETS.items():
        if field in slack:
            problems.append(f"slack.{field} must not be in the file; set {name} in the environment")
        value = environ.get(name, "").strip()
        found[field] = value
        if name in needed and not value:
            problems.append(f"{name} is not set in the environment")
        elif value and not value.startswith(PREFIXES.get(name, "")):
            problems.append(f"{name} does not begin with {PREFIXES[name]!r}; is it another token?")
        elif value and not TOKEN.fullmatch(value):
            problems.append(f"{name} holds a character that no token has; copy it again")
    return found


def _token(
    account: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]
) -> dict[str, str]:
    name = str(account.get("token_env", ""))
    name = name if VARIABLE.fullmatch(name) else ""  # else the model says what is wrong
    value = environ.get(name, "").strip() if name else ""
    if "token" in account:
        problems.append(f"accounts.{account.get('name')}.token must not be in the file")
    if name and not value:
        problems.append(
            f"{name} is not set in the environment (token of account {account.get('name')!r})"
        )
    elif value and not TOKEN.fullmatch(value):
        problems.append(f"{name} holds a character that no token has; copy it again")
    return {"token": value, "webhook_secret": _hook_secret(account, environ, problems)}


def _hook_secret(
    account: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]
) -> str:
    name = str(account.get("webhook_secret_env", ""))
    if "webhook_secret" in account:
        problems.append(f"accounts.{account.get('name')}.webhook_secret must not be in the file")
    value = environ.get(name, "").strip() if name else ""
    if name and not value:
        problems.append(f"{name} is not set in the environment (webhook_secret_env)")
    return value


def child_environment(secrets: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with these secrets, and with nothing else that would configure us."""
    ours = {"REDIS_URL", "SLACKBRIDGE_CONFIG", "SLACKBRIDGE_HEALTH_PORT", *SECRETS.values()}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, **secrets}
