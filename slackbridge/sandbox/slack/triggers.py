"""Trigger ids: valid for three seconds and for one use."""

from __future__ import annotations

import secrets

from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.shapes import Clock

LIFETIME = 3.0


class Triggers:
    """Issues trigger ids and redeems each once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def issue(self, user: str) -> str:
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[trigger] = (user, self._clock() + LIFETIME)
        return trigger

    def redeem(self, trigger_id: str) -> str:
        """Use up a trigger id and return its user.

        Raises `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        if trigger_id not in self._issued:
            raise ApiError("invalid_trigger_id")
        if trigger_id in self._used:
            raise ApiError("exchanged_trigger_id")
        user, until = self._issued[trigger_id]
        if self._clock() > until:
            raise ApiError("expired_trigger_id")
        self._used.add(trigger_id)
        return user
