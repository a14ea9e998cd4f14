"""Helpers of all providers' tests: a frozen clock, a server told what to answer."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import pytest

from slackbridge.domain.model import Ticket
from slackbridge.ports.provider import Provider
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.gate import Window
from slackbridge.testing.look import walk as walked


class Time:
    """A clock that moves only when a test sets `now`."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Shop(Protocol):
    """What all sandbox marketplaces have in common."""

    faults: Faults


class Gated(Protocol):
    window: Window


class Limited(Protocol):
    """A marketplace that counts the calls of a second."""

    @property
    def gate(self) -> Gated: ...


SECOND = 0.8  # of a window of one second
TRIES = 100


async def within_a_second(shop: Limited, attempt: Callable[[], Awaitable[None]]) -> None:
    """Run what counts calls in one window of real time. If the machine was too busy for that, its
    failure says nothing, and it is tried again in a new window.
    """
    for left in reversed(range(TRIES)):
        shop.gate.window = Window()
        began = time.monotonic()
        try:
            return await attempt()
        except (Exception, pytest.fail.Exception):
            if time.monotonic() - began < SECOND or not left:
                raise


def says(shop: Shop, operation: str, answer: object, status: int = 200, **headers: str) -> None:
    """Answer the next call of `operation` with this."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    fault = Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body, headers=headers)
    shop.faults.add(fault)


def numbers(tickets: Iterable[Ticket]) -> list[int]:
    """The ids of tickets, where the marketplace numbers them."""
    return [int(ticket.key.id) for ticket in tickets]


async def walk(provider: Provider, between: Callable[[], None] = lambda: None) -> list[int]:
    """The numbers of all listed tickets; `between` is called after each page but the last."""
    return numbers(await walked(provider, lambda page, tickets: between()))
