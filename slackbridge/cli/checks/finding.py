"""One thing examined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: what was found, and what to do where it is not well."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def table(findings: Sequence[Finding]) -> str:
    """For a terminal: one line each, remedies under what is not well."""
    width = max((len(finding.what) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(
            f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what:<{width}}  {finding.found}"
        )
        if not finding.ok and finding.remedy:
            lines.append(f"{'':<{width + 6}}  -> {finding.remedy}")
    bad = sum(not finding.ok for finding in findings)
    lines.append(f"{len(findings)} examined, {bad} not well" if bad else "all is well")
    return "\n".join(lines)
