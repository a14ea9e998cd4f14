"""Log events are slugs with fields, and docs/logs.md lists every one of them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from slackbridge.ops.log import OURS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / OURS
PAGE = (ROOT / "docs" / "logs.md").read_text("utf-8")
LEVELS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
    "critical": "critical",
}
SLUG = re.compile(r"[a-z_]+(\.[a-z_]+)+")
EXCEPTION = "exception"  # the page's word for what a logged exception adds
LOGGERS = ("get_logger", "getLogger")


class Event(NamedTuple):
    """One event as it is logged: `fields` without those that are bound."""

    folder: str
    name: str
    level: str
    fields: frozenset[str]


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    """The modules that log, parsed."""
    texts = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    return [
        (path.relative_to(PACKAGE), ast.parse(text))
        for path, text in texts.items()
        if any(word in text for word in (*LOGGERS, "logging", "contextvars"))
    ]


def loggers(tree: ast.Module) -> set[str]:
    """The names that a module gives to loggers, and the standard module itself."""
    found = {"logging"}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        if ast.unparse(node.value.func).rpartition(".")[2] in LOGGERS:
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@cache
def calls(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    """Every call that logs, with the name of its method."""
    names, found = loggers(tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            ours = isinstance(value, ast.Name) and value.id in names
            if ours and node.func.attr in {*LEVELS, "log", "warn", "fatal"}:
                found.append((node.func.attr, node))
    return found


def folder(path: Path) -> str:
    """The heading under which the events of a module are listed."""
    parts = path.parts[:-1]
    return "/".join(parts[:2] if parts[0] == "rooms" else parts[:1])


def event(path: Path, method: str, call: ast.Call) -> Event:
    name = call.args[0]
    assert isinstance(name, ast.Constant)
    assert isinstance(name.value, str)
    fields = {keyword.arg or "**" for keyword in call.keywords}
    if "exc_info" in fields or method == "exception":
        fields = fields - {"exc_info"} | {EXCEPTION}
    return Event(folder(path), name.value, LEVELS[method], frozenset(fields))


@cache
def in_code() -> set[Event]:
    return {event(path, *found) for path, tree in trees() for found in calls(tree)}


def on_the_page() -> list[Event]:
    found, heading = [], ""
    for line in PAGE.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        if line.startswith("| `"):
            name, level, fields, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            assert meaning, f"{name} has no meaning"
            words = frozenset(re.findall(r"\w+", fields))
            found.append(Event(heading, name.strip("`"), level, words))
    return found


def test_every_event_is_a_slug() -> None:
    for path, tree in trees():
        for method, call in calls(tree):
            where = f"{path}:{call.lineno}"
            assert method in LEVELS, where
            assert len(call.args) == 1, f"{where}: values are fields, not arguments"
            name = call.args[0]
            assert isinstance(name, ast.Constant), f"{where}: an event is a literal"
            assert SLUG.fullmatch(str(name.value)), f"{where}: {name.value!r} is no slug"


def test_the_page_lists_every_event_with_its_level_and_fields() -> None:
    listed = on_the_page()
    assert in_code() - set(listed) == set(), "not in docs/logs.md"
    assert set(listed) - in_code() == set(), "nothing logs this"
    assert len(set(listed)) == len(listed), "listed twice"


def test_an_event_means_one_thing() -> None:
    """One name, one level and one set of fields in a folder, and in no other folder."""
    names = [one.name for one in in_code()]
    assert sorted(names) == sorted(set(names))


def test_the_fields_bound_for_a_pass_are_said_once() -> None:
    bound = {
        keyword.arg
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("bound_contextvars")
        for keyword in node.keywords
    }
    said = re.search(r"^Bound for a pass: (.+?)\.", PAGE, re.MULTILINE)
    assert said
    assert set(re.findall(r"`(\w+)`", said[1])) == bound
