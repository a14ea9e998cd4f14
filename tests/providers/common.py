"""What the adapters' tests have in common: a clock that stands, a server told what to answer.

Owns no marketplace; the fixtures of each are in the `conftest.py` of its folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Protocol

from slackbridge.model import Ticket
from slackbridge.ports import Provider
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.testing.look import walk as walked


class Time:
    """Stands until it is told to go on."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Shop(Protocol):
    """What all sandbox marketplaces have in common."""

    faults: Faults


def says(shop: Shop, operation: str, answer: object, status: int = 200, **headers: str) -> None:
    """The next call of `operation` is answered with this, whatever it asked for."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    fault = Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body, headers=headers)
    shop.faults.add(fault)


def numbers(tickets: Iterable[Ticket]) -> list[int]:
    """The ids of tickets, where the marketplace numbers them."""
    return [int(ticket.key.id) for ticket in tickets]


async def walk(provider: Provider, between: Callable[[], None] = lambda: None) -> list[int]:
    """The numbers of all that a full walk lists; `between` happens after each page but the last."""
    return numbers(await walked(provider, lambda page, tickets: between()))
