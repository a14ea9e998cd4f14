"""The scopes of the bot token."""

from __future__ import annotations

from slackbridge.cli.checks.finding import Finding
from slackbridge.slack.manifest import EVENTS, METHODS

COMMAND_SCOPE = "commands"


def scope_findings(granted: str | None) -> list[Finding]:
    """Whether every scope the code needs is granted; None = Slack did not say."""
    needed = {scope for method in METHODS.values() for scope in method.scopes}
    needed |= {*filter(None, EVENTS.values()), COMMAND_SCOPE}
    if granted is None:
        return [Finding("slack scopes", True, "not told")]
    have = {scope.strip() for scope in granted.split(",")}
    return [
        Finding(
            f"slack scope {scope}",
            scope in have,
            "granted" if scope in have else "missing",
            "Add it under OAuth & Permissions and reinstall the app (manifest.yml has them all).",
        )
        for scope in sorted(needed)
    ]
