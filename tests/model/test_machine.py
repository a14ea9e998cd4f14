"""The rooms and the real store under lost, late and doubled calls, stops and kills."""

from __future__ import annotations

import pytest

from tests.model.driver import CI, live


@pytest.mark.timeout(300)  # finding the shortest counterexample takes a while
def test_the_promises_hold(redis_url: str) -> None:
    done = live(redis_url, CI)
    # How many differs with what was imported before: Hypothesis tries the constants it finds there.
    assert done["passes"] > 100
    assert done["deaths"]
