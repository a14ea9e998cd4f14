"""An account: how its marketplace answers, its store, and what is said of one that is gone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from slackbridge.domain.intent import Frozen

PORTS = {"https": 443, "http": 80}


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


class BoundStore(Frozen):
    """A store at a marketplace, as far as it can be told apart from others.

    `address` is the API's, by `normal_address`. `chosen` names one of several stores that the
    credential opens ('' = its own). `ids` are what the marketplace itself says whose credential it
    is; () = it has not told.
    """

    provider: str
    address: str
    chosen: str = ""
    ids: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str]:
        """What the configuration alone tells."""
        return self.provider, self.address, self.chosen

    def differs(self, other: BoundStore) -> bool:
        """Whether it is certainly another store, or may be one for all that is known."""
        if (self.provider, self.address) != (other.provider, other.address):
            return True
        chosen = bool(self.chosen and other.chosen) and self.chosen != other.chosen
        return chosen or self.denies(other)

    def denies(self, other: BoundStore) -> bool:
        """Whether the marketplace itself says that they are two."""
        return bool(self.ids and other.ids) and not self.confirms(other)

    def confirms(self, other: BoundStore) -> bool:
        """Whether the marketplace itself says that they are one."""
        return bool({*self.ids} & {*other.ids})

    def __str__(self) -> str:
        names = ", ".join(filter(None, (self.chosen, *self.ids)))
        return f"{self.provider} at {self.address}{f' (store {names})' if names else ''}"


def normal_address(url: str) -> str:
    """An address in the one form that all spellings of it have."""
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, PORTS.get(scheme)) else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.path.rstrip('/')}"
