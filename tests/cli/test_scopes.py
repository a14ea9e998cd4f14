"""What the bot token may do, against what the settings need."""

from __future__ import annotations

import pytest

from slackbridge.cli.checks.scopes import scope_findings
from slackbridge.slack.manifest import EVERYTHING, SCOPES, Use, scopes

ALL = ",".join(SCOPES)
LEAST = frozenset[Use]()


@pytest.mark.parametrize(
    ("granted", "uses", "missing"),
    [
        (ALL, EVERYTHING, []),
        (ALL, LEAST, []),
        (",".join(scopes(LEAST)), LEAST, []),
        (", ".join(scopes(LEAST)), frozenset({Use.GROUPS}), ["usergroups:read"]),
        (",".join(scopes(LEAST)), frozenset({Use.EMAILS}), ["users:read.email"]),
        ("", LEAST, sorted(scopes(LEAST))),
        (ALL.replace("commands", "command"), EVERYTHING, ["commands"]),
    ],
)
def test_what_the_settings_need_must_be_granted(
    granted: str, uses: frozenset[Use], missing: list[str]
) -> None:
    bad = [finding for finding in scope_findings(granted, uses) if not finding.ok]
    assert [finding.what for finding in bad] == [f"slack scope {scope}" for scope in missing]
    assert all("`slackbridge manifest`" in finding.remedy for finding in bad)
    assert all(SCOPES[scope].why in each.found for scope, each in zip(missing, bad, strict=True))


def test_what_is_granted_beyond_that_is_told_and_no_fault() -> None:
    last = scope_findings(f"{ALL},links:read", LEAST)[-1]
    assert last.ok
    more = "files:read, files:write, links:read, usergroups:read, users:read.email"
    assert last.found.endswith(f": {more}")
    assert scope_findings(ALL)[-1].what != "slack scopes"
    assert [finding.ok for finding in scope_findings(None)] == [True]
