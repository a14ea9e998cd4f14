"""The rooms and the real store under lost, late and doubled calls, stops and kills."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.model.driver import CI, LONG, live


@pytest.mark.timeout(300)  # finding the shortest counterexample takes a while
@pytest.mark.parametrize("how", [CI, pytest.param(LONG, marks=pytest.mark.long)])
def test_the_promises_hold(redis_url: str, how: settings) -> None:
    done = live(redis_url, how)
    # How many differs with what was imported before: Hypothesis tries the constants it finds there.
    assert done["passes"] > 100
    assert done["deaths"]
