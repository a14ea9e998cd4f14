"""`slackbridge manifest` as somebody types it who has nothing yet, and who has settings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from slackbridge.config.load import NoSecretsYet, load
from slackbridge.slack.app_manifest import BUILT_IN
from slackbridge.slack.manifest import USUAL
from slackbridge.slack.manifest import scopes as scopes_of
from tests.shell import typed

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "slackbridge.example.toml").read_text("utf-8")
HOST = "https://bridge.example.com"
PRINTED = (ROOT / "manifest.yml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is typed: an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def manifest(*words: str, **env: str) -> Ended:
    return Ended(*typed(["manifest", *words], {"COLUMNS": "200", **env}))


def settings(*changes: tuple[str, str]) -> None:
    """The example's settings with these changes."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    Path("slackbridge.toml").write_text(text, "utf-8")


def scopes(ended: Ended) -> set[str]:
    assert ended.code == 0, ended.err
    return {*yaml.safe_load(ended.out)["oauth_config"]["scopes"]["bot"]}


def test_in_an_empty_folder_it_is_the_file_at_the_top() -> None:
    ended = manifest()
    assert (ended.code, ended.out) == (0, PRINTED)
    assert ended.err.startswith("Note: there are no settings at slackbridge.toml yet: this asks")
    assert ended.err.count("\n") == 1
    elsewhere = manifest(SLACKBRIDGE_CONFIG="/etc/nothing/slackbridge.toml")
    assert elsewhere.out == ended.out
    assert "/etc/nothing/slackbridge.toml" in elsewhere.err


def test_mode_command_and_host_are_those_typed() -> None:
    ended = manifest("--mode", "http", "--command", "/rf", "--host", "bridge.example.com")
    told: Any = yaml.safe_load(ended.out)
    (command,) = told["features"]["slash_commands"]
    assert (command["command"], command["url"]) == ("/rf", f"{HOST}/slack/events")
    assert told["settings"]["socket_mode_enabled"] is False
    assert "/ticket" not in ended.out
    as_json = manifest("--json", "--command", "/rf", "--url", HOST)
    assert json.loads(as_json.out) == told


WRONG = {
    ("--mode", "rtm"): "--mode is socket or http, not 'rtm'.",
    ("--mode", "http"): "HTTP mode needs the host at which Slack reaches the bridge: add --url",
    ("--mode", "socket", "--url", HOST): "In Socket Mode Slack calls nothing: leave out --url",
    ("--url", "localhost:3000"): "--url: 'localhost:3000' is not reachable from the internet",
    ("--url", "http://a.example.com"): "--url: 'http://a.example.com' must be an https:// address",
    ("--command", "ticket"): "--command must be a slash and up to 31 of a-z, 0-9, _ and -",
    ("--command", "/Ticket"): "--command must be a slash",
    ("--command", "//rf"): "--command must be a slash",
    ("--command", "/" + "r" * 32): "--command must be a slash",
    ("--command", "/rf new"): "--command must be a slash",
    ("--command", "/rf\n"): "--command must be a slash",
    ("--command", "/status"): "/status is a command of Slack's own; choose another",
    ("--config", "nothing.toml"): "There is no configuration at nothing.toml.",
    ("--output", "no/such/folder.yml"): "no/such/folder.yml cannot be written: No such file",
    ("--output", "."): ". cannot be written: Is a directory.",
}


def test_what_cannot_be_is_one_line_with_the_remedy() -> None:
    for words, told in WRONG.items():
        end = manifest(*words)
        assert (end.code, end.out) == (2, ""), words
        assert end.err.startswith(told), (words, end.err)
        assert end.err.count("\n") == 1, words
    assert [*Path().iterdir()] == []


def test_an_option_that_is_none_is_refused_by_its_name() -> None:
    ended = manifest("--hots", "bridge.example.com")
    assert ended.code == 2
    assert "--hots" in ended.err


def test_settings_decide_before_there_is_any_token() -> None:
    """Both user groups and e-mail addresses are needed by some settings only."""
    settings()
    ended = manifest()
    assert ended.err == ""
    assert {*scopes_of(USUAL)} - scopes(ended) == {"usergroups:read"}
    settings(('allow = ["*"]', 'allow = ["S0AGENTS"]'))
    assert scopes(manifest()) == {*scopes_of(USUAL)}
    settings(("money = []", 'money = ["U0ANNA", "S0MONEY"]'))
    assert scopes(manifest()) == {*scopes_of(USUAL)}
    settings(('provider = "refurbed"', 'provider = "clickbank"'), ('"/ticket"', '"/help-desk"'))
    ended = manifest()
    assert {*scopes_of(USUAL)} - scopes(ended) == {"usergroups:read", "users:read.email"}
    assert "- command: /help-desk\n" in ended.out


def test_what_is_typed_goes_before_the_settings_and_says_what_to_set() -> None:
    settings()
    ended = manifest("--command", "/rf", "--url", "bridge.example.com")
    assert "- command: /rf\n" in ended.out
    assert ended.err.splitlines() == [
        'Note: slackbridge.toml names the command /ticket; set slack.command = "/rf", so that '
        "texts name the right one.",
        'Note: set slack.mode = "http" in slackbridge.toml, which says otherwise.',
    ]
    settings(('mode = "socket"', 'mode = "http"'))
    assert manifest().err.startswith("HTTP mode needs the host")
    assert manifest("--url", HOST).err == ""


def test_wrong_settings_are_named_as_everywhere() -> None:
    settings(("post_burst = 3", "post_burst = 0"))
    ended = manifest()
    assert (ended.code, ended.out) == (2, "")
    assert "slack.post_burst" in ended.err


def test_a_built_in_name_in_the_settings_is_refused_too() -> None:
    for name in ("/status", "/topic", "/remind"):
        assert name in BUILT_IN
    settings(('"/ticket"', '"/topic"'))
    assert manifest().err.startswith("/topic is a command of Slack's own")


def test_it_writes_a_file() -> None:
    ended = manifest("--output", "app.yml")
    assert ended.out == ""
    assert Path("app.yml").read_text("utf-8") == PRINTED


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    Path("slackbridge.toml").mkdir()
    assert manifest().err == "slackbridge.toml cannot be read: Is a directory.\n"
    (tmp_path / "file").touch()
    assert manifest(SLACKBRIDGE_CONFIG="file/none.toml").code == 0, "there is none"
    too_long = "x" * 300
    assert "File name too long" in manifest(SLACKBRIDGE_CONFIG=too_long).err


def test_settings_are_read_as_if_every_secret_were_set() -> None:
    settings()
    read = load(Path("slackbridge.toml"), NoSecretsYet())
    assert read.redis.url == "", "an override is no secret"
    assert read.ops.health_port == 0
    again = '[[accounts]]\nname = "second"\nprovider = "refurbed"\ntoken_env = "SECOND_TOKEN"\n\n'
    settings(("[replies]", again + "[replies]"))
    accounts = load(Path("slackbridge.toml"), NoSecretsYet()).accounts
    assert len({account.token.get_secret_value() for account in accounts}) == 2


@pytest.mark.parametrize(("page", "lines"), [("README.md", 1), ("docs/slack.md", 3)])
def test_what_the_pages_show_is_typed(page: str, lines: int) -> None:
    shown = (ROOT / page).read_text("utf-8")
    block = next(b for b in re.findall(r"```sh\n(.*?)```", shown, re.DOTALL) if " manifest" in b)
    commands = re.findall(r"^\S*slackbridge manifest\b([^#\n]*)", block, re.MULTILINE)
    assert len(commands) == lines
    settings()
    for command in commands:
        ended = manifest(*command.split())
        assert ended.code == 0, ended.err


@pytest.mark.long
@pytest.mark.timeout(300)
def test_it_works_from_an_installed_wheel(tmp_path: Path) -> None:
    """The wheel holds all that it needs. The build backend comes from the package index."""
    wheels, there = tmp_path / "wheels", tmp_path / "installed"
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, cwd=tmp_path)
    (wheel,) = wheels.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(there)
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "slackbridge", "manifest"],
        env={"PYTHONPATH": str(there)},
        cwd=tmp_path / "empty",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == PRINTED
