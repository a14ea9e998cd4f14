"""What a visitor can let go wrong: six switches over the faults of the sandbox servers.

A switch stays on until it is switched off, and touches no fault but its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.page.problem import unknown
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.delivery import Delivery
from slackbridge.sandbox.slack.delivery import Switch as Twist

EVENTS = "message*"
LIMITED = {"Retry-After": "3", "Content-Type": "application/json"}
LIMITED_BODY = json.dumps({"ok": False, "error": "ratelimited"})
Json = dict[str, Any]


class Trouble(Protocol):
    """One fault at one server."""

    @property
    def on(self) -> bool: ...

    def begin(self) -> None: ...

    def end(self) -> None: ...


class Struck:
    """A fault of a server's calls, until it is taken away."""

    def __init__(
        self, board: Faults, operation: str, phase: Phase, action: Action, **how: Any
    ) -> None:
        self._board = board
        self._fault = Fault(operation, phase, action, times=None, **how)

    @property
    def on(self) -> bool:
        return self._fault in self._board

    def begin(self) -> None:
        self._board.add(self._fault)

    def end(self) -> None:
        self._board.remove(self._fault)


class Doubled:
    """Every event of Slack comes twice."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._twist: Twist | None = None

    @property
    def on(self) -> bool:
        return self._twist is not None and self._twist in self._delivery

    def begin(self) -> None:
        self._twist = self._delivery.duplicate(EVENTS, times=None)

    def end(self) -> None:
        if self._twist is not None:
            self._delivery.remove(self._twist)


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch as the page shows it, and what it does."""

    id: str
    label: str
    hint: str
    troubles: Sequence[Trouble]

    @property
    def on(self) -> bool:
        return all(trouble.on for trouble in self.troubles)

    def turn(self, on: bool) -> None:
        """Switch on or off; as it is already changes nothing."""
        for trouble in self.troubles:
            if trouble.on and not on:
                trouble.end()
            elif on and not trouble.on:
                trouble.begin()


class Switches:
    """All of them, by id."""

    def __init__(self, slack: SlackSandbox, markets: Iterable[Market]) -> None:
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


def _switches(slack: SlackSandbox, markets: Sequence[Market]) -> Iterator[Switch]:
    yield Switch(
        "market-down",
        "Marketplaces are down",
        "Every call to a marketplace is answered with 503. Replies wait and are sent afterwards.",
        [_down(market.desk.faults) for market in markets],
    )
    yield Switch(
        "market-answer-lost",
        "Marketplaces' answers get lost",
        "A reply is stored, but the line breaks before the answer. The bridge has to find out"
        " whether it was sent, and must not send it twice.",
        [
            Struck(market.desk.faults, call, Phase.ANSWER, Action.RESET)
            for market in markets
            for call in market.writes
        ],
    )
    yield from _of_slack(slack)


def _of_slack(slack: SlackSandbox) -> Iterator[Switch]:
    limited = {"status": 429, "headers": LIMITED, "body": LIMITED_BODY}
    yield Switch(
        "slack-limit",
        "Slack limits messages",
        "Every post and edit is answered with 429 and Retry-After: 3.",
        [Struck(slack.faults, "chat.*", Phase.ARRIVAL, Action.STATUS, **limited)],
    )
    yield Switch(
        "slack-answer-lost",
        "Slack's answers get lost",
        "A message is posted, but the line breaks before the answer. It must not be posted twice.",
        [Struck(slack.faults, "chat.postMessage", Phase.ANSWER, Action.RESET)],
    )
    yield Switch(
        "slack-down",
        "Slack's API is down",
        "Every call to Slack is answered with 503. What people write still arrives.",
        [_down(slack.faults)],
    )
    yield Switch(
        "events-twice",
        "Slack tells everything twice",
        "Every message event is delivered two times. A reply must reach the customer once.",
        [Doubled(slack.delivery)],
    )


def _down(board: Faults) -> Struck:
    return Struck(board, "*", Phase.ARRIVAL, Action.STATUS, status=503)
