"""Reading slackbridge.toml and the secrets of the environment. The only reader of both."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from slackbridge.config.accounts import Accounts, is_token
from slackbridge.config.errors import ConfigError
from slackbridge.config.problems import sentence, summary
from slackbridge.config.settings import Settings

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


def there(path: Path) -> bool:
    """Whether there is such a file; one that cannot be looked at is for `load` to name."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file and the secrets. Raises ConfigError with all problems."""
    raw = _read(path)
    problems: list[str] = []
    raw["source"] = str(path)
    slack = raw.setdefault("slack", {})
    if isinstance(slack, dict):
        slack |= _slack_secrets(slack, environ, problems)
    accounts = Accounts(environ, problems)
    if isinstance(raw.get("accounts"), list):
        raw["accounts"] = [accounts.read(table, at) for at, table in enumerate(raw["accounts"])]
    for name, (section, key) in OVERRIDES.items():
        table = raw.setdefault(section, {})
        if environ.get(name) and isinstance(table, dict):
            table[key] = environ[name]
    settings, errors = _validated(raw, accounts.errors)
    problems += [sentence(error) for error in errors]
    if problems or settings is None:
        raise ConfigError(summary(str(path), problems))
    if accounts.unknown:
        raise ConfigError(accounts.unknown[0])
    return settings


class NoSecretsYet(Mapping[str, str]):
    """An environment in which every secret is set, to what is none; nothing else is.

    Before the Slack app is created there are no tokens, but settings that say what it needs.
    """

    def __getitem__(self, name: str) -> str:
        if name in OVERRIDES:
            raise KeyError(name)
        return f"{PREFIXES.get(name, '')}{name}"

    def __iter__(self) -> Iterator[str]:
        return iter(SECRETS.values())

    def __len__(self) -> int:
        return len(SECRETS)


def _validated(
    raw: Mapping[str, Any], of_accounts: Sequence[ErrorDetails]
) -> tuple[Settings | None, list[ErrorDetails]]:
    """The settings if they are valid, and the errors in the order of the sections."""
    settings, found = None, [*of_accounts]
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = [*error.errors(), *of_accounts]
    # An error of the settings as a whole may come from an account that could not be read.
    found = [error for error in found if error["loc"] or not of_accounts]
    order = {name: at for at, name in enumerate(Settings.model_fields)}
    found.sort(key=lambda error: order.get(".".join(map(str, error["loc"][:1])), len(order)))
    return settings, found


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
        elif value and not is_token(value):
            problems.append(f"{name} holds a character that no token has; copy it again")
    return found


def child_environment(secrets: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these secrets and no other setting of ours."""
    ours = {"REDIS_URL", "SLACKBRIDGE_CONFIG", "SLACKBRIDGE_HEALTH_PORT", *SECRETS.values()}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, **secrets}
