"""The steps by hand: the keys of what Slack tells are those of the sandbox, or the row says so."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from slackbridge.cli.live import Terminal
from slackbridge.cli.rehearsal import SandboxHands, bench_on, seen_on
from slackbridge.domain.errors import Rejected
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.delivery import Planned, Switch
from slackbridge.slack.live import by_hand, runner
from slackbridge.slack.live.probe import Row, Seen, Verdict, compare
from slackbridge.slack.live.sockets import socket

EVENTS = {
    "hand.write": "message",
    "hand.edit": "message.message_changed",
    "hand.delete": "message.message_deleted",
    "hand.attach": "message.file_share",
    "hand.press": "block_actions",
}


async def rows(slack: SlackSandbox, expected: Mapping[str, Seen]) -> dict[str, Row]:
    """The rows of the steps."""
    async with bench_on(slack) as bench:
        async with by_hand.probes(bench, SandboxHands(slack)) as probes:
            found = {
                probe.name: compare(probe, expected[probe.name], await runner.look(probe, bench))
                for probe in probes
            }
        await runner.clean(bench)
    return found


def told_more(payload: dict[str, Any]) -> None:
    payload["new_field"] = 1


def told_less(payload: dict[str, Any]) -> None:
    payload.pop("team_id", None)
    payload.pop("team", None)


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("change", [told_more, told_less])
async def test_other_keys_are_named(
    name: str, change: Any, slack: SlackSandbox, expected: Mapping[str, Seen]
) -> None:
    def changed(planned: list[Planned], number: int) -> list[Planned]:
        for _, payload in planned:
            change(payload)
        return planned

    slack.delivery.add(Switch(EVENTS[name], None, changed))
    found = await rows(slack, expected)
    differing = {row.probe.name for row in found.values() if row.verdict is Verdict.DIFFERS}
    assert differing == {name}
    keys = found[name].more if change is told_more else found[name].less
    assert any("new_field" in key or "team" in key for key in keys)


class Typed:
    """Somebody who types again and again."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def __iter__(self) -> Iterator[str]:
        yield "yes\n"
        while not self.ended.wait(0.02):
            yield "Skip\n"


async def test_a_step_may_be_skipped(slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed()
    monkeypatch.setattr(sys, "stdin", typed)
    async with bench_on(slack) as bench:
        async with by_hand.probes(bench, Terminal()) as probes:
            seen = [await runner.look(probe, bench) for probe in probes]
            typed.ended.set()
        await runner.clean(bench)
    assert {each.value for each in seen} == {"skipped"}
    assert not any(each.tried for each in seen)


async def test_a_step_has_a_limit(slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    class Idle:
        async def act(self, step: object, channel: str, root: str) -> None:
            return

        async def skip(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(by_hand, "STEP_SECONDS", 0.1)
    async with bench_on(slack) as bench:
        async with by_hand.probes(bench, Idle()) as probes:
            seen = await runner.look(probes[0], bench)
        await runner.clean(bench)
    assert (seen.value, seen.tried) == ("nothing within 0 s", True)


async def test_whoever_listens_already_is_not_disturbed(slack: SlackSandbox) -> None:
    async with bench_on(slack) as bench, socket(bench):
        with pytest.raises(Rejected, match="stop the bridge"):
            async with by_hand.probes(bench, SandboxHands(slack)):
                raise AssertionError("nobody is asked")


async def test_what_belongs_to_others_is_left_to_them(slack: SlackSandbox) -> None:
    """An event of another channel is not acknowledged: Slack tells it again."""
    slack.socket.redelivery = 0.1
    async with bench_on(slack) as bench:
        async with by_hand.probes(bench, SandboxHands(slack)) as probes:
            await slack.person("anna").say("C0SUPPORT", "a customer's affair")
            seen = await runner.look(probes[0], bench)
        await runner.clean(bench)
    assert seen.value == "message, with client_msg_id"
    assert [each.event["channel"] for each in slack.events.acknowledged].count("C0SUPPORT") == 0


async def test_http_mode_opens_no_socket(slack: SlackSandbox) -> None:
    seen = await seen_on(slack, "http")
    assert (seen["sockets"].value, seen["sockets"].tried) == ("HTTP mode: not tried", False)
    assert "apps.connections.open" not in slack.faults.seen
