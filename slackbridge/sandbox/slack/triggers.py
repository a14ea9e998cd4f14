"""Trigger ids: valid for three seconds and for one use."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.shapes import Clock

LIFETIME = 3.0


@dataclass(slots=True)
class _Trigger:
    user: str
    until: float
    used: bool = False


class Triggers:
    """Issues trigger ids and redeems each once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, _Trigger] = {}

    def issue(self, user: str) -> str:
        """A new trigger id for a user."""
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[trigger] = _Trigger(user, self._clock() + LIFETIME)
        return trigger

    def redeem(self, trigger_id: str) -> str:
        """Use up a trigger id and return its user.

        Raises `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._clock() > trigger.until:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.user
