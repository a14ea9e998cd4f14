"""Six switches with which a visitor injects faults into the sandbox servers.

A switch stays on until it is switched off, and affects no other fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.page.responses import unknown
from slackbridge.sandbox.faults import Action, Board, Fault, Faults, Phase
from slackbridge.sandbox.slack import delivery
from slackbridge.sandbox.slack.app import SlackSandbox

EVENTS = "message*"
LIMITED = {"Retry-After": "3", "Content-Type": "application/json"}
LIMITED_BODY = json.dumps({"ok": False, "error": "ratelimited"})
Json = dict[str, Any]
Injected = tuple[Board[Any], Any]  # where, and what


@dataclass(frozen=True, slots=True)
class FaultSwitch:
    """One switch as the page shows it, and the faults it injects."""

    id: str
    label: str
    hint: str
    faults: Sequence[Injected]

    @property
    def on(self) -> bool:
        return all(fault in board for board, fault in self.faults)

    def turn(self, on: bool) -> None:
        """Switch on or off; idempotent."""
        for board, fault in self.faults:
            if fault in board and not on:
                board.remove(fault)
            elif on and fault not in board:
                board.add(fault)


class FaultSwitches:
    """All switches by id."""

    def __init__(self, slack: SlackSandbox, markets: Iterable[Market[Any]]) -> None:
        self._all = {each.id: each for each in _switches(slack, list(markets))}

    def shown(self) -> list[Json]:
        return [
            {"id": each.id, "label": each.label, "hint": each.hint, "on": each.on}
            for each in self._all.values()
        ]

    def turn(self, id: str, on: bool) -> None:
        """Raises Problem (404)."""
        if id not in self._all:
            raise unknown(f"switch {id}")
        self._all[id].turn(on)


def _switches(slack: SlackSandbox, markets: Sequence[Market[Any]]) -> Iterator[FaultSwitch]:
    yield FaultSwitch(
        "market-down",
        "Marketplaces are down",
        "Every call to a marketplace is answered with 503. Replies wait and are sent afterwards.",
        [_down(market.sandbox.faults) for market in markets],
    )
    yield FaultSwitch(
        "market-answer-lost",
        "Marketplaces' answers get lost",
        "A reply is stored, but the line breaks before the answer. The bridge has to find out"
        " whether it was sent, and must not send it twice.",
        [
            _call(market.sandbox.faults, call, Phase.ANSWER, Action.RESET)
            for market in markets
            for call in market.writes
        ],
    )
    yield from _of_slack(slack)


def _of_slack(slack: SlackSandbox) -> Iterator[FaultSwitch]:
    limited = {"status": 429, "headers": LIMITED, "body": LIMITED_BODY}
    yield FaultSwitch(
        "slack-limit",
        "Slack limits messages",
        "Every post and edit is answered with 429 and Retry-After: 3.",
        [_call(slack.faults, "chat.*", Phase.ARRIVAL, Action.STATUS, **limited)],
    )
    yield FaultSwitch(
        "slack-answer-lost",
        "Slack's answers get lost",
        "A message is posted, but the line breaks before the answer. It must not be posted twice.",
        [_call(slack.faults, "chat.postMessage", Phase.ANSWER, Action.RESET)],
    )
    yield FaultSwitch(
        "slack-down",
        "Slack's API is down",
        "Every call to Slack is answered with 503. What people write still arrives.",
        [_down(slack.faults)],
    )
    yield FaultSwitch(
        "events-twice",
        "Slack tells everything twice",
        "Every message event is delivered two times. A reply must reach the customer once.",
        [(slack.delivery, delivery.repeating(EVENTS, 2, None))],
    )


def _down(board: Faults) -> Injected:
    return _call(board, "*", Phase.ARRIVAL, Action.STATUS, status=503)


def _call(board: Faults, operation: str, phase: Phase, action: Action, **how: Any) -> Injected:
    """A fault in a server's answers to calls."""
    return board, Fault(operation, phase, action, times=None, **how)
