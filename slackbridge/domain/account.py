"""The health of an account, and what is said of one that is gone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def not_carried(account: str) -> str:
    """What is said of an account that is not among the settings, in mrkdwn."""
    return (
        f"This bridge does not carry the account `{account}` any more: what is written or pressed "
        "in this thread reaches no customer. Answer at the marketplace. If the account was "
        "renamed, its open tickets have newer threads; if it is missing by mistake, whoever runs "
        "the bridge can bring it back into the settings under this name."
    )


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
