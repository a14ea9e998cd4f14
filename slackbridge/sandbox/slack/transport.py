"""How payloads get from Slack to the app: the interface of HTTP and Socket Mode."""

from __future__ import annotations

from typing import Any, Protocol

from slackbridge.sandbox.slack.shapes import Json

# What the app answers to an interaction: a JSON object, plain text, or nothing.
Answer = Json | str | None
ACK_SECONDS = 3.0
INTERACTIVE = "interactive"
COMMAND = "slash_commands"


class Transport(Protocol):
    async def event(self, payload: Json) -> bool:
        """Deliver an event, with retries; False = given up."""

    async def interaction(self, kind: str, payload: Json) -> Answer:
        """Deliver an interaction once. Raises NotAcknowledged."""


def as_answer(value: Any) -> Answer:
    """An acknowledgement's payload; empty counts as nothing."""
    return value if isinstance(value, dict | str) and value else None
