"""The scopes of the bot token, against what the settings need."""

from __future__ import annotations

from slackbridge.cli.checks.finding import Finding
from slackbridge.slack.manifest import EVERYTHING, SCOPES, Use, scopes

REMEDY = (
    "Add it under OAuth & Permissions and reinstall the app; `slackbridge manifest` writes a "
    "manifest that has all of them."
)


def scope_findings(granted: str | None, uses: frozenset[Use] = EVERYTHING) -> list[Finding]:
    """Whether every scope that is needed is granted, and what is beyond that.

    `granted` is None if Slack did not say; `uses` are those of the settings.
    """
    if granted is None:
        return [Finding("slack scopes", True, "not told")]
    have = {scope.strip() for scope in granted.split(",")} - {""}
    needed = scopes(uses)
    found = [
        Finding(
            f"slack scope {scope}",
            scope in have,
            "granted" if scope in have else f"missing ({SCOPES[scope].why})",
            REMEDY,
        )
        for scope in sorted(needed)
    ]
    if more := sorted(have.difference(needed)):
        told = f"more than these settings need: {', '.join(more)}"
        found.append(Finding("slack scopes", True, told))
    return found
