"""Ways to get the configuration wrong, each a change of the complete one, and their refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.golden.forms import RECORDED, Json
from tests.golden.typed import Command, Ended, run

COMPLETE = (RECORDED / "complete.toml").read_text("utf-8")
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-a",
    "SLACK_SIGNING_SECRET": "0123456789abcdef",
    "REFURBED_TOKEN": "0f8fad5b",
    "CLICKBANK_KEY": "API-1",
    "SELLAPP_TOKEN": "1|a",
    "SELLAPP_WEBHOOK_SECRET": "hook-secret",
    "SELLGATE_TOKEN": "sg_1",
}
SHOW = ("show", "refurbed-at:1")
METADATA = "Metadata-Version: 2.1\nName: acme\nVersion: 1\n"
ENTRY = "[slackbridge.providers]\nacme = acme_shop:ACME\n"


@dataclass(frozen=True, slots=True)
class Wrong:
    """`old` of the configuration becomes `new`; or something else is typed, or set."""

    old: str = ""
    new: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[str] = SHOW


WRONG: Mapping[str, Wrong] = {
    "unknown table": Wrong("[start]", "[begin]"),
    "unknown key of slack": Wrong("post_burst =", "post_bursts ="),
    "unknown key of an account": Wrong("full_walk_seconds =", "walk_seconds ="),
    "unknown key of replies": Wrong("undo_seconds =", "undo ="),
    "unknown key of timing": Wrong("retention_days =", "retention ="),
    "unknown condition of a route": Wrong('topic = "battery"', 'subject = "battery"'),
    "no channel": Wrong('channel = "C0SUPPORT"\n', ""),
    "a channel's name": Wrong('"C0SUPPORT"', '"#support"'),
    "a route's channel": Wrong('"G0LAST"', '"last"'),
    "no slash command": Wrong('"/help-desk_2"', '"ticket"'),
    "unknown mode": Wrong('mode = "http"', 'mode = "rtm"'),
    "a port too high": Wrong("3001", "70000"),
    "plain http": Wrong("http://127.0.0.1:8031/api", "http://slack.example.com/api"),
    "a burst of none": Wrong("post_burst = 5", "post_burst = 0"),
    "an account's name": Wrong('name = "sellgate-main"', 'name = "Sellgate"'),
    "two of a name": Wrong('name = "sellgate-main"', 'name = "sellapp-main"'),
    "unknown provider": Wrong('provider = "sellgate"', 'provider = "sellgait"'),
    "another package's provider": Wrong('provider = "sellgate"', 'provider = "acme"'),
    "a token in the file": Wrong('token_env = "SELLGATE_TOKEN"', 'token = "sg_live_secret"'),
    "a token for its variable": Wrong('"SELLGATE_TOKEN"', '"sg_live-secret"'),
    "a secret of webhooks in the file": Wrong("webhook_secret_env", "webhook_secret"),
    "a poll without pause": Wrong("poll_seconds = 31", "poll_seconds = 0"),
    "unknown version": Wrong('api_version = "v1"', 'api_version = "v3"'),
    "an address of nothing": Wrong("https://api.example.com", "ftp://api.example.com"),
    "unknown way to reply": Wrong('mode = "confirm"', 'mode = "ask"'),
    "less than nothing": Wrong("undo_seconds = 11", "undo_seconds = -1"),
    "an invisible prefix": Wrong('"memo:"', '" "'),
    "agents by name": Wrong('"W0BEN"', '"@ben"'),
    "no agents": Wrong('["U0ANNA", "W0BEN", "S0AGENTS"]', "[]"),
    "a redis of the web": Wrong('"redis://127.0.0.1:1/0"', '"http://127.0.0.1"'),
    "unknown level": Wrong('log_level = "warning"', 'log_level = "loud"'),
    "a lease too short": Wrong("lease_seconds = 16", "lease_seconds = 0.1"),
    "a stop too long": Wrong("stop_seconds = 9", "stop_seconds = 11"),
    "words for a number": Wrong("quarantine_after = 13", 'quarantine_after = "often"'),
    "no TOML": Wrong("[slack]", "[slack"),
    "no bot token": Wrong(env={"SLACK_BOT_TOKEN": ""}),
    "an app token for a bot's": Wrong(env={"SLACK_BOT_TOKEN": "xapp-1-a"}),
    "no app token": Wrong('mode = "http"', 'mode = "socket"'),
    "no signing secret": Wrong(env={"SLACK_SIGNING_SECRET": ""}),
    "no token of an account": Wrong(env={"CLICKBANK_KEY": ""}),
    "no secret of webhooks": Wrong(env={"SELLAPP_WEBHOOK_SECRET": ""}),
    "a token with a space": Wrong(env={"SELLGATE_TOKEN": "sg 1"}),
    "a port that is no number": Wrong(env={"SLACKBRIDGE_HEALTH_PORT": "x"}),
    "no file": Wrong(env={"SLACKBRIDGE_CONFIG": "none.toml"}),
    "no key": Wrong(words=("show", "nonsense")),
    "no such account": Wrong(words=("show", "other:1")),
    "a poll for ever": Wrong(words=("poll", "--dry-run")),
    "no date": Wrong(words=("export", "--since", "yesterday")),
}


def refusals(folder: Path, more: Sequence[Command] = ()) -> tuple[Json, list[Ended]]:
    """How each of them ends, without the folder's name; and how `more` commands do."""
    _acme(folder / "packages")
    commands = [_command(name, wrong, folder) for name, wrong in WRONG.items()]
    ended = run([*commands, *more], folder)
    found = {
        name: {"code": end.code, "says": (end.out + end.err).replace(f"{folder}/", "")}
        for name, end in zip(WRONG, ended, strict=False)
    }
    return found, ended[len(commands) :]


def _command(name: str, wrong: Wrong, folder: Path) -> Command:
    assert wrong.old in COMPLETE, name
    path = folder / f"{name.replace(' ', '-')}.toml"
    path.write_text(COMPLETE.replace(wrong.old, wrong.new, 1), "utf-8")
    env = {**SECRETS, "SLACKBRIDGE_CONFIG": str(path), **wrong.env}
    return Command(wrong.words, env, (str(folder / "packages"),))


def _acme(packages: Path) -> None:
    """A package that offers a marketplace by an entry point, but lacks its module."""
    info = packages / "acme-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(METADATA, "utf-8")
    (info / "entry_points.txt").write_text(ENTRY, "utf-8")
