"""`slackbridge check --live`: the self-test in a scratch channel of the real workspace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from slackbridge.app import Bridge
from slackbridge.cli.context import opened, refuse_if_running
from slackbridge.cli.rehearsal import rehearse
from slackbridge.config.errors import ConfigError
from slackbridge.config.sections import CHANNEL
from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Rejected
from slackbridge.ops.stopping import unless
from slackbridge.slack.live import by_hand, report, runner
from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.by_hand import STEP_SECONDS, STEPS, Hands, Step
from slackbridge.slack.live.probe import Probe, Row, Seen, Verdict, agree, compare
from slackbridge.slack.live.table import table

OURS = "{channel} stands in the settings: name a scratch channel that the bridge does not use."
NO_ID = "{channel!r} is no channel id such as C0123ABCD (in Slack: the channel's name, at the end)."
NOT_HTTP = (
    "--by-hand listens by Socket Mode, and these settings say HTTP mode: switch Socket Mode on in "
    "the app's settings for the while, and run it with a configuration that says mode = "
    '"socket" and a SLACK_APP_TOKEN.'
)
MINUTES = 2
BY_HAND = (
    f"\nNow by hand, in Slack: {STEP_SECONDS:.0f} s for each. To leave one out, type skip and "
    "Enter here."
)
EXPECTED = "unknown to the sandbox"


async def live(
    settings: Settings, channel: str, path: Path | None, hands: Callable[[], Hands] | None
) -> bool:
    """Run the self-test; whether all rows agree. `hands` act in Slack where it is by hand, too.

    Raises ConfigError, or Rejected, before anything is posted.
    """
    _refuse_channel(settings, channel)
    if hands and settings.slack.mode != "socket":
        raise ConfigError(NOT_HTTP)
    _refuse_path(path)
    async with opened(settings) as bridge:
        if hands:
            await refuse_if_running(bridge, ", as Slack tells each event to one process only")
        team = await bridge.chat.begin()
        name = await _place(bridge, channel)
        typer.echo(_announced(name, team, by_hand=hands is not None))
        expected = await rehearse(settings.slack.mode, by_hand=hands is not None)
        test = SelfTest(_bench(bridge, channel), expected)
        await test.run(hands)
        return test.conclude(path)


def _refuse_channel(settings: Settings, channel: str) -> None:
    if not re.fullmatch(CHANNEL, channel):
        raise ConfigError(NO_ID.format(channel=channel))
    if channel in settings.channels():
        raise ConfigError(OURS.format(channel=channel))


def _refuse_path(path: Path | None) -> None:
    """Raises ConfigError where the report could not be written."""
    if path is not None and path.exists():
        raise ConfigError(f"{path} exists already: nothing is overwritten; name another file.")
    folder = Path.cwd() if path is None else path.absolute().parent
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"Nothing can be written to {folder}: name a file with --report.")


async def _place(bridge: Bridge, channel: str) -> str:
    """The channel's name. Raises Rejected with the remedy where the bot cannot work there."""
    try:
        answer = await bridge.chat.client.call("conversations.info", channel=channel)
    except Rejected as failure:
        raise Rejected(f"{channel}: {failure.reason}. {failure.remedy}") from None
    found = answer.get("channel") or {}
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        raise Rejected(f"{name} is archived: unarchive it, or name another scratch channel.")
    if not found.get("is_member"):
        raise Rejected(f"The bot is not a member of {name}: write /invite @slackbridge there.")
    return name


def _announced(name: str, team: dict[str, Any], *, by_hand: bool) -> str:
    minutes = MINUTES + (len(STEPS) if by_hand else 0)
    asks = f" It asks you to do {len(STEPS)} things there." if by_hand else ""
    return (
        f"Self-test in {name} of {team.get('team', '?')}, as {team.get('user', '?')}: posts about "
        f"{runner.POSTS} messages there and deletes them again, in about {minutes} minutes.{asks} "
        "Ctrl-C ends it and cleans up."
    )


def _bench(bridge: Bridge, channel: str) -> Bench:
    slack = bridge.settings.slack
    token = slack.app_token.get_secret_value()
    return Bench(bridge.chat, channel, slack.mode, token, slack.api_url, say=_aside)


def _aside(line: str) -> None:
    typer.echo(f"\n       {line}", nl=False)


class Signals:
    """The first Ctrl-C (or SIGTERM) stops the probes, the second one also the cleaning up."""

    def __init__(self) -> None:
        self.stop, self.give_up = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._came)

    def _came(self) -> None:
        (self.give_up if self.stop.is_set() else self.stop).set()


@dataclass
class SelfTest:
    """One run of it: its rows so far, and what it could not delete."""

    bench: Bench
    expected: dict[str, Seen]
    rows: list[Row] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    complete: bool = False
    signals: Signals = field(default_factory=Signals)

    async def run(self, hands: Callable[[], Hands] | None) -> None:
        """All probes; then everything is removed, also after Ctrl-C and after a failure."""
        async with AsyncExitStack() as stack:
            asked: tuple[Probe, ...] = ()
            if hands:  # raises Rejected before anything is posted if somebody else listens
                asked = await stack.enter_async_context(by_hand.probes(self.bench, hands()))
            try:
                self.complete = await self._all(asked)
                typer.echo("" if self.complete else "\nInterrupted.")
            finally:
                await self._clean()

    async def _all(self, asked: Sequence[Probe]) -> bool:
        """Whether all probes were looked at."""
        done = await self._probes(runner.PROBES)
        if not done or not asked:
            return done
        typer.echo(BY_HAND)
        return await self._probes(asked)

    async def _probes(self, probes: Sequence[Probe]) -> bool:
        for number, probe in enumerate(probes, 1):
            typer.echo(f"{number:>3}/{len(probes)}  {probe.what} ... ", nl=False)
            looked = await unless(self.signals.stop, runner.look(probe, self.bench))
            if looked is None:
                return False
            seen = looked.result()
            row = compare(probe, self.expected.get(probe.name, Seen(probe.name, EXPECTED)), seen)
            self.rows.append(row)
            typer.echo(seen.value + ("  DIFFERS" if row.verdict is Verdict.DIFFERS else ""))
        return True

    async def _clean(self) -> None:
        """Unless it is interrupted once more."""
        typer.echo(f"Deleting {len(self.bench.posted)} messages ...")
        cleaned = await unless(self.signals.give_up, runner.clean(self.bench))
        left = dict.fromkeys(self.bench.posted, "interrupted")
        self.left = left if cleaned is None else cleaned.result()

    def conclude(self, named: Path | None) -> bool:
        """Print the table and write the report; whether all is as expected."""
        typer.echo(f"\n{table(self.rows)}")
        for line in _left(self.left, self.bench.channel):
            typer.echo(line, err=True)
        made = report.report(self.rows, self.bench.mode, self.complete, len(self.left))
        path = named or report.free_name(Path.cwd(), datetime.now(UTC))
        try:
            report.write(path, made)
        except OSError as error:
            raise ConfigError(f"The report cannot be written: {error}.") from None
        typer.echo(
            f"Report: {path}\nIt holds no text, names, ids or tokens: please attach it to an issue "
            "of the project, above all where a row differs."
        )
        return self.complete and not self.left and agree(self.rows)


def _left(left: dict[str, str], channel: str) -> list[str]:
    if not left:
        return []
    codes = ", ".join(sorted(set(left.values())))
    return [
        f"{len(left)} messages could not be deleted ({codes}): delete them in {channel} by hand. "
        "The bridge takes them for nothing of its own."
    ]


class Terminal:
    """The person at the terminal; lines are read by a thread that ends with the process."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            try:
                self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
            except RuntimeError:
                return  # the loop has ended

    async def act(self, step: Step, channel: str, root: str) -> None:
        while not self._lines.empty():  # typed before it was asked
            self._lines.get_nowait()
        typer.echo(f"\n       -> {step.ask}")

    async def skip(self) -> None:
        while (await self._lines.get()).strip().lower() != "skip":
            typer.echo("       (only `skip` is understood here)")
