"""The pages tell the truth: every path, link, module, command and folder they name exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from slackbridge.cli.main import COMMANDS
from tests.test_house import MAY_IMPORT

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
}
BASES = (ROOT, ROOT / "slackbridge", ROOT / "slackbridge" / "demo" / "page" / "static")
NAMED = re.compile(r"(?<![\w/.:-])((?:[\w-]+/)+(?:[\w-]+\.(?:py|md|lua|toml|png))?)(?![\w/*-])")
OF_ANOTHER_PACKAGE = {"docs/providers.md": ("tests/conftest.py", "tests/test_contract.py")}
WORDS = 30  # in the glossary
TABLE_ROW = re.compile(r"^\| (`.+?`) \|.*\| (.*?) \|$", re.MULTILINE)


def code(page: str) -> list[str]:
    """What stands in backticks or is a line of a block of code."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    return [*re.findall(r"`([^`\n]+)`", text), *"\n".join(blocks).splitlines()]


def section(heading: str) -> str:
    return PAGES["docs/design.md"].partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_every_path_exists(page: str) -> None:
    missing = {
        path
        for snippet in re.findall(r"`([^`\n]+)`", PAGES[page])
        for path in NAMED.findall(snippet)
        if path not in OF_ANOTHER_PACKAGE.get(page, ())
        and not any((folder / path).exists() for folder in BASES)
    }
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", PAGES[page])
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_module_exists(page: str) -> None:
    names = {
        name
        for snippet in code(PAGES[page])
        for name in re.findall(r"(?<![\w/.-])slackbridge(?:\.\w+)+", snippet)
        if not name.endswith((".toml", ".example"))
    }
    assert {name for name in names if not found(name)} == set()


def found(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        owner, _, attribute = name.rpartition(".")
        return bool(owner) and found(owner) and hasattr(importlib.import_module(owner), attribute)
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    known = {
        *(f"make {name}" for name in targets),
        *(f"slackbridge {c.__name__}" for c in COMMANDS),
    }
    typed = {
        command
        for snippet in code(PAGES[page])
        for command in re.findall(r"^(?:\.venv/bin/)?((?:make|slackbridge) [a-z]+)\b", snippet)
    }
    assert typed - known == set()


def test_the_table_of_folders_is_the_rule() -> None:
    table = {
        folder: set(re.findall(r"`([\w.]+)`", imports))
        for folders, imports in TABLE_ROW.findall(section("Folders"))
        for folder in re.findall(r"`([\w.]+)`", folders)
    }
    assert table == {
        name: set(MAY_IMPORT[name]) for name in MAY_IMPORT if name not in ("", "rooms")
    }


def test_the_glossary_is_short_and_says_each_word_once() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* \| .+ \|$", section("Words"), re.MULTILINE)
    assert 0 < len(words) <= WORDS
    assert words == sorted(set(words))
