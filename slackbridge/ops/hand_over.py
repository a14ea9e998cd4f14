"""One set of settings works at a time on one Redis: a process with others waits for its turn.

The settings in force stand in Redis. A process that may work says so in its heartbeat first, and
looks for the others afterwards, as every other does: of two that begin at once, at least one sees
the other. Where nobody works with other settings any more, those of the first who asks come into
force.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from slackbridge.config import agreement
from slackbridge.config.agreement import InForce
from slackbridge.domain.errors import Failure
from slackbridge.ops.health import Pulse
from slackbridge.ops.heartbeat import working_otherwise

log = structlog.get_logger(__name__)
REMIND_SECONDS = 60.0
SHOWN = 5


class Rules(Protocol):
    """Where the settings in force are kept."""

    async def rules_in_force(self) -> tuple[str, float, str]: ...
    async def take_over_rules(self, before: str, after: str, detail: str) -> bool: ...
    async def heartbeats(self) -> dict[str, str]: ...


class HandOver:
    """Whether this process may work with its settings.

    `on_force` is told since when messages are understood as by our settings (Unix seconds).

    `lost` is set, with a sentence in `why`, when others came into force while we worked.
    """

    def __init__(
        self,
        rules: Rules,
        pulse: Pulse,
        settings: agreement.Flat,
        on_force: Callable[[float], None],
    ) -> None:
        self._rules = rules
        self._pulse = pulse
        self._settings = settings
        self._digest = agreement.digest(settings)
        self._on_force = on_force
        self._reminded = 0.0
        self._said = ""
        self.lost = asyncio.Event()
        self.why = ""

    async def ask(self) -> str:
        """Why this process must not work now; '' = it may. Raises Later while Redis is away."""
        before = InForce(*await self._rules.rules_in_force())
        ours, others = before.digest == self._digest, list[str]()
        if not ours:
            others = await self._others(in_force=False)
            ours = not others and await self._take_over(before)
        await self._pulse.claim(self._digest if ours else "")
        if not ours:
            return self._waits(before, others)
        now = InForce(*await self._rules.rules_in_force())
        ours = now.digest == self._digest
        others = await self._others(in_force=ours)
        if not ours or others:
            return self._waits(now, others)
        self._on_force(now.understood_since)
        return ""

    async def _others(self, *, in_force: bool) -> list[str]:
        beats = await self._rules.heartbeats()
        return working_otherwise(beats, self._digest, in_force=in_force)

    async def _take_over(self, before: InForce) -> bool:
        detail = agreement.detail(self._settings, before)
        return await self._rules.take_over_rules(before.digest, self._digest, detail)

    def _waits(self, now: InForce, others: list[str]) -> str:
        """Say it, in the log once a minute."""
        keys = now.differing(self._settings)
        why = f"waiting for {_names(others)}, at work with other settings{_which(keys)}"
        if why != self._said or time.monotonic() - self._reminded > REMIND_SECONDS:
            log.warning("hand_over.waits", settings=list(keys), processes=others)
            self._said, self._reminded = why, time.monotonic()
        return why

    def told(self) -> str:
        """What ends this process, once `lost` is set."""
        return f"Other settings came into force on this Redis while this process slept: {self.why}."

    async def check(self) -> None:
        """Whether our settings are still in force; if not, `lost` is set. Raises nothing.

        A process that was stopped or cut off for long may find others at work when it comes back.
        """
        try:
            if (await self._rules.rules_in_force())[0] == self._digest:
                return
            self.why = await self.ask()
        except Failure as failure:
            log.warning("settings.unknown", why=failure.loggable)
            return
        if self.why:
            self.lost.set()


def _names(processes: list[str]) -> str:
    return ", ".join(processes) if processes else "another process"


def _which(keys: tuple[str, ...]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return f": {', '.join(keys[:SHOWN])}{more}" if keys else ""
