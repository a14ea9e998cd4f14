"""What people have in files, scripts and packages goes on working: the settings, how wrong ones are
refused, the names of commands, options and make targets, the contract suite for other packages.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.golden.forms import differences, recorded
from tests.golden.refusals import COMPLETE, SECRETS, refusals
from tests.golden.surface import HELPS, command_line, contract, targets
from tests.golden.typed import ROOT, Command, Ended

ACCOUNTS = ("refurbed-at", "clickbank-main", "sellapp-main", "sellgate-main")


def settings(table: dict[str, Any], where: str = "") -> set[str]:
    """The dotted names of all settings in a file; a list of tables counts as one table."""
    found: set[str] = set()
    for name, value in table.items():
        tables = value if isinstance(value, list) else [value]
        if tables and all(isinstance(each, dict) for each in tables):
            found |= {each for one in tables for each in settings(one, f"{where}{name}.")}
        else:
            found.add(where + name)
    return found


def test_the_file_has_every_setting_of_the_example() -> None:
    """Else the test above proves less than it says."""
    example = tomllib.loads((ROOT / "slackbridge.example.toml").read_text("utf-8"))
    commented = {"accounts.per_second", "routes.channel", "routes.when.provider"}
    assert settings(example) | commented <= settings(tomllib.loads(COMPLETE))


@pytest.mark.long
@pytest.mark.timeout(320)
def test_what_is_typed_is_answered_as_ever(redis_url: str, tmp_path: Path) -> None:
    """None of the settings in somebody's file may be unknown one day; a refusal names the key, its
    value and the remedy; commands, options and exit codes stand in units, scripts and cron tables.
    """
    path = tmp_path / "slackbridge.toml"
    path.write_text(COMPLETE, "utf-8")
    env = {**SECRETS, "REDIS_URL": redis_url}
    shows = [Command(["show", f"{name}:1", "-c", str(path)], env) for name in ACCOUNTS]
    refused, ended = refusals(tmp_path, [*shows, *HELPS])
    nothing = [Ended(0, f"{name}:1: nothing is stored of this ticket\n", "") for name in ACCOUNTS]
    assert ended[: len(shows)] == nothing
    assert differences(refused, recorded("refusals")) == []
    assert differences(command_line(ended[len(shows) :]), recorded("commands")) == []


def test_make_targets_keep_their_names() -> None:
    """They stand in CI and in the README."""
    assert {*recorded("targets")} <= {*targets()}


@pytest.mark.timeout(320)
def test_other_packages_find_the_contract_suite() -> None:
    """`from slackbridge.testing.contract import *` stands in their tests."""
    for now, before in zip(contract(), recorded("contract"), strict=True):
        assert {*before} <= {*now}  # more may come


def test_the_docs_name_the_entry_point_group() -> None:
    """That it is the one that is looked into, "another package's provider" among refusals tells."""
    guide = (ROOT / "docs" / "providers.md").read_text("utf-8")
    assert '[project.entry-points."slackbridge.providers"]' in guide
    assert "from slackbridge.testing.contract import *" in guide
