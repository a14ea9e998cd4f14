"""The transcript of a script: what each side did, as text or as lines of JSON."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Callable

import typer

SIDES = {
    "customer": ("🙋", "cyan"),
    "slack": ("💬", "magenta"),
    "agent": ("🧑‍💻", "green"),
    "marketplace": ("🏪", "yellow"),
    "check": ("✔", "bright_green"),
    "fault": ("💥", "red"),
}
WIDTH = 96


class Transcript:
    """Writes each line at once, with `echo`."""

    def __init__(self, *, as_json: bool, echo: Callable[[str], None] = typer.echo) -> None:
        self._json = as_json
        self._echo = echo
        self._start = time.monotonic()
        self._step = 0

    def step(self, title: str) -> None:
        """Start the next numbered step."""
        self._step += 1
        if self._json:
            self._line(kind="step", number=self._step, text=title)
        else:
            self._echo("")
            self._echo(typer.style(f"{self._step}. {title}", bold=True))

    def say(self, side: str, text: str) -> None:
        if self._json:
            self._line(kind=side, text=text)
            return
        mark, colour = SIDES[side]
        lines = [
            row
            for line in text.splitlines() or [""]
            for row in textwrap.wrap(line, WIDTH, replace_whitespace=False) or [""]
        ]
        for number, line in enumerate(lines):
            head = f"   {mark} " if number == 0 else "      "
            self._echo(head + typer.style(line, fg=colour))

    def end(self, ok: bool, text: str) -> None:
        """Write the result and the duration."""
        seconds = time.monotonic() - self._start
        if self._json:
            self._line(kind="end", ok=ok, text=text)
        else:
            self._echo("")
            verdict = typer.style(text, fg="bright_green" if ok else "red", bold=True)
            self._echo(f"{verdict} ({seconds:.1f} s)")

    def _line(self, **data: object) -> None:
        at = round(time.monotonic() - self._start, 3)
        self._echo(json.dumps({"at": at, **data}, ensure_ascii=False))
