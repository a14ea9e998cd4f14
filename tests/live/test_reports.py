"""Reports: what stands in them, and the sandbox held to those that people have sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from slackbridge.cli.rehearsal import CHANNEL, bench_on
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.slack.live import report, runner
from slackbridge.slack.live.probe import Row, Seen, compare
from tests.live.replay import REPORTS, differing, load, probes, replayed


def rows(expected: Mapping[str, Seen], **seen: Seen) -> list[Row]:
    known = probes()
    return [
        compare(known[name], each, seen.get(name.replace(".", "_"), each))
        for name, each in expected.items()
    ]


def made(expected: Mapping[str, Seen], **seen: Seen) -> dict[str, Any]:
    """A report as it is read from its file."""
    told = report.report(rows(expected, **seen), "socket", complete=True, left=0)
    loaded: dict[str, Any] = json.loads(json.dumps(told))
    return loaded


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_sandbox_behaves_as_somebody_s_slack(path: Path, expected: Mapping[str, Seen]) -> None:
    assert differing(load(path), expected) == {}


def test_a_report_of_the_sandbox_agrees_with_it(expected: Mapping[str, Seen]) -> None:
    told = made(expected)
    assert len(replayed(told, expected)) == len(expected)
    assert differing(told, expected) == {}
    assert all(row.more == row.less == () for row in replayed(told, expected))


def test_a_row_that_differs_is_named(expected: Mapping[str, Seen]) -> None:
    told = made(expected, history_rows=Seen("history.rows", "15"))
    assert [row.seen.value for row in differing(told, expected).values()] == ["15"]


def test_a_key_that_differs_is_named(expected: Mapping[str, Seen]) -> None:
    event = {"payload": {"event": {"type": "type=message", "new_field": "string"}}}
    told = made(expected, hand_write=Seen("hand.write", expected["hand.write"].value, True, event))
    found = differing(told, expected)
    assert list(found) == ["hand.write"]
    assert "payload.event.new_field: string" in found["hand.write"].more
    assert "payload.event.ts: string" in found["hand.write"].less


def test_what_was_not_tried_is_left_out(expected: Mapping[str, Seen]) -> None:
    told = made(expected, sockets=Seen("sockets", "HTTP mode: not tried", tried=False))
    assert differing(told, expected) == {}
    assert len(replayed(told, expected)) == len(expected) - 1


def test_a_report_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        report.seen_in({"format": 2, "rows": []})


async def test_no_value_leaks(slack: SlackSandbox) -> None:
    """What Slack has told, word by word, is not in the report."""
    slack.workspace.team_name, slack.app.name = "Zanzibar Imports", "zorro"
    told: set[str] = set()
    async with bench_on(slack) as bench:
        kept = bench.keep

        def keep(name: str, value: Any) -> None:
            told.update(words(value))
            kept(name, value)

        bench.keep = keep  # type: ignore[method-assign]  # reads along
        seen = [await runner.look(probe, bench) for probe in runner.PROBES]
        await runner.clean(bench)
    lines = [compare(probes()[each.name], each, each) for each in seen]
    text = json.dumps(report.report(lines, "socket", complete=True, left=0))
    secrets = {slack.bot_token, slack.app_token, slack.signing_secret, CHANNEL, bench.run}
    assert "Zanzibar Imports" in told
    told -= {"slackbridge"}  # the app has the name of the package
    assert {word for word in told | secrets if word in text} == set()


OURS = ("type", "subtype", "event_type", "account", "effect")
"""Words that Slack or the self-test itself has chosen."""


def words(value: Any) -> set[str]:
    """Every string that is a value, but for those that Slack itself chose for a type."""
    if isinstance(value, str):
        return {value} if len(value) > 4 else set()
    if isinstance(value, list):
        return {word for each in value for word in words(each)}
    if isinstance(value, dict):
        inner = (each for name, each in value.items() if name not in OURS)
        return {word for each in inner for word in words(each)}
    return set()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    now = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    names = []
    for _ in range(3):
        path = report.free_name(tmp_path, now)
        report.write(path, {"format": 1})
        names.append(path.name)
    assert names == [f"slackbridge-live-2026-01-02-0304{end}.json" for end in ("", "-2", "-3")]
    with pytest.raises(FileExistsError):
        report.write(tmp_path / names[0], {})
