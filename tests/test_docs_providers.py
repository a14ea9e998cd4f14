"""docs/providers.md explains everything that a marketplace may offer."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from slackbridge import sdk
from slackbridge.domain.model import Capabilities
from slackbridge.ports import capabilities

PAGE = (Path(__file__).parent.parent / "docs" / "providers.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]


def test_every_optional_protocol_is_explained_and_in_the_sdk() -> None:
    ours = [one for one in vars(capabilities).values() if isinstance(one, type)]
    for each in [one for one in ours if one.__module__ == capabilities.__name__]:
        (method,) = [name for name, it in vars(each).items() if callable(it) and name[0] != "_"]
        assert any(f"| `{each.__name__}` | `{method}(" in row for row in ROWS), each.__name__
        assert each.__name__ in sdk.__all__


def test_every_capability_is_explained() -> None:
    for field in fields(Capabilities):
        assert any(f"`{field.name}`" in row.split("|")[1] for row in ROWS), field.name
