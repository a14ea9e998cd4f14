"""The bridge in the test's process between a Slack sandbox and any number of marketplaces."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from slackbridge.app import Bridge
from slackbridge.config import load, settings
from slackbridge.demo import views
from slackbridge.demo.waiting import until
from slackbridge.sandbox.clickbank.app import ClickBankSandbox
from slackbridge.sandbox.faults import Faults
from slackbridge.sandbox.ledger import Entry, Ledger
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.sellapp.app import SellAppSandbox
from slackbridge.sandbox.sellgate.app import SellgateSandbox
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.people import Person
from tests.serving import serving

CHANNEL = "C0SUPPORT"
OPS = "C0OPS"
Json = dict[str, Any]
Tables = dict[str, Any]
QUICK: Tables = {
    "slack": {"channel": CHANNEL, "ops_channel": OPS, "post_seconds": 0.02, "post_burst": 20},
    "replies": {"undo_seconds": 0},
    "agents": {"money": ["U0ANNA"]},
    "timing": {
        "lease_seconds": 2,
        "call_timeout_seconds": 1,
        "settle_seconds": 0.4,
        "retry_seconds": 0.2,
        "retry_max_seconds": 0.4,
        "idle_seconds": 0.1,
        "edit_seconds": 0.1,
    },
}
POLLS: Json = {"poll_seconds": 0.2, "full_walk_seconds": 1, "per_second": 200, "timeout_seconds": 2}


class Shop(Protocol):
    """What all sandbox marketplaces have in common."""

    token: str
    faults: Faults
    ledger: Ledger

    @property
    def url(self) -> str: ...


class Market:
    """The world: `add` accounts, then `open` the bridge in it."""

    def __init__(self, slack: SlackSandbox, redis_url: str, folder: Path) -> None:
        self.slack = slack
        self.redis_url = redis_url
        self.anna, self.ben = slack.person("anna"), slack.person("ben")
        self._path = folder / "slackbridge.toml"
        self._accounts: list[Json] = []
        self._secrets = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
        }

    # -- the bridge ----------------------------------------------------------------------------

    def add(self, name: str, provider: str, shop: Shop, **more: Any) -> None:
        """An account at a marketplace."""
        variable = f"TOKEN_{len(self._accounts)}"
        self._secrets[variable] = shop.token
        self._accounts.append(
            {
                "name": name,
                "provider": provider,
                "base_url": shop.url,
                "token_env": variable,
                **POLLS,
                **more,
            }
        )

    def secret(self, name: str, value: str) -> None:
        self._secrets[name] = value

    def settings(self, routes: tuple[Json, ...] = (), **changes: Json) -> settings.Settings:
        """The configuration, written to a file and loaded."""
        tables = {name: {**QUICK.get(name, {}), **changes.get(name, {})} for name in _both(changes)}
        tables["slack"]["api_url"] = self.slack.api_url
        lines = [line for name, rows in tables.items() for line in (f"[{name}]", *_rows(rows))]
        for name, many in (("routes", routes), ("accounts", self._accounts)):
            lines += [line for rows in many for line in (f"[[{name}]]", *_rows(rows))]
        self._path.write_text("\n".join([*lines, ""]), "utf-8")
        return load.load(self._path, self._secrets)

    @contextlib.asynccontextmanager
    async def open(self, routes: tuple[Json, ...] = (), **changes: Json) -> AsyncIterator[Bridge]:
        settings = self.settings(routes, **changes)
        async with serving(settings, self.redis_url, self.slack) as bridge:
            yield bridge

    # -- what Slack shows ----------------------------------------------------------------------

    async def quiet(self, seconds: float = 0.5) -> None:
        """Wait for effects that should not happen."""
        await asyncio.sleep(seconds)

    async def shown(self, ticket: Any, messages: int = 1, channel: str = CHANNEL) -> Any:
        """The ticket, once its thread shows so many messages of the marketplace."""
        await until(
            f"{messages} messages of {ticket}",
            lambda: len(views.mirrored(self.slack, ticket, channel)) == messages,
        )
        return ticket

    def root(self, ticket: Any) -> Json:
        return dict(views.cards(self.slack, ticket)[0])

    def card(self, ticket: Any) -> str:
        return views.shown(self.root(ticket))

    async def says(self, ticket: Any, words: str) -> None:
        await until(f"card: {words}", lambda: words in self.card(ticket))

    def offers(self, ticket: Any) -> set[str]:
        """What the card's buttons and menu offer, by name."""
        found = set()
        for block in self.root(ticket)["blocks"]:
            for element in block.get("elements", ()):
                names = [o["value"] for o in element.get("options", ())]
                found |= set(names or [str(element.get("action_id", "")).removeprefix("ticket:")])
        return found - {""}

    def messages(self, ticket: Any) -> list[str]:
        return [views.shown(row) for row in views.mirrored(self.slack, ticket)]

    async def receipt(self, ticket: Any, words: str) -> Json:
        """The receipt of any intent that says so."""

        def found() -> Json | None:
            rows = views.thread(self.slack, ticket)
            told = [r for r in rows if views.effect_of(r).startswith("w:")]
            return next((r for r in told if words in views.shown(r)), None)

        return dict(await until(f"a receipt with {words!r}", found))

    def receipts(self, ticket: Any) -> list[str]:
        rows = views.thread(self.slack, ticket)
        return [views.shown(r) for r in rows if views.effect_of(r).startswith("w:")]

    def notices(self) -> list[str]:
        """What the bridge itself said in the ops channel."""
        rows = self.slack.workspace.history(OPS)
        return [views.shown(row) for row in rows if views.effect_of(row).startswith("w:")]

    async def whispered(self, person: Person, words: str) -> None:
        """Wait for an ephemeral message to a person."""
        await until(
            f"{person.name} is told {words!r}",
            lambda: any(words in row["text"] for row in person.ephemerals(CHANNEL)),
        )

    # -- what people do ------------------------------------------------------------------------

    async def say(self, ticket: Any, text: str) -> str:
        """Anna writes in the ticket's thread."""
        return await self.anna.say(CHANNEL, text, str(self.root(ticket)["ts"]))

    async def choose(self, person: Person, ticket: Any, name: str) -> None:
        """Press a button of the card, or choose it from its menu, once it is there."""
        await until(f"button {name}", lambda: name in self.offers(ticket))
        root = self.root(ticket)
        if f"ticket:{name}" in views.buttons(root):
            await person.click(CHANNEL, root["ts"], f"ticket:{name}")
        else:
            await person.click(CHANNEL, root["ts"], "ticket:more", selected_option=name)

    async def form(self, ticket: Any, name: str) -> str:
        """Anna opens an action's form; the id of the view."""
        await self.choose(self.anna, ticket, name)
        return str(self.anna.modals()[-1]["id"])

    async def modal(self, words: str) -> str:
        """The text of Anna's modal, once it says so."""

        def text() -> str:
            modals = self.anna.modals()
            shown = views.shown(modals[-1]) if modals else ""
            return shown if words in shown else ""

        return str(await until(f"a modal with {words!r}", text))

    async def submit(self, view: str, **entered: str) -> Json | None:
        """Anna submits a modal, every field under its own name."""
        return await self.anna.submit(view, {name: {name: v} for name, v in entered.items()})


def acts(shop: Shop, *names: str) -> list[Entry]:
    """What the marketplace's ledger holds of these acts."""
    return shop.ledger.all(*names)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _both(changes: Mapping[str, Json]) -> list[str]:
    return list(dict.fromkeys((*QUICK, *changes)))


def _rows(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield f"{name} = {{ {', '.join(_rows(value))} }}"
        else:
            yield f"{name} = {json.dumps(value)}"


@pytest.fixture
async def market(redis_url: str, tmp_path: Path) -> AsyncIterator[Market]:
    """A workspace without accounts; no bridge runs yet."""
    slack = await SlackSandbox.start(rate_scale=0.0)
    yield Market(slack, redis_url, tmp_path)
    await slack.stop()


@pytest.fixture
async def clickbank() -> AsyncIterator[ClickBankSandbox]:
    sandbox = await ClickBankSandbox.start(seed=False)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def sellapp() -> AsyncIterator[SellAppSandbox]:
    sandbox = await SellAppSandbox.start(seed=False)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def sellgate() -> AsyncIterator[SellgateSandbox]:
    sandbox = await SellgateSandbox.start(seed=False)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def refurbed() -> AsyncIterator[RefurbedSandbox]:
    sandbox = await RefurbedSandbox.start(seed=False)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()
