"""Whether Playwright and a Chromium are installed."""

from __future__ import annotations

import importlib.util
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str:
    """The path of Chromium; '' if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def missing() -> str:
    """What the browser tests lack, and the remedy; '' if nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "no Playwright: it comes with `make setup`"
    if not executable():
        return f"no browser: none of {', '.join(NAMES)} is on PATH (Debian: apt install chromium)"
    return ""
