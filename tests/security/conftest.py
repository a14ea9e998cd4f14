"""The fixtures of tests/bridge."""

from __future__ import annotations

from tests.bridge.conftest import instant, place, run, stage

__all__ = ["instant", "place", "run", "stage"]
