"""The marketplaces of a world besides refurbed: their servers, accounts, secrets and settings."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol, Self

from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox

CLICKBANK, SELLAPP, SELLGATE = "clickbank-main", "sellapp-main", "sellgate-main"
REFUNDS = "C0REFUNDS"
HOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - of a server on this machine
SELLAPP_POLL_SECONDS = 20  # long enough to tell a webhook from a poll
Json = dict[str, Any]


class Markets(Enum):
    """Which marketplaces a world has."""

    REFURBED = auto()
    ALL = auto()


class MarketSandbox(Protocol):
    """What the sandbox servers of all marketplaces have in common."""

    ledger: Ledger
    faults: Faults

    @property
    def tickets(self) -> Mapping[Any, Any]: ...
    @property
    def customer_opens(self) -> Callable[..., int | str]: ...
    @property
    def customer_writes(self) -> Callable[..., int | str]: ...
    def messages(self, ticket_id: Any, /) -> Sequence[Any]: ...
    def close(self, ticket_id: Any, /) -> None: ...
    def pass_time(self, hours: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Others:
    """Three running marketplaces. The bridge listens on `port` for webhooks."""

    clickbank: ClickBankSandbox
    sellapp: SellAppSandbox
    sellgate: SellgateSandbox
    port: int

    @classmethod
    async def start(cls, stack: contextlib.AsyncExitStack, *, seed: bool) -> Self:
        """Start them; `stack` stops them."""
        clickbank = await ClickBankSandbox.start(seed=seed)
        stack.push_async_callback(clickbank.stop)
        clickbank.rate_per_second = 0
        sellapp = await SellAppSandbox.start(seed=seed)
        stack.push_async_callback(sellapp.stop)
        sellgate = await SellgateSandbox.start(seed=seed)
        stack.push_async_callback(sellgate.stop)
        port = _free_port()
        sellapp.hook(f"http://127.0.0.1:{port}/hooks/{SELLAPP}", HOOK_SECRET)
        return cls(clickbank, sellapp, sellgate, port)

    def secrets(self) -> dict[str, str]:
        """Environment variables for the bridge."""
        return {
            "CLICKBANK_KEY": self.clickbank.token,
            "SELLAPP_TOKEN": self.sellapp.token,
            "SELLAPP_WEBHOOK_SECRET": HOOK_SECRET,
            "SELLGATE_TOKEN": self.sellgate.token,
        }

    def accounts(self, settings: Mapping[str, Any]) -> tuple[Json, ...]:
        """Their [[accounts]] tables; `settings` go into each."""
        names = ("name", "provider", "base_url", "token_env")
        rows = (
            (CLICKBANK, "clickbank", self.clickbank.url, "CLICKBANK_KEY"),
            (SELLAPP, "sellapp", self.sellapp.url, "SELLAPP_TOKEN"),
            (SELLGATE, "sellgate", self.sellgate.url, "SELLGATE_TOKEN"),
        )
        made = tuple({**dict(zip(names, row, strict=True)), **settings} for row in rows)
        hook = {"webhook_secret_env": "SELLAPP_WEBHOOK_SECRET"}
        made[1].update(hook, poll_seconds=SELLAPP_POLL_SECONDS)
        return made

    def tables(self) -> dict[str, Json]:
        """Settings outside [[accounts]]: Anna may refund; the port for webhooks."""
        return {
            "slack": {"http_host": "127.0.0.1"},
            "agents": {"money": ["U0ANNA"]},
            "ops": {"health_port": self.port},
        }


ROUTES: tuple[tuple[str, Mapping[str, str]], ...] = (
    (REFUNDS, {"provider": "clickbank", "type": "REFUND"}),
)
"""Channel and condition of each [[routes]] entry in a world with all marketplaces."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
