"""The command that writes the manifest of the Slack app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from slackbridge import wiring
from slackbridge.cli.context import ConfigPath
from slackbridge.config import load
from slackbridge.config.errors import ConfigError
from slackbridge.config.sections import COMMAND, SLASH
from slackbridge.config.settings import Settings
from slackbridge.slack.app_manifest import BUILT_IN, AppManifest, request_url
from slackbridge.slack.manifest import USUAL

MODES = ("socket", "http")
NO_SETTINGS = (
    "there are no settings at {path} yet: this asks for every scope that some setting needs, and "
    "with settings for fewer."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed; '' = not given."""

    mode: str = ""
    command: str = ""
    url: str = ""


def manifest(
    mode: Annotated[
        str, typer.Option("--mode", help="socket or http (default: that of the settings).")
    ] = "",
    command: Annotated[
        str, typer.Option("--command", help=f"The slash command, such as {SLASH}.")
    ] = "",
    url: Annotated[
        str, typer.Option("--url", "--host", help="HTTP mode: the host that Slack calls.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Write this file instead of printing.")
    ] = "",
    config_path: ConfigPath = "",
) -> None:
    """Write the manifest of the Slack app: for the settings, or for what is said here.

    It needs no tokens. Without settings it asks for every scope that some setting needs.
    """
    asked = Asked(mode, command, url)
    settings = _settings(config_path)
    app = app_manifest(asked, settings)
    text = app.as_json() if as_json else app.as_yaml()
    if output:
        _write(Path(output), text)
    else:
        typer.echo(text, nl=False)
    for note in notes(app, settings):
        typer.echo(f"Note: {note}", err=True)


def app_manifest(asked: Asked, settings: Settings | None) -> AppManifest:
    """The manifest for what was typed, else for the settings. Raises ConfigError."""
    slack = settings.slack if settings else None
    mode = asked.mode or ("http" if asked.url else "") or (slack.mode if slack else "socket")
    if mode not in MODES:
        raise ConfigError(f"--mode is socket or http, not {mode!r}.")
    if mode == "socket" and asked.url:
        raise ConfigError("In Socket Mode Slack calls nothing: leave out --url, or --mode.")
    if mode == "http" and not asked.url:
        raise ConfigError(
            "HTTP mode needs the host at which Slack reaches the bridge: add "
            "--url https://bridge.example.com with your own."
        )
    try:
        url = request_url(asked.url) if asked.url else ""
    except ValueError as error:
        raise ConfigError(f"--url: {error}.") from None
    uses = wiring.slack_uses(settings) if settings else USUAL
    return AppManifest(_command(asked.command or (slack.command if slack else SLASH)), url, uses)


def _command(name: str) -> str:
    if not re.fullmatch(COMMAND, name):
        raise ConfigError(
            f"--command must be a slash and up to 31 of a-z, 0-9, _ and -, such as {SLASH}, "
            f"not {name!r}."
        )
    if name in BUILT_IN:
        raise ConfigError(f"{name} is a command of Slack's own; choose another, such as {SLASH}.")
    return name


def notes(app: AppManifest, settings: Settings | None) -> Iterator[str]:
    """What to know beside the manifest: where it does not fit the settings, and that there are
    none.
    """
    if settings is None:
        yield NO_SETTINGS.format(path=load.path_of())
        return
    if app.command != settings.slack.command:
        yield (
            f"{settings.source} names the command {settings.slack.command}; set slack.command = "
            f'"{app.command}", so that texts name the right one.'
        )
    mode = "http" if app.url else "socket"
    if mode != settings.slack.mode:
        yield f'set slack.mode = "{mode}" in {settings.source}, which says otherwise.'


def _settings(given: str) -> Settings | None:
    """The settings, whose secrets need not be there yet; None if there is no file."""
    path = load.path_of(given)
    if not given and not load.there(path):
        return None
    return load.load(path, load.NoSecretsYet())


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None
