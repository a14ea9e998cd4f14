"""`python -m tests.rig.mutants`: deliberate bugs, each in a copy of the tree, to be caught.

Exit 1 if a bug is not caught.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parent.parent.parent
Swap = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Mutant:
    """In `file`, `right` is replaced by `wrong`; `only` names the points that show it.

    `also` removes further safeguards that would hide the bug: file, right, wrong.
    """

    name: str
    file: str
    right: str
    wrong: str
    only: str
    also: tuple[Swap, ...] = ()

    @property
    def changes(self) -> tuple[Swap, ...]:
        return (self.file, self.right, self.wrong), *self.also


# The look after a restart would hide the bug.
FORGETS = (
    "rooms/lane/ticket_pass.py",
    "return written(intent) < self._store.server_epoch() + skew",
    "return False",
)
DECLINED = ("rooms/lane/sender.py", "if intent.before is None or", "if True or")
UNRECORDED = ("rooms/lane/poster.py", "await self._check.check(pass_, channel, thread)", "pass")
MUTANTS = (
    Mutant(
        "an attempt is not written down before it is made",
        "domain/intent.py",
        "state=State.SENDING,\n        attempt=attempt,\n        before",
        "state=State.QUEUED,\n        attempt=attempt,\n        before",
        "reply: UpdateTicket#0 kill answer",
        (FORGETS,),
    ),
    Mutant(
        "a post of unknown outcome is not looked for",
        "rooms/lane/poster.py",
        "if found:",
        "if False:",
        "customer update: chat.postMessage#0 kill answer",
        (UNRECORDED,),
    ),
    Mutant(
        "absence is believed at the first look",
        "rules/evidence.py",
        "return bool(attempt.absent_at) and now >= attempt.deadline + settle",
        "return True",
        "reply: UpdateTicket#0 hang commit",
    ),
    Mutant(
        "a call of unknown outcome is made again",
        "rooms/lane/sender.py",
        "pass_.conversation = None\n            return await pass_.swap(intent, "
        "intent.but(reason=failure.quoted))",
        "pass_.conversation = None\n            return await pass_.swap(intent, "
        "requeue(intent, pass_.now()))",
        "reply: UpdateTicket#0 reset answer",
        (FORGETS, DECLINED),
    ),
    Mutant(
        "a ticket counts as shown before it is",
        "rooms/lane/mirror.py",
        "        while (post := next_post.next_part",
        "        await self.shown(pass_, ticket)\n        while (post := next_post.next_part",
        "customer update: chat.postMessage#0 kill arrival",
    ),
)


def main(
    only: Annotated[str, typer.Option(help="Only bugs whose name holds this.")] = "",
) -> None:
    """Insert each bug and see whether the matrix catches it."""
    alive = [mutant for mutant in MUTANTS if only in mutant.name and not caught(mutant)]
    raise typer.Exit(1 if alive else 0)


def caught(mutant: Mutant) -> bool:
    """Whether the matrix catches it; prints the row that shows it."""
    with tempfile.TemporaryDirectory(prefix="slackbridge-mutant-") as folder:
        for package in ("slackbridge", "tests"):
            shutil.copytree(ROOT / package, Path(folder) / package)
        for file, right, wrong in mutant.changes:
            path = Path(folder) / "slackbridge" / file
            text = path.read_text("utf-8")
            if text.count(right) != 1:
                raise SystemExit(f"{file} is not as the mutant {mutant.name!r} knows it")
            path.write_text(text.replace(right, wrong), "utf-8")
        command = (sys.executable, "-m", "tests.rig", "--only", mutant.only)
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
        )
    seen = done.returncode == 1 and mutant.only in done.stdout
    found = next((row for row in done.stdout.splitlines() if mutant.only in row), done.stderr)
    typer.echo(f"{'caught' if seen else 'NOT SEEN'}: {mutant.name}\n    {found[-300:]}")
    return seen


if __name__ == "__main__":
    typer.run(main)
