"""Commands of slackbridge, run with the configuration and environment of a world."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from slackbridge.cli import main
from slackbridge.config.load import child_environment
from slackbridge.demo.process import spawn
from slackbridge.demo.world import World, secrets_of
from tests.loggers import restored

Ended = tuple[int, str, str]
"""Exit code, standard output and standard error."""


class Shell:
    """Runs commands. Their standard input is empty: every question is left unanswered."""

    def __init__(self, place: World) -> None:
        self.config = place.folder / "slackbridge.toml"
        self.secrets = secrets_of(place.slack, place.refurbed)
        self._folder = place.folder

    async def run(self, *words: str) -> Ended:
        """Run a command in a thread of this process: starting a process costs a second of CPU."""
        return await asyncio.to_thread(self.typed, *words)

    def typed(self, *words: str) -> Ended:
        """The same, blocking."""
        env = {**child_environment(self.secrets), "SLACKBRIDGE_CONFIG": str(self.config)}
        return typed(words, env)

    async def process(self, *words: str) -> Ended:
        """Run a command in a separate process, for those that install signal handlers."""
        process = await spawn(
            *words,
            cwd=self._folder,
            env=child_environment(self.secrets),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert "Traceback" not in err.decode()
        return process.returncode or 0, out.decode(), err.decode()

    def rewrite(self, old: str, new: str) -> None:
        """Change the configuration."""
        text = self.config.read_text("utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), "utf-8")


def typed(words: Sequence[str], env: Mapping[str, str]) -> Ended:
    """Run a command in this process and folder, with this environment alone."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, env, clear=True),
        patch.object(sys, "argv", ["slackbridge", *words]),
        patch.object(sys, "stdin", io.StringIO()),
        redirect_stdout(out),
        redirect_stderr(err),
        restored(),
    ):
        code = _ended()
    assert "Traceback" not in err.getvalue()
    return code, out.getvalue(), err.getvalue()


def _ended() -> int:
    try:
        main.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
