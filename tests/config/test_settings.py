"""Settings: what is refused, with which message, and that no secret is quoted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from slackbridge.config.errors import ConfigError
from slackbridge.config.load import load, path_of
from slackbridge.config.problems import sentence
from slackbridge.config.settings import Settings
from slackbridge.ports.settings import Section
from slackbridge.providers.registry import REGISTRY

EXAMPLE = Path(__file__).parents[2] / "slackbridge.example.toml"
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-a",
    "SLACK_APP_TOKEN": "xapp-1-a",
    "REFURBED_TOKEN": "0f8fad5b",
    "CLICKBANK_KEY": "API-1",
    "SELLAPP_TOKEN": "1|a",
    "SELLGATE_TOKEN": "sg_1",
}
SLACK = '[slack]\nchannel = "C0SUPPORT"\n'
ACCOUNT = '[[accounts]]\nname = "shop"\nprovider = "refurbed"\ntoken_env = "REFURBED_TOKEN"\n'
NO_SETTINGS = {"source", "bot_token", "app_token", "signing_secret", "token", "webhook_secret"}


def read(tmp_path: Path, text: str, **environ: str) -> Settings:
    path = tmp_path / "slackbridge.toml"
    path.write_text(text, "utf-8")
    return load(path, {**SECRETS, **environ})


def test_the_least_that_works(tmp_path: Path) -> None:
    settings = read(tmp_path, SLACK + ACCOUNT)
    assert settings.slack.bot_token.get_secret_value() == "xoxb-1-a"
    assert settings.accounts[0].token.get_secret_value() == "0f8fad5b"
    assert settings.channels() == ("C0SUPPORT",)
    assert settings.account("shop") is settings.accounts[0]
    assert settings.account("other") is None
    assert not [secret for secret in SECRETS.values() if secret in repr(settings)]


def test_the_environment_wins(tmp_path: Path) -> None:
    text = SLACK + ACCOUNT + '[redis]\nurl = "redis://file"\n'
    settings = read(tmp_path, text, REDIS_URL="redis://env", SLACKBRIDGE_HEALTH_PORT="81")
    assert (settings.redis.url, settings.ops.health_port) == ("redis://env", 81)


@pytest.mark.parametrize(
    ("given", "environ", "path"),
    [
        ("a.toml", {"SLACKBRIDGE_CONFIG": "b.toml"}, "a.toml"),
        ("", {"SLACKBRIDGE_CONFIG": "b.toml"}, "b.toml"),
        ("", {}, "slackbridge.toml"),
    ],
)
def test_where_the_file_is(given: str, environ: dict[str, str], path: str) -> None:
    assert path_of(given, environ) == Path(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[slack", "is not valid TOML"),
        (ACCOUNT, "slack.channel is missing"),
        (SLACK, "accounts is missing"),
        (SLACK + "accounts = []", "slack.accounts is not a setting"),
        ("accounts = 5\n" + SLACK, "accounts: Input should be a valid tuple (it is 5)"),
        ("slack = 5\n" + ACCOUNT, "slack: "),
        ("redis = 5\n" + SLACK + ACCOUNT, "redis: "),
        (SLACK + "chanel = 'C0'\n" + ACCOUNT, "slack.chanel is not a setting; remove it or"),
        ('[slack]\nchannel = "#support"\n' + ACCOUNT, "a channel id such as C0123ABCD, not a name"),
        ('[slack]\nchannel = "x C0SUPPORT"\n' + ACCOUNT, "(it is 'x C0SUPPORT')"),
        (SLACK + 'ops_channel = "ops"\n' + ACCOUNT, "slack.ops_channel must be a channel id"),
        (SLACK + 'command = "ticket"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'command = "//rf"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'command = "/Rf"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'command = "/rf new"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'command = "/"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'command = "/rf\\n"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + f'command = "/{"r" * 32}"\n' + ACCOUNT, "slack.command must be a slash and"),
        (SLACK + 'mode = "rtm"\n' + ACCOUNT, "slack.mode: Input should be 'socket' or 'http'"),
        (SLACK + 'api_url = "slack.com"\n' + ACCOUNT, "slack.api_url: must begin with https://"),
        (SLACK + "http_port = 70000\n" + ACCOUNT, "slack.http_port: "),
        (SLACK + 'bot_token = "xoxb-9"\n' + ACCOUNT, "slack.bot_token must not be in the file"),
        (SLACK + ACCOUNT + 'token = "s3cret"\n', "accounts.shop.token must not be in the file"),
        (SLACK + ACCOUNT.replace("REFURBED_TOKEN", "0f8f-ad"), "the token itself must not be"),
        (SLACK + ACCOUNT.replace("REFURBED_TOKEN", "OTHER"), "OTHER is not set in the environment"),
        (SLACK + ACCOUNT.replace('"shop"', '"My Shop"'), "use 1-40 lower-case letters"),
        (SLACK + ACCOUNT + "poll_seconds = 0\n", "accounts.0.poll_seconds: "),
        (SLACK + ACCOUNT + 'base_url = "ftp://x"\n', "accounts.0.base_url: must begin with https"),
        (SLACK + ACCOUNT + ACCOUNT, "two accounts are named 'shop'"),
        (SLACK + ACCOUNT + '[redis]\nurl = "localhost"\n', "redis.url: must begin with redis://"),
        (SLACK + ACCOUNT + '[redis]\nprefix = "sb:2"\n', "redis.prefix: "),
        (SLACK + ACCOUNT + '[redis]\nprefix = ""\n', "redis.prefix: "),
        (SLACK + ACCOUNT + f'[redis]\nprefix = "{21 * "a"}"\n', "redis.prefix: "),
        (SLACK + ACCOUNT + "[replies]\nundo_seconds = inf\n", "replies.undo_seconds: "),
        (SLACK + ACCOUNT + "[replies]\nundo_seconds = -1\n", "(it is -1)"),
        (
            SLACK + ACCOUNT + '[replies]\nnote_prefixes = [""]\n',
            "replies.note_prefixes.0 must be visible text",
        ),
        (SLACK + ACCOUNT + '[agents]\nallow = ["@peter"]\n', 'agents.allow.0 must be "*", or ids'),
        (SLACK + ACCOUNT + '[agents]\nmoney = ["@peter"]\n', 'agents.money.0 must be "*", or'),
        (SLACK + ACCOUNT + "[agents]\nallow = []\n", "agents.allow: "),
        (
            SLACK + ACCOUNT + '[[routes]]\nchannel = "C0B"\nwhen = { colour = "x" }\n',
            "routes.0.when.colour",
        ),
        (
            SLACK + ACCOUNT + '[[routes]]\nchannel = "C0B"\nwhen = { kind = "x" }\n',
            "routes.0.when: kind must be order or buyback, not 'x'",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert sentence in str(caught.value)
    assert "xoxb-9" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "0f8f-ad" not in str(caught.value)


TIMES = SLACK + ACCOUNT + "[timing]\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TIMES + "lease_seconds = 10\n", "timing.call_timeout_seconds (10) must be below timing."),
        (TIMES + "call_timeout_seconds = 15\n", "must be below timing.lease_seconds (15)"),
        (TIMES + "lease_seconds = 10.1\n", ""),
        (TIMES + "retry_seconds = 61\n", "at most timing.retry_max_seconds (60)"),
        (TIMES + "retry_seconds = 60\n", ""),
        (TIMES + "retry_seconds = 0\n", "timing.retry_seconds (0) must be above 0"),
        (TIMES + "retry_max_seconds = 0\n", "at most timing.retry_max_seconds (0)"),
        (TIMES + "settle_seconds = 0\n", "timing.settle_seconds (0) must be above 0"),
        (TIMES + "retention_days = 1\ncatch_up_hours = 25\n", "lower catch_up_hours"),
        (TIMES + "retention_days = 1\ncatch_up_hours = 24\n", ""),
        (SLACK + 'mode = "http"\nhttp_port = 0\n' + ACCOUNT, "slack.http_port (0) must name a"),
        (SLACK + "http_port = 0\n" + ACCOUNT, ""),
        (SLACK + "deaf_minutes = 1\n" + ACCOUNT, "slack.deaf_minutes (1) is no longer than 60"),
        (SLACK + "deaf_minutes = 1.1\n" + ACCOUNT, ""),
        (SLACK + "deaf_minutes = 0\n" + ACCOUNT, ""),
        (SLACK + "deaf_minutes = -1\n" + ACCOUNT, "slack.deaf_minutes: "),
        (TIMES + "retry_max_seconds = 3600\n", ""),  # as ever: connections wait a minute at most
        (SLACK + ACCOUNT + "timeout_seconds = 0\n", "accounts.0.timeout_seconds: "),
        (SLACK + ACCOUNT + "timeout_seconds = 60\n", ""),  # a slow read renews its lease
        (
            SLACK + ACCOUNT + '[agents]\nallow = ["U1"]\nmoney = ["U2"]\n',
            "agents.money names U2, whom agents.allow does not let act",
        ),
        (SLACK + ACCOUNT + '[agents]\nallow = ["U1", "S1"]\nmoney = ["U2"]\n', ""),
        (SLACK + ACCOUNT + '[agents]\nallow = ["U1"]\nmoney = ["*", "S1"]\n', ""),
        (SLACK + ACCOUNT + '[agents]\nmoney = ["U2"]\n', ""),
    ],
)
def test_what_cannot_work_together_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    if not sentence:
        assert read(tmp_path, text)
        return
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, SLACK_SIGNING_SECRET="0a1b")
    (line,) = [line for line in str(caught.value).splitlines() if line.startswith("  - ")]
    assert sentence in line


@pytest.mark.parametrize(
    ("environ", "mode", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "socket", "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": " "}, "socket", "SLACK_APP_TOKEN is not set"),
        ({}, "http", "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "socket", "does not begin with 'xoxb-'"),
        ({"SLACK_BOT_TOKEN": "xoxb-1 2"}, "socket", "SLACK_BOT_TOKEN holds a character"),
        ({"REFURBED_TOKEN": ""}, "socket", "REFURBED_TOKEN is not set"),
        ({"REFURBED_TOKEN": "a\nb"}, "socket", "REFURBED_TOKEN holds a character"),
        ({"REDIS_URL": "http://u:pw-1@h"}, "socket", "redis.url: must begin with redis://"),
        ({"SLACKBRIDGE_HEALTH_PORT": "x"}, "socket", "ops.health_port: "),
    ],
)
def test_secrets_that_cannot_be_right(
    tmp_path: Path, environ: dict[str, str], mode: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f'{SLACK}mode = "{mode}"\n{ACCOUNT}', **environ)
    assert sentence in str(caught.value)
    assert "pw-1" not in str(caught.value)


def test_a_pattern_of_a_marketplace_is_said_as_it_is() -> None:
    class Shop(Section):
        channel: str = Field(pattern="^[a-z]+$")

    with pytest.raises(ValidationError) as caught:
        Shop.model_validate({"channel": "B2B"})
    error: ErrorDetails = {**caught.value.errors()[0], "loc": ("accounts", 0, "channel")}
    told = "accounts.0.channel: String should match pattern '^[a-z]+$' (it is 'B2B')"
    assert sentence(error) == told


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "[slack]\nmode = 'x'\n" + ACCOUNT, REFURBED_TOKEN="", SLACK_BOT_TOKEN="")
    assert len(str(caught.value).splitlines()) == 1 + 4


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Copy slackbridge\.example\.toml there"):
        load(tmp_path / "none.toml", SECRETS)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, SECRETS)


# The example


def uncommented() -> str:
    """The example with every commented setting and table in force."""
    return re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", EXAMPLE.read_text("utf-8"))


def names(model: type[BaseModel], where: str = "") -> set[str]:
    """Every setting of a model, dotted; a list of tables counts as one table."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        parts = [field.annotation, *getattr(field.annotation, "__args__", ())]
        section = next((p for p in parts if isinstance(p, type) and issubclass(p, Section)), None)
        if name not in NO_SETTINGS:
            found |= names(section, f"{where}{name}.") if section else {where + name}
    return found


def named(table: dict[str, Any], where: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in table.items():
        for item in value if isinstance(value, list) else [value]:
            deeper = isinstance(item, dict) and name != "when"
            found |= named(item, f"{where}{name}.") if deeper else {where + name}
        found |= {where + name} if value == [] else set()
    return found


def test_the_example_loads_as_it_is(tmp_path: Path) -> None:
    settings = read(tmp_path, EXAMPLE.read_text("utf-8"))
    required = {"slack": {"channel": settings.slack.channel}, "accounts": settings.accounts}
    defaults = Settings.model_validate(required)
    for name in ("redis", "replies", "agents", "start", "timing", "ops", "routes"):
        assert getattr(settings, name) == getattr(defaults, name)
    assert settings.slack.model_dump(exclude=NO_SETTINGS) == defaults.slack.model_dump(
        exclude=NO_SETTINGS
    )


def test_the_example_names_every_setting(tmp_path: Path) -> None:
    read(tmp_path, uncommented())
    own = {
        f"accounts.{name}"
        for factory in REGISTRY.values()
        for name in factory.settings.model_fields
        if name not in NO_SETTINGS
    }
    assert named(tomllib.loads(uncommented())) == names(Settings) | own


def test_settings_of_another_marketplace_are_ignored(tmp_path: Path) -> None:
    """The example of earlier versions showed SellApp's in an account of refurbed."""
    others = 'api_version = "v1"\nstore = "s"\nwebhook_secret_env = ""\nwebhook_header = ""\n'
    assert read(tmp_path, SLACK + ACCOUNT + others) == read(tmp_path, SLACK + ACCOUNT)
    with pytest.raises(ConfigError, match=r"accounts\.0\.webhook_secret is not a setting"):
        read(tmp_path, SLACK + ACCOUNT + 'webhook_secret = "in the file"\n')
