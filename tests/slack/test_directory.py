"""Who belongs to our workspace, by what `users.info` says."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.slack.directory import Home, member_of

ALONE = Home("T1")
GRID = Home("T1", "E1")


def on_grid(enterprise: str, *teams: str, team: str = "") -> dict[str, Any]:
    """As Slack shows somebody of an organisation: once apart, and once among the user's fields."""
    where: dict[str, Any] = {"enterprise_id": enterprise}
    where |= {"teams": list(teams)} if teams else {}
    return {"enterprise_user": {"id": "W1", **where}, **({"team_id": team} if team else {})}


@pytest.mark.parametrize(
    ("home", "user", "external"),
    [
        (ALONE, {"team_id": "T1"}, False),
        (ALONE, {"team_id": "T2"}, True),
        (ALONE, {"profile": {"team": "T2"}}, True),
        (ALONE, {}, False),
        (ALONE, {"team_id": "T1", "is_stranger": True}, True),
        (Home(), {"team_id": "T2"}, False),
        # Our organisation: `team_id` is that of another workspace, the organisation, or missing.
        (GRID, {"team_id": "T1"}, False),
        (GRID, on_grid("E1", "T2", "T1", team="T2"), False),
        (GRID, on_grid("E1", "T2", "T1", team="E1"), False),
        (GRID, on_grid("E1", "T2", "T1"), False),
        (GRID, {"teams": ["T2", "T1"], "team_id": "T2"}, False),
        (GRID, on_grid("E1", "T2", team="T2"), True),
        (GRID, on_grid("E1", team="T2"), False),
        (GRID, {"enterprise_id": "E1"}, False),
        (GRID, {"team_id": "E1"}, False),
        (GRID, on_grid("E1", "T1") | {"is_stranger": True}, True),
        # Another organisation, in a channel of Slack Connect.
        (GRID, {"team_id": "T9"}, True),
        (GRID, on_grid("E9", "T9", team="T9"), True),
        (GRID, on_grid("E9", team="T9"), True),
        (ALONE, on_grid("E9", "T9", team="T9"), True),
        (ALONE, on_grid("E9", team="T9"), True),
        # A workspace that joined an organisation, while `auth.test` has not told so.
        (ALONE, on_grid("E1", "T1", "T2", team="T2"), False),
    ],
)
def test_who_is_external(home: Home, user: dict[str, Any], external: bool) -> None:
    assert member_of(user, "W1", home).external is external
