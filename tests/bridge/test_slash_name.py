"""The slash command is named by its setting in everything that people read."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slackbridge.config.sections import SLASH
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

PACKAGE = Path(__file__).parents[2] / "slackbridge"
OURS = "/rf"
NAMED = re.compile(rf"(?<![\w/.-]){SLASH}(?![\w/])")  # the command, not a part of an address
ASKED = (
    *("", "help", "nonsense", "4712", f"{ACCOUNT}:99999999", "nobody@example.com", "list"),
    *("list nonsense", "list mine", "find", "find colour:red", "find name:Nobody", "stats"),
    *("why", "why 99999999", "new", "new nowhere"),
)


@pytest.fixture
async def renamed(place: World, run: Running) -> AsyncIterator[Stage]:
    async with run(slack={"command": OURS}, replies={"undo_seconds": 0}):
        yield Stage(place)


async def test_no_text_says_another_name(renamed: Stage) -> None:
    ticket = await renamed.opened(name="Marie Huber")
    texts = {words: str(await _asked(renamed, words)) for words in (*ASKED, f"why {ticket}")}
    await renamed.anna.click(CHANNEL, renamed.root(ticket), "ticket:claim")
    await renamed.reaction(await renamed.say(ticket, "an answer"), "white_check_mark")
    await renamed.reaction(await renamed.say(ticket, "// a note"), "lock")
    await renamed.anna.open_home()
    await renamed.until("Home", lambda: OURS in views.shown(renamed.anna.home() or {}))
    texts["home"] = json.dumps(renamed.anna.home())
    texts["channel"] = json.dumps(
        [renamed.slack.workspace.history(CHANNEL), views.thread(renamed.slack, ticket)]
    )
    texts["alone"] = json.dumps(renamed.anna.ephemerals(CHANNEL))
    assert [name for name, text in texts.items() if NAMED.search(text)] == []
    assert f"`{OURS} list [open|mine|overdue|ended] [ACCOUNT] [FIELD:…]`" in texts["help"]
    assert f"`{OURS} help` tells what can be asked" in texts["nonsense"]
    assert f"`{OURS} new {ACCOUNT}`" in texts["new nowhere"]


async def _asked(stage: Stage, words: str) -> object:
    return await stage.anna.command(OURS, words, channel=CHANNEL)


def test_no_text_in_the_code_has_a_name_of_its_own() -> None:
    """Only the setting's default has one; docstrings are for developers."""
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if SLASH in (source := path.read_text("utf-8"))
        for node in _texts(ast.parse(source))
        if NAMED.search(str(node.value))
    ]
    assert [place.partition(":")[0] for place in found] == ["config/sections.py"], found


def test_no_text_of_the_demo_s_page_has_a_name_of_its_own() -> None:
    scripts = (PACKAGE / "demo" / "page" / "static").rglob("*.js")
    assert [path.name for path in scripts if NAMED.search(path.read_text("utf-8"))] == []


def _texts(tree: ast.Module) -> list[ast.Constant]:
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
