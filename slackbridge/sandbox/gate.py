"""The common base of the services' gates: which tokens may call what, and how often."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from slackbridge.sandbox.window import Window

SwitchesT = TypeVar("SwitchesT")


class BaseGate(ABC, Generic[SwitchesT]):
    """The valid tokens with their rights, and the rate window."""

    def __init__(self, switches: SwitchesT) -> None:
        self.window = Window()
        self._switches = switches
        self._rights: dict[str, frozenset[str] | None] = {}

    def allow(self, token: str, rights: frozenset[str] | None) -> None:
        """Make a token valid; None = with all rights."""
        self._rights[token] = rights

    def revoke(self, token: str) -> None:
        """Make a token invalid."""
        self._rights.pop(token, None)

    def knows(self, token: str) -> bool:
        return token in self._rights

    def may(self, token: str, right: str) -> bool:
        """Whether a valid token has a right."""
        rights = self._rights[token]
        return rights is None or right in rights

    @abstractmethod
    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        """Count a call and check its rights. Raises Refusal."""
