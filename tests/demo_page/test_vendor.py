"""The vendored libraries match their published checksums, and there are no others."""

from __future__ import annotations

import hashlib

from slackbridge.demo.page import assets

VENDOR = assets.ROOT / "vendor"


def test_every_library_is_as_published() -> None:
    lines = (VENDOR / "README.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if ".mjs |" in line]
    named = {row[0]: row[4] for row in rows}
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.mjs")
    }
    assert there == named
