"""The house rules that no linter knows: who imports whom, what stands where, and how long it is."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES_OF_A_FILE = 350  # of the package; tests of one thing stay in one file
LINES_OF_A_FUNCTION = 60
TYPE_IGNORES = 5  # in the package

ENTRIES_AT_THE_TOP = 18  # of the package, beside `__init__.py` and the `py.typed` marker
FLOORS = 11  # on which the folders stand

# Which folders a folder may import, beside itself. Every module lies under the longest name that
# fits it; there are no exceptions by file.
SHARED = tuple(
    f"providers.{name}"
    for name in ("answer", "factory", "http", "lenient", "numbered", "pacing", "base")
)
CORE = ("ports", "domain", "text")
ROOM = ("rules", *CORE)
PRODUCT = ("config", "ops", "providers", "slack", "store", "rooms", *ROOM)
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "text": (),
    "domain": ("text",),
    "rules": ("domain", "text"),
    "ports": ("domain", "text"),
    "rooms.inbound": ROOM,
    "rooms.lookup": ROOM,
    "rooms.polling": ("rooms.inbound", *ROOM),
    "rooms.lane": ("rooms.inbound", *ROOM),
    "rooms.recovery": ("rooms.lane", "rooms.inbound", *ROOM),
    "rooms": (),
    "providers.refurbed": (*SHARED, *CORE),
    "providers.clickbank": (*SHARED, *CORE),
    "providers.sellapp": (*SHARED, *CORE),
    "providers.sellgate": (*SHARED, *CORE),
    "providers": CORE,
    "slack": CORE,
    "store": CORE,
    "sdk": ("providers", *CORE),
    "config": ("providers", *CORE),
    "ops": ("config", "rooms", *ROOM),
    "wiring": PRODUCT,
    "app": ("wiring", *PRODUCT),
    "testing": ("sdk", "providers", *CORE),
    "sandbox": (),
    "demo": ("sandbox", "app", "wiring", *PRODUCT),
    "cli": ("demo", "sandbox", "app", "wiring", *PRODUCT),
    "__main__": ("cli",),
    "": (),
}

# What may be used only there: a module from outside, or an attribute of one.
FENCES: dict[str, tuple[str, ...]] = {
    "slack_sdk": ("slack",),
    "slack_bolt": ("slack",),
    "redis": ("store",),
    "httpx": ("providers",),
    "apscheduler": ("ops",),
    "os.environ": ("config",),
    "os.getenv": ("config",),
}
PRINTERS = ("cli", "demo")


def modules() -> dict[str, Path]:
    """Every module of the package by its name without `slackbridge.`; the package itself is ''."""
    found = {}
    for path in sorted((ROOT / "slackbridge").rglob("*.py")):
        parts = path.relative_to(ROOT / "slackbridge").with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("slackbridge", "tests", "bench")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def under(module: str, *prefixes: str) -> bool:
    return any(not p or module == p or module.startswith(p + ".") for p in prefixes)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a file's syntax, flat."""
    return tuple(ast.walk(tree(path)))


@cache
def imports(path: Path, *, typing: bool = True) -> tuple[str, ...]:
    """Dotted names of everything a file imports, wherever it does; relative imports are banned."""
    hints = {
        inner
        for node in nodes(path)
        if isinstance(node, ast.If) and not typing and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: list[str] = []
    for node in nodes(path):
        if node in hints:
            continue
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def ours(module: str, *, typing: bool = True) -> set[str]:
    """Our own modules that a module imports."""
    found = set()
    for name in imports(MODULES[module], typing=typing):
        if under(name, "slackbridge"):
            inner = name.removeprefix("slackbridge").lstrip(".")
            found.add(inner if inner in MODULES else inner.rpartition(".")[0])
    return found - {"", module}


def folder(module: str) -> str:
    """The name in MAY_IMPORT under which a module lies: the longest that fits it."""
    fits = [name for name in MAY_IMPORT if under(module, name) and (name or not module)]
    assert fits, f"{module} lies under no rule"
    return max(fits, key=len)


@cache
def attributes(path: Path) -> tuple[str, ...]:
    """Every `name.attribute` a file uses."""
    return tuple(
        f"{node.value.id}.{node.attr}"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    )


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in nodes(path) if isinstance(node, ast.Call))


def astray(module: str) -> set[str]:
    """What a module imports of ours and must not."""
    allowed = (folder(module), *MAY_IMPORT[folder(module)])
    return {name for name in ours(module) if not name or not under(name, *allowed)}


def room(module: str) -> str:
    """The folder that a module is drawn in: a room of its own inside `rooms`, else at the top."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] == "rooms" else 1])


def test_imports_point_one_way() -> None:
    assert {module: wrong for module in MODULES if (wrong := astray(module))} == {}


def test_the_top_of_the_package_is_seen_at_a_glance() -> None:
    entries = {
        path.name
        for path in (ROOT / "slackbridge").iterdir()
        if path.name not in ("__init__.py", "py.typed", "__pycache__")
    }
    assert len(entries) <= ENTRIES_AT_THE_TOP, sorted(entries)


def test_the_folders_stand_on_few_floors() -> None:
    rooms: dict[str, set[str]] = {}
    for module in MODULES:
        below = {room(name) for name in ours(module)} - {room(module)}
        rooms.setdefault(room(module), set()).update(below)
    floors: dict[str, int] = {}
    for name in TopologicalSorter(rooms).static_order():  # raises CycleError for a cycle
        floors[name] = 1 + max((floors[below] for below in rooms[name]), default=0)
    assert max(floors.values()) <= FLOORS, floors


def test_no_import_cycles() -> None:
    TopologicalSorter({module: ours(module, typing=False) for module in MODULES}).prepare()


@pytest.mark.parametrize("fence", FENCES)
def test_fences(fence: str) -> None:
    outside = {
        module
        for module, path in MODULES.items()
        if not under(module, *FENCES[fence])
        and any(under(name, fence) for name in (*imports(path), *attributes(path)))
    }
    assert not outside


def test_the_sandbox_stands_alone() -> None:
    allowed = {"aiohttp", "slackbridge", *sys.stdlib_module_names}
    foreign = {
        (module, name)
        for module, path in MODULES.items()
        if under(module, "sandbox")
        for name in imports(path)
        if name.partition(".")[0] not in allowed
    }
    assert not foreign


def test_every_file_says_what_it_is() -> None:
    assert [file for file in FILES if not ast.get_docstring(tree(ROOT / file))] == []


def test_every_file_stays_small() -> None:
    lines = {file: len((ROOT / file).read_text("utf-8").splitlines()) for file in FILES}
    long = {file: n for file, n in lines.items() if n > LINES_OF_A_FILE}
    assert {file: n for file, n in long.items() if not file.startswith("tests/")} == {}


def test_every_function_stays_small() -> None:
    assert {
        (file, node.name)
        for file in FILES
        for node in nodes(ROOT / file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION
    } == set()


def test_nobody_prints_but_the_command_line() -> None:
    printing = {
        module
        for module, path in MODULES.items()
        if not under(module, *PRINTERS)
        and any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls(path))
    }
    assert not printing


def test_every_moment_has_a_time_zone() -> None:
    naive = {
        (module, call.lineno)
        for module, path in MODULES.items()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and (
            call.func.attr in ("utcnow", "utcfromtimestamp")
            or (call.func.attr == "now" and ast.unparse(call.func.value).endswith("datetime"))
        )
        and not (call.args or call.keywords)
    }
    assert not naive


def test_no_failure_is_swallowed() -> None:
    silent = {
        (module, node.lineno)
        for module, path in MODULES.items()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(line, ast.Pass) for line in node.body)
    }
    assert not silent


def test_redis_keys_are_spelt_in_one_file() -> None:
    key = re.compile(r"[\"']sb:|prefix\}:")
    spelt = {name for name, path in MODULES.items() if key.search(path.read_text("utf-8"))}
    assert spelt <= {"store.keys"}


def test_type_ignores_are_few_and_give_a_reason() -> None:
    found = [
        (file, line)
        for file in FILES
        for line in (ROOT / file).read_text("utf-8").splitlines()
        if re.search(r"#\s*type:\s*ignore", line)
    ]
    assert sum(file.startswith("slackbridge/") for file, _ in found) <= TYPE_IGNORES
    assert all(re.search(r"type:\s*ignore\[[\w, -]+\]\s+#\s*\w+", line) for _, line in found)
