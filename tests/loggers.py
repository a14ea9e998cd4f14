"""Restores the global logging configuration."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import structlog

from slackbridge.ops.log import OURS


@contextmanager
def restored() -> Iterator[None]:
    """Logging may be configured within the block; existing handlers are detached meanwhile."""
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
