"""Whether this machine can show the page at all: the package Playwright, and a Chromium."""

from __future__ import annotations

import importlib.util
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str:
    """The path of a Chromium; '' where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def missing() -> str:
    """What is missing for the tests in a browser, and the remedy; '' where all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "no Playwright: it comes with `make setup`"
    if not executable():
        return f"no browser: none of {', '.join(NAMES)} is on PATH (Debian: apt install chromium)"
    return ""
