"""Who may act: the lists of agents, and those who never may."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.domain.chat import Member
from slackbridge.rules.access import is_group, no_money, refused, stranger


def member(**changes: Any) -> Member:
    return Member("U1", "Ann", **changes)


@pytest.mark.parametrize("what", ["bot", "gone", "external", "guest"])
def test_some_can_never_act_whatever_the_list_says(what: str) -> None:
    them = member(**{what: True})
    assert stranger(them)
    assert refused(them, ("*", "U1"), ("S1",)) == stranger(them)


@pytest.mark.parametrize(
    ("allow", "groups", "may"),
    [
        (("*",), (), True),
        (("U2", "U1"), (), True),
        (("S1",), ("S1",), True),
        (("S1",), (), False),
        (("U2",), (), False),
        ((), (), False),
    ],
)
def test_the_list_of_agents(allow: tuple[str, ...], groups: tuple[str, ...], may: bool) -> None:
    assert (refused(member(), allow, groups) == "") is may


def test_money_is_moved_only_by_those_who_are_listed_for_it() -> None:
    assert no_money(member(), ("*",), ()) == no_money(member(), ("U1",), ()) == ""
    assert no_money(member(), ("S1",), ("S1",)) == ""
    assert "agents.money" in no_money(member(), (), ())


def test_groups_are_told_by_their_ids() -> None:
    assert [is_group(entry) for entry in ("S1", "U1", "W1", "*")] == [True, False, False, False]
