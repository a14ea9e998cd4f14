"""The command line. Each command stands in the file of its family."""

from __future__ import annotations

import sys

import typer

from slackbridge.cli.adopt import adopt
from slackbridge.cli.errands import export, forget, rebuild
from slackbridge.cli.inspect import check, health, poll, replay, show
from slackbridge.cli.manifest import manifest
from slackbridge.cli.service import demo, run
from slackbridge.config.errors import ConfigError
from slackbridge.domain.errors import Failure

app = typer.Typer(
    name="slackbridge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Marketplace support tickets as Slack threads, and agents' replies back to the customer.",
)
COMMANDS = (run, demo, check, poll, show, replay, health, rebuild, adopt, export, forget, manifest)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """The entry point: every known failure is one clear sentence and exit code 1 or 2."""
    try:
        app()
    except ConfigError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except Failure as failure:
        typer.echo(failure.reason, err=True)
        sys.exit(1)
