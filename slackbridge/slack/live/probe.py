"""One probe of the self-test, what was seen of it, and how that compares with what is expected.

What is seen is said in fixed words, numbers and Slack's own codes, so that a report gives nothing
of a workspace away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.shapes import Shape, paths

Look = Callable[[Bench], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Probe:
    """`what` it looks at, for a reader; `matters`: what a difference means for the bridge.

    `look` returns what was seen. Raises NotTried, or a Failure, which is an outcome too. With
    `strict` the shapes of what Slack sent must be those expected.
    """

    name: str
    what: str
    look: Look
    matters: str
    strict: bool = False


class Verdict(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run of a probe gave: words, and the shapes of Slack's answers by their names."""

    name: str
    value: str
    tried: bool = True
    shapes: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `more` and `less` are what shapes hold beyond those expected."""

    probe: Probe
    expected: str
    seen: Seen
    verdict: Verdict
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


def compare(probe: Probe, expected: Seen, seen: Seen) -> Row:
    """The row of a probe."""
    here, there = _paths(seen.shapes), _paths(expected.shapes)
    more, less = sorted(here - there), sorted(there - here)
    if not seen.tried:
        return Row(probe, expected.value, seen, Verdict.NOT_TRIED)
    same = seen.value == expected.value and not (probe.strict and (more or less))
    verdict = Verdict.AGREES if same else Verdict.DIFFERS
    return Row(probe, expected.value, seen, verdict, tuple(more), tuple(less))


def _paths(shapes: Mapping[str, Shape]) -> frozenset[str]:
    """The members of all shapes; the same ones of several answers count once."""
    return frozenset(path for name, each in shapes.items() for path in paths(each, _method(name)))


def _method(name: str) -> str:
    return name.partition(" ")[0]


def agree(rows: Iterable[Row]) -> bool:
    return all(row.verdict is not Verdict.DIFFERS for row in rows)
