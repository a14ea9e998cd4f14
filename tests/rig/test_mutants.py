"""Every deliberate bug of `make mutants` still applies to the code."""

from __future__ import annotations

import pytest

from tests.rig.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_changes_is_there_once(mutant: Mutant) -> None:
    for file, right, _ in mutant.changes:
        assert (ROOT / "slackbridge" / file).read_text("utf-8").count(right) == 1, right
