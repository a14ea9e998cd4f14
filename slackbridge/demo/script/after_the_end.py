"""A customer writes on a ticket that has ended, and whose marketplace leaves it so."""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.demo.script.agent import Agent


async def is_heard(anna: Agent, name: str, ends: Callable[[], None], shown: str, text: str) -> None:
    """`ends` is how the ticket ends at its marketplace, `shown` what its card then says."""
    ends()
    await anna.shows(shown)
    await anna.customer_writes(name, text)
    await anna.shows("wrote after this ticket had ended")
    anna.tell.say("slack", f"card: {anna.drawn()}")
