"""A world to run the bridge in: sandbox servers of Slack and marketplaces, and Redis."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from slackbridge import wiring
from slackbridge.config import load
from slackbridge.config.settings import Settings
from slackbridge.demo.markets import ROUTES, Markets, MarketSandbox, Others
from slackbridge.demo.process import BridgeProcess
from slackbridge.demo.waiting import Missed as Missed  # tests wait with it, too
from slackbridge.demo.waiting import until
from slackbridge.providers.registry import store_of
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.store import embedded

CHANNEL = "C0SUPPORT"
OPS = "C0OPS"
ACCOUNT = "refurbed-at"
ALL = Markets.ALL
Table = Mapping[str, Mapping[str, Any]]
QUICK: Table = {
    "slack": {"post_seconds": 0.02, "post_burst": 20},
    "replies": {"undo_seconds": 1.5},
    "timing": {
        "lease_seconds": 3,
        "call_timeout_seconds": 2.5,
        "settle_seconds": 1.5,
        "retry_seconds": 0.3,
        "idle_seconds": 0.25,
        "edit_seconds": 0.2,
        "retry_max_seconds": 5,
    },
    "account": {"poll_seconds": 0.3, "full_walk_seconds": 2, "per_second": 200},
}
"""Settings under which a scenario takes seconds, not minutes."""


@dataclass
class World:
    """The servers around one bridge. `folder` holds the bridge's configuration, log and data.

    `others` are the marketplaces besides refurbed, if the world has them. `begun` is when the
    world was opened, in Unix seconds; earlier messages are seed data.
    """

    slack: SlackSandbox
    refurbed: RefurbedSandbox
    redis: embedded.Embedded | None
    redis_url: str
    bridge: BridgeProcess
    folder: Path
    others: Others | None = None
    begun: float = 0.0

    @property
    def marketplaces(self) -> Iterator[MarketSandbox]:
        yield self.refurbed
        if self.others is not None:
            yield from (self.others.clickbank, self.others.sellapp, self.others.sellgate)

    def another(self, number: int) -> BridgeProcess:
        """One more bridge with the same configuration, not started yet."""
        return self.bridge.twin(self.folder / f"bridge-{number}.log")

    async def until(
        self, what: str, probe: Callable[[], Any | Awaitable[Any]], seconds: float = 40.0
    ) -> Any:
        """Wait until `probe` returns something true, and return it. Raises Missed on timeout."""
        return await until(what, probe, seconds)


def secrets_of(slack: SlackSandbox, refurbed: RefurbedSandbox) -> dict[str, str]:
    """Environment variables for the bridge."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "REFURBED_TOKEN": refurbed.token,
    }


def write_config(
    path: Path,
    slack_api: str,
    base_url: str,
    redis_url: str,
    extra: Table,
    others: Others | None = None,
) -> None:
    """Write a slackbridge.toml; `extra` adds to its tables, and its `account` to every account."""
    tables: dict[str, dict[str, Any]] = {
        "slack": {"api_url": slack_api, "channel": CHANNEL, "ops_channel": OPS},
        "redis": {"url": redis_url},
    }
    account = {
        "name": ACCOUNT,
        "provider": "refurbed",
        "base_url": base_url,
        "token_env": "REFURBED_TOKEN",
        **extra.get("account", {}),
    }
    for more in (others.tables() if others else {}, extra):
        for name, values in more.items():
            if name != "account":
                tables[name] = {**tables.get(name, {}), **values}
    lines = [line for name, values in tables.items() for line in (f"[{name}]", *_rows(values))]
    for each in (account, *(others.accounts(extra.get("account", {})) if others else ())):
        lines += ["[[accounts]]", *_rows(each)]
    for channel, when in ROUTES if others else ():
        lines += ["[[routes]]", *_rows({"channel": channel}), "[routes.when]", *_rows(when)]
    path.write_text("\n".join([*lines, ""]), "utf-8")


async def _bind_anew(settings: Settings, redis_url: str) -> None:
    """What is kept may be of an earlier world, whose marketplaces had other addresses."""
    store = wiring.store(settings, redis_url)
    for account in settings.accounts:
        await store.note(account.name, {"store": store_of(account)})
    await store.close()


def _rows(values: Mapping[str, Any]) -> list[str]:
    """For the values written here, JSON literals are valid TOML."""
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]


@contextlib.asynccontextmanager
async def world(
    *,
    extra: Table = QUICK,
    seed: bool = True,
    slack_port: int = 0,
    refurbed_port: int = 0,
    rate_scale: float = 0.0,
    redis_url: str = "",
    data: Path | None = None,
    mode: Literal["socket", "http"] = "socket",
    markets: Markets = Markets.REFURBED,
    extend: Callable[[web.Application], None] | None = None,
) -> AsyncIterator[World]:
    """Open a world whose bridge is not started yet. Everything is stopped at the block's end.

    `mode` is how Slack delivers events (for HTTP, to `slack.endpoints`). `extend` may add routes
    to the sandbox Slack's server.
    """
    async with contextlib.AsyncExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="slackbridge-"))
        folder = Path(temporary)
        server = None if redis_url else await embedded.start(data or folder / "redis")
        if server is not None:
            stack.push_async_callback(server.stop)
        slack = await SlackSandbox.start(
            port=slack_port, rate_scale=rate_scale, mode=mode, extend=extend
        )
        stack.push_async_callback(slack.stop)
        refurbed = await RefurbedSandbox.start(port=refurbed_port, seed=seed)
        refurbed.rate_per_second = 0
        stack.push_async_callback(refurbed.stop)
        others = await Others.start(stack, seed=seed) if markets is ALL else None
        url = redis_url or (server.url if server else "")
        path = folder / "slackbridge.toml"
        write_config(path, slack.api_url, refurbed.url, url, extra, others)
        secrets = {**secrets_of(slack, refurbed), **(others.secrets() if others else {})}
        if data is not None:
            await _bind_anew(load.load(path, secrets), url)
        bridge = BridgeProcess(path, secrets, folder / "bridge.log")
        stack.push_async_callback(bridge.stop)
        yield World(slack, refurbed, server, url, bridge, folder, others, time.time())
