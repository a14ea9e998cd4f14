"""One thing examined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: what was found, and what to do where it is not well.

    `advice` is what would be better although it is well.
    """

    what: str
    ok: bool
    found: str
    remedy: str = ""
    advice: str = ""

    @property
    def mark(self) -> str:
        """The first word of its line."""
        if not self.ok:
            return "FAIL"
        return "note" if self.advice else "ok"

    @property
    def to_do(self) -> str:
        """'' = nothing."""
        return self.advice if self.ok else self.remedy


def table(findings: Sequence[Finding]) -> str:
    """For a terminal: one line each, and under it what is to be done."""
    width = max((len(finding.what) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{finding.mark:<4}  {finding.what:<{width}}  {finding.found}")
        if finding.to_do:
            lines.append(f"{'':<{width + 6}}  -> {finding.to_do}")
    bad = sum(not finding.ok for finding in findings)
    lines.append(f"{len(findings)} examined, {bad} not well" if bad else "all is well")
    return "\n".join(lines)
