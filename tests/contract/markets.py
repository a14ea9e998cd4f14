"""Our marketplaces for the contract suite.

A new one is a subclass of `Local`, a function that starts it, and a line in `MARKETS`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar

from pydantic import SecretStr

from slackbridge.ports.provider import Provider
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.clickbank.provider import ClickBank as ClickBankProvider
from slackbridge.providers.http import HttpClient
from slackbridge.providers.refurbed.provider import Refurbed as RefurbedProvider
from slackbridge.providers.registry import REGISTRY
from slackbridge.providers.sellapp.provider import SellApp as SellAppProvider
from slackbridge.providers.sellapp.settings import SellAppSettings
from slackbridge.providers.sellgate.provider import Sellgate as SellgateProvider
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.markup import plain
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.testing.market import Call, Market, Trouble, When
from slackbridge.text.html import from_plain

PHASES = {When.BEFORE: Phase.COMMIT, When.AFTER: Phase.ANSWER, When.HALF: Phase.HALF}
Start = Callable[[], AbstractAsyncContextManager[Market]]


class Time:
    """A clock that moves only when a test sets `now`."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Local:
    """A sandbox as a `Market`. `operations` are the sandbox's names for its calls.

    `key` converts an id to the sandbox's own type; `robot` is an unknown author.
    """

    operations: ClassVar[Mapping[Call, str]]
    key: ClassVar[type[int] | type[str]] = int
    robot: ClassVar[object] = "ROBOT"
    missing = "99999999"

    def __init__(self, sandbox: Any, provider: Provider, time: Time) -> None:
        self.sandbox = sandbox
        self.provider = provider
        self.token = str(sandbox.token)
        self._faults: Faults = sandbox.faults
        self._time = time

    def customer_opens(self, text: str) -> str:
        return str(self.sandbox.customer_opens(text=text))

    def customer_writes(self, id: str, text: str) -> None:
        self.sandbox.customer_writes(self.key(id), self._written(text))

    def merchant_writes(self, id: str, text: str) -> None:
        self.sandbox.merchant_writes(self.key(id), self._written(text))

    def stranger_writes(self, id: str, text: str) -> None:
        self.sandbox.someone_writes(self.key(id), self.robot, self._written(text))

    def close(self, id: str) -> None:
        self.sandbox.close(self.key(id))

    def strange_status(self, id: str) -> str:
        self.sandbox.force_status(self.key(id), "LIMBO")
        return "LIMBO"

    def bulk(self, n: int) -> list[str]:
        return [str(id) for id in self.sandbox.bulk(n)]

    def tick(self, seconds: float) -> None:
        self._time.now += seconds

    def trouble(self, call: Call, trouble: Trouble) -> None:
        slow = Action.DELAY if trouble.seconds else Action.RESET
        slow = Action.OTHER if trouble.other else slow
        fault = Fault(
            self.operations[call],
            PHASES[trouble.when],
            Action.STATUS if trouble.status else slow,
            status=trouble.status,
            body=trouble.body,
            headers=dict(trouble.headers),
            seconds=trouble.seconds,
        )
        self._faults.add(fault)

    def seen(self, call: Call) -> int:
        return self._faults.seen.count(self.operations[call])

    def replies(self, id: str) -> list[str]:
        entries = self.sandbox.ledger.all("reply")
        return [e.data["text"] for e in entries if str(e.data["ticket_id"]) == id]

    def revoke(self) -> None:
        self.sandbox.revoke(self.token)

    def restore(self) -> None:
        self.sandbox.allow(self.token)

    def _written(self, text: str) -> str:
        """Plain text in the sandbox's format."""
        return text


def account(name: str, sandbox: Any, time: Time) -> tuple[str, AccountSettings, HttpClient]:
    """A provider's arguments, with a short time-out and no rate limit."""
    settings = REGISTRY[name].settings(
        name="shop", provider=name, token_env="SHOP_TOKEN", token=SecretStr(sandbox.token)
    )
    headers = REGISTRY[name].headers(sandbox.token)
    client = HttpClient(name, sandbox.url, headers, timeout_seconds=1.0, clock=time)
    return "shop", settings, client


# --- refurbed


class Refurbed(Local):
    """Its texts are HTML."""

    operations: ClassVar = {
        Call.LIST: "ListTickets",
        Call.READ: "GetTicket",
        Call.REPLY: "UpdateTicket",
    }
    robot: ClassVar = Author("ROBOT", "R2")

    def customer_opens(self, text: str) -> str:
        return str(self.sandbox.customer_opens(html=from_plain(text)))

    def replies(self, id: str) -> list[str]:
        entries = self.sandbox.ledger.all("reply")
        return [plain(e.data["body_html"]) for e in entries if e.data["ticket_id"] == int(id)]

    def _written(self, text: str) -> str:
        return from_plain(text)


@asynccontextmanager
async def refurbed_market() -> AsyncIterator[Market]:
    time = Time()
    sandbox = await RefurbedSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    provider = RefurbedProvider(*account("refurbed", sandbox, time))
    yield Refurbed(sandbox, provider, time)
    await provider.close()
    await sandbox.stop()


# --- ClickBank


class ClickBank(Local):
    """Its ids are numbers and its texts plain."""

    operations: ClassVar = {Call.LIST: "List", Call.READ: "Get", Call.REPLY: "Update"}


@asynccontextmanager
async def clickbank_market() -> AsyncIterator[Market]:
    time = Time()
    sandbox = await ClickBankSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    sandbox.bad_key_status = 401  # with 403, a withdrawn key looks like a used-up quota
    name, settings, client = account("clickbank", sandbox, time)  # clock=time: it lists by date
    provider = ClickBankProvider(name, settings, client, slow_seconds=0.01)
    yield ClickBank(sandbox, provider, time)
    await provider.close()
    await sandbox.stop()


# --- SellApp


class SellApp(Local):
    """Its ids are numbers and its texts plain."""

    operations: ClassVar = {
        Call.LIST: "ListTickets",
        Call.READ: "GetTicket",
        Call.REPLY: "CreateMessage",
    }


@asynccontextmanager
async def sellapp_market() -> AsyncIterator[Market]:
    time = Time()
    sandbox = await SellAppSandbox.start(seed=False, clock=time)
    sandbox.searches = False  # the suite's faults hit the list, which is the fallback
    name, settings, client = account("sellapp", sandbox, time)
    assert isinstance(settings, SellAppSettings)
    provider = SellAppProvider(name, settings, client)
    yield SellApp(sandbox, provider, time)
    await provider.close()
    await sandbox.stop()


# --- Sellgate


class Sellgate(Local):
    """Its ids look random and its texts are plain."""

    operations: ClassVar = {
        Call.LIST: "ListTickets",
        Call.READ: "GetTicket",
        Call.REPLY: "ReplyToTicket",
    }
    key: ClassVar[type[int] | type[str]] = str
    missing = "tkt_000000000000"


@asynccontextmanager
async def sellgate_market() -> AsyncIterator[Market]:
    time = Time()
    sandbox = await SellgateSandbox.start(seed=False, clock=time)
    provider = SellgateProvider(*account("sellgate", sandbox, time))
    yield Sellgate(sandbox, provider, time)
    await provider.close()
    await sandbox.stop()


MARKETS: dict[str, Start] = {
    "clickbank": clickbank_market,
    "refurbed": refurbed_market,
    "sellapp": sellapp_market,
    "sellgate": sellgate_market,
}
