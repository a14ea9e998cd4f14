"""`python -m tests.rig.mutants`: deliberate bugs, each in a copy of the tree, to be caught.

Exit 1 if a bug survives, or does not fit the sources any more. What has to catch the bugs is run
first on the tree as it is, where it must hold.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tests.rig.bugs import BUGS, Bug

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "var", "dist", "*.egg-info")
PATIENCE = 300.0
HUNG = "60"  # seconds for one test
FAILED = 1  # pytest: tests failed, and nothing else went wrong


@dataclass(frozen=True, slots=True)
class Verdict:
    """`caught` None: it does not fit the sources, or what should catch it cannot be run."""

    bug: Bug
    caught: bool | None
    by: str
    seconds: float

    def __str__(self) -> str:
        word = {True: "caught", False: "SURVIVES", None: "NOT RUN"}[self.caught]
        return f"{word:<9}{self.seconds:>4.0f} s  {self.bug.name}\n{'':<16}{self.by}"


class Tree:
    """A copy of the project that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        shutil.copytree(ROOT, self.folder, ignore=LEFT_OUT)

    @contextmanager
    def with_bug(self, bug: Bug) -> Iterator[None]:
        """Within the block it has the bug. Raises LookupError if that does not fit."""
        before = {self._path(file): self._path(file).read_text("utf-8") for file, *_ in bug.changes}
        try:
            for file, right, wrong in bug.changes:
                text = self._path(file).read_text("utf-8")
                if text.count(right) != 1:
                    raise LookupError(f"{file} has {text.count(right)} times {right!r}")
                self._path(file).write_text(text.replace(right, wrong), "utf-8")
            yield
        finally:
            for path, text in before.items():
                path.write_text(text, "utf-8")

    def _path(self, file: str) -> Path:
        return self.folder / "slackbridge" / file

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a module in it."""
        own = {name: value for name, value in os.environ.items() if name != "TEST_REDIS_URL"}
        return subprocess.run(
            (sys.executable, "-m", *words),
            cwd=self.folder,
            env={**own, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def tests(self, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
        options = ("-x", "-n", "0", "-q", "-p", "no:cacheprovider", "--timeout", HUNG)
        return self.run("pytest", *options, *tests)


def main(
    only: Annotated[str, typer.Option(help="Only bugs whose name holds this.")] = "",
    jobs: Annotated[int, typer.Option(help="How many at a time.")] = 2,
) -> None:
    """Insert each bug and see whether the tests or the matrix catch it."""
    begun = time.monotonic()
    bugs = [bug for bug in BUGS if only in bug.name]
    trees: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="slackbridge-mutants-") as folder:
        for number in range(jobs):
            trees.put(Tree(Path(folder, str(number))))
        if wrong := _unharmed(trees, bugs):
            typer.echo(f"Without any bug this fails already:\n{wrong}")
            raise typer.Exit(1)
        verdicts = []
        with ThreadPoolExecutor(jobs) as pool:
            for verdict in pool.map(lambda bug: judged(trees, bug), bugs):
                typer.echo(str(verdict))
                verdicts.append(verdict)
    alive = sum(not verdict.caught for verdict in verdicts)
    seconds = time.monotonic() - begun
    typer.echo(f"{len(verdicts) - alive} of {len(verdicts)} bugs caught, {seconds:.0f} s")
    raise typer.Exit(1 if alive else 0)


def _unharmed(trees: queue.SimpleQueue[Tree], bugs: Sequence[Bug]) -> str:
    """What fails though there is no bug; '' = nothing."""
    tests = dict.fromkeys(test for bug in bugs for test in bug.tests)
    if not tests:
        return ""
    tree = trees.get()
    done = tree.tests(tuple(tests))
    trees.put(tree)
    return "" if done.returncode == 0 else done.stdout[-2000:] + done.stderr[-500:]


def judged(trees: queue.SimpleQueue[Tree], bug: Bug) -> Verdict:
    """Whether it is caught, and by what."""
    tree, begun = trees.get(), time.monotonic()
    try:
        with tree.with_bug(bug):
            caught, by = _tested(tree, bug) if bug.tests else _struck(tree, bug)
    except LookupError as error:
        caught, by = None, str(error.args[0])
    except subprocess.TimeoutExpired:
        caught, by = None, f"no end within {PATIENCE:.0f} s"
    finally:
        trees.put(tree)
    return Verdict(bug, caught, by, time.monotonic() - begun)


def _tested(tree: Tree, bug: Bug) -> tuple[bool | None, str]:
    done = tree.tests(bug.tests)
    if done.returncode not in (0, FAILED):
        return None, (done.stdout + done.stderr).strip()[-300:]
    rows = (row for row in done.stdout.splitlines() if row.startswith("FAILED "))
    failed = next(rows, "").removeprefix("FAILED ").partition(" - ")[0]
    return done.returncode == FAILED, failed or ", ".join(bug.tests)


def _struck(tree: Tree, bug: Bug) -> tuple[bool | None, str]:
    done = tree.run("tests.rig", "--only", bug.point)
    row = next((row for row in done.stdout.splitlines() if bug.point in row), "")
    if done.returncode not in (0, FAILED) or not (row or done.returncode == 0):
        return None, (done.stdout + done.stderr).strip()[-300:]
    return done.returncode == FAILED, row[-300:] or bug.point


if __name__ == "__main__":
    typer.run(main)
