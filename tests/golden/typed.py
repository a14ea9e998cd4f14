"""The command line, typed many times: `run` starts one process, which forks for each command.

Most of a command's time goes into loading the program; so it is loaded once. Every command has a
process, an environment and a folder of its own, and ends as `python -m slackbridge` does.
As a program it reads commands as JSON from standard input and writes how they ended.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed. `path` are folders with more packages."""

    words: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    path: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: the exit code and what it wrote."""

    code: int
    out: str
    err: str


def run(commands: Sequence[Command], folder: Path) -> list[Ended]:
    """Type all of them, one after the other, in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden.typed", str(folder)],
        input=json.dumps([asdict(command) for command in commands]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Ended(**ended) for ended in json.loads(done.stdout)]


def _program(words: Sequence[str]) -> int:
    """Run it in this process; its exit code."""
    sys.argv = ["slackbridge", *words]
    try:
        runpy.run_module("slackbridge", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _forked(command: Command, folder: str) -> Ended:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _child(command, folder, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    return Ended(os.waitstatus_to_exitcode(status), *texts)


def _child(command: Command, folder: str, out: int, err: int) -> None:
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(command.env)
        sys.path[:0] = command.path
        code = _program(command.words)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> None:
    folder = sys.argv[1]
    commands = [Command(**given) for given in json.loads(sys.stdin.read())]
    with contextlib.redirect_stdout(io.StringIO()):
        _program(["--help"])
    ended = [asdict(_forked(command, folder)) for command in commands]
    json.dump(ended, sys.stdout)


if __name__ == "__main__":
    main()
