"""Loggers are global: what sets them up leaves them as they were."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import structlog

from slackbridge.ops.log import OURS


@contextmanager
def restored() -> Iterator[None]:
    """The log may be set up anew within. Those who listen meanwhile hear nothing, and stay open."""
    root, ours, config = logging.getLogger(), logging.getLogger(OURS), structlog.get_config()
    levels = root.level, ours.level
    try:
        with patch.object(root, "handlers", []):
            yield
    finally:
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        logging.captureWarnings(False)
        structlog.configure(**config)
