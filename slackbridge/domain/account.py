"""The health of an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountState(StrEnum):
    """How the marketplace of an account answers."""

    OK = "ok"
    DOWN = "down"
    UNAUTHORIZED = "unauthorized"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """`since` is when the state began (Unix seconds), `said` whether Slack was told of it."""

    state: AccountState = AccountState.OK
    since: float = 0.0
    failures: int = 0
    said: bool = False
