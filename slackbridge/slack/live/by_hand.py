"""Probes by hand: a person writes, edits, deletes, attaches and presses, and Slack tells us.

What Slack tells must have the keys that the sandbox gives it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from slackbridge.domain.chat import CARD
from slackbridge.slack import events
from slackbridge.slack.events import Subtype
from slackbridge.slack.live import samples
from slackbridge.slack.live.bench import Bench, NotTried
from slackbridge.slack.live.posting import seconds
from slackbridge.slack.live.probe import Probe
from slackbridge.slack.live.sockets import Listener, Payload, begun, keep

STEP_SECONDS = 120.0
SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """What a person is asked to do, and which payload shows that it was done."""

    name: str
    what: str
    ask: str
    wanted: Callable[[Payload], bool]
    told: Callable[[Payload], str]
    matters: str


class Hands(Protocol):
    """Whoever acts in Slack."""

    async def act(self, step: Step, channel: str, root: str) -> None:
        """Do what the step asks for, below `root`, or ask for it."""

    async def skip(self) -> None:
        """Return when the step is to be skipped."""


def _message(payload: Payload, *subtypes: str | None) -> bool:
    """Whether a person did this to a message below the card."""
    event = payload.get("event") or {}
    if event.get("type") != "message" or (event.get("subtype") or None) not in subtypes:
        return False
    said = event.get("message") or event.get("previous_message") or event
    return events.spoken(said)


def _written(payload: Payload) -> bool:
    return _message(payload, None)


def _changed(payload: Payload) -> bool:
    """An unfurled link is a change too, but without `edited`."""
    edited = ((payload.get("event") or {}).get("message") or {}).get("edited")
    return bool(edited) and _message(payload, Subtype.CHANGED)


def _deleted(payload: Payload) -> bool:
    return _message(payload, Subtype.DELETED)


def _shared(payload: Payload) -> bool:
    return _message(payload, Subtype.FILE_SHARE)


def _pressed(payload: Payload) -> bool:
    return payload.get("type") == "block_actions"


def _words_of_message(payload: Payload) -> str:
    event = payload.get("event") or {}
    kind = str(event.get("subtype") or "message")
    edited = (event.get("message") or {}).get("edited")
    if edited:
        return f"{kind}, edited at {seconds(str(edited.get('ts') or ''))}"
    id = ", with client_msg_id" if event.get("client_msg_id") else ""
    return f"{kind}{id}"


def _words_of_press(payload: Payload) -> str:
    ids = [str(each.get("action_id", "")) for each in payload.get("actions") or ()]
    return "block_actions, our id" if ids[:1] == ["ticket:claim"] else "block_actions"


EVENTS = "The bridge reads these keys; the report shows which ones differ."
STEPS = (
    Step(
        "hand.write",
        "a person writes",
        "Open the thread below the card “Self-test Customer” and write any word.",
        _written,
        _words_of_message,
        EVENTS,
    ),
    Step(
        "hand.edit",
        "a person edits",
        "Edit the message that you just wrote.",
        _changed,
        _words_of_message,
        EVENTS,
    ),
    Step(
        "hand.delete",
        "a person deletes",
        "Delete that message.",
        _deleted,
        _words_of_message,
        EVENTS,
    ),
    Step(
        "hand.attach",
        "a person attaches a file",
        "Send any small file in the same thread, and delete it yourself afterwards.",
        _shared,
        _words_of_message,
        EVENTS,
    ),
    Step(
        "hand.press",
        "a person presses a button",
        "Press “Claim” on the card.",
        _pressed,
        _words_of_press,
        EVENTS,
    ),
)


@contextlib.asynccontextmanager
async def probes(bench: Bench, hands: Hands) -> AsyncIterator[tuple[Probe, ...]]:
    """The probes, while a socket listens. Raises Rejected if nobody can listen."""
    listener, opened = Listener(bench), asyncio.Event()
    task = asyncio.create_task(listener.listen(opened))
    try:
        await begun(listener, opened)
        yield tuple(
            Probe(step.name, step.what, partial(_look, step, hands, listener), step.matters, True)
            for step in STEPS
        )
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look(step: Step, hands: Hands, listener: Listener, bench: Bench) -> str:
    if "hands" not in bench.answers:
        answer = await bench.draw(CARD, samples.card(bench.mark("hands").key))
        bench.answers["hands"] = {"ts": answer["ts"]}
    root = str(bench.answers["hands"]["ts"])
    act = _task(hands.act(step, bench.channel, root))
    heard = _task(listener.wait(step.wanted))
    skip = _task(hands.skip())
    try:
        done, _ = await asyncio.wait(
            (heard, skip), timeout=STEP_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if heard not in done:
            if skip in done:
                raise NotTried(SKIPPED)
            return f"nothing within {STEP_SECONDS:.0f} s"
        await act
        keep(bench, heard.result())
        return step.told(heard.result())
    finally:
        for task in (act, heard, skip):
            task.cancel()
        await asyncio.gather(act, heard, skip, return_exceptions=True)


def _task(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(work)
