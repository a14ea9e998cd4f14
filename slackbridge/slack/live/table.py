"""The result of a self-test for a terminal. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from slackbridge.slack.live.probe import Row, Verdict

HEADS = ("what", "expected by the sandbox", "seen")
MARKS = {Verdict.AGREES: "ok", Verdict.DIFFERS: "DIFFERS", Verdict.NOT_TRIED: "-"}
SAME = "the same"
KEYS = 8  # named under a row
LINE = 96


def table(rows: Sequence[Row]) -> str:
    """A line for each row; under what differs, what that means."""
    cells = [(row.probe.what, row.expected, _seen(row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(HEADS, *cells, strict=True)]
    lines = [_line("", HEADS, widths), _line("", tuple("-" * width for width in widths), widths)]
    for row, cell in zip(rows, cells, strict=True):
        lines.append(_line(MARKS[row.verdict], cell, widths))
        lines += _about(row)
    return "\n".join([*lines, "", summary(rows)])


def _seen(row: Row) -> str:
    return SAME if row.seen.tried and row.seen.value == row.expected else row.seen.value


def _line(mark: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"{mark:<7}  {'  '.join(shown)}".rstrip()


def _about(row: Row) -> Iterator[str]:
    if row.verdict is not Verdict.DIFFERS:
        return
    if row.probe.strict:
        yield from _keys("only Slack has", row.more)
        yield from _keys("only the sandbox has", row.less)
    yield from _wrapped(row.probe.matters, "-> ")


def _keys(words: str, keys: Sequence[str]) -> Iterator[str]:
    if keys:
        more = f" and {len(keys) - KEYS} more" if len(keys) > KEYS else ""
        said = f"{words}: {', '.join(keys[:KEYS])}{more}"
        yield from _wrapped(said, "")


def _wrapped(text: str, head: str) -> list[str]:
    """Lines below a row."""
    first = f"{'':<9}{head}"
    return textwrap.wrap(text, LINE, initial_indent=first, subsequent_indent=" " * len(first))


def summary(rows: Sequence[Row]) -> str:
    """How many of each verdict."""
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    differ = counts[Verdict.DIFFERS]
    told = [f"{counts[Verdict.AGREES]} agree"]
    told += [f"{differ} {'differs' if differ == 1 else 'differ'}"] if differ else []
    told += [f"{counts[Verdict.NOT_TRIED]} not tried"] if counts[Verdict.NOT_TRIED] else []
    return f"{len(rows)} rows: {', '.join(told)}."
