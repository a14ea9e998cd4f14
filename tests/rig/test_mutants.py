"""Every deliberate bug of `make mutants` still fits the code, and names tests that exist."""

from __future__ import annotations

import pytest

from tests.rig.bugs import BUGS, Bug
from tests.rig.mutants import ROOT


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_what_a_bug_changes_is_there_once_and_its_tests_exist(bug: Bug) -> None:
    for file, right, _ in bug.changes:
        assert (ROOT / "slackbridge" / file).read_text("utf-8").count(right) == 1, right
    assert bool(bug.tests) != bool(bug.point)
    for test in bug.tests:
        path, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / path).read_text("utf-8")


def test_every_bug_has_its_own_name() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 25
