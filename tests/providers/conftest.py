"""The clock of every provider's tests."""

from __future__ import annotations

import pytest

from tests.providers.common import Time


@pytest.fixture
def time() -> Time:
    return Time()
