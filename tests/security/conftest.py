"""The worlds of the bridge's own tests, for attacks on them."""

from __future__ import annotations

from tests.bridge.conftest import instant, place, run, stage

__all__ = ["instant", "place", "run", "stage"]
