"""A world to run the bridge in: a Slack workspace and marketplaces as servers, and Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from slackbridge.demo.markets import ROUTES, Markets, Others
from slackbridge.demo.process import BridgeProcess
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.store import embedded

CHANNEL = "C0SUPPORT"
ACCOUNT = "refurbed-at"
ALL = Markets.ALL
Table = Mapping[str, Mapping[str, Any]]
QUICK: Table = {
    "slack": {"post_seconds": 0.02, "post_burst": 20},
    "replies": {"undo_seconds": 1.5},
    "timing": {
        "lease_seconds": 3,
        "call_timeout_seconds": 3,
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
    """Everything the bridge meets. `folder` holds its configuration, log and data.

    `others` are the marketplaces besides refurbed, None in a world without them. `begun` is when
    it was opened, in Unix seconds: what happened before is the past that it was given.
    """

    slack: SlackSandbox
    refurbed: RefurbedSandbox
    redis: embedded.Embedded | None
    redis_url: str
    bridge: BridgeProcess
    folder: Path
    others: Others | None = None
    begun: float = 0.0

    def another(self, number: int) -> BridgeProcess:
        """One more bridge with the same configuration; not started yet."""
        return self.bridge.twin(self.folder / f"bridge-{number}.log")

    async def until(
        self, what: str, probe: Callable[[], Any | Awaitable[Any]], seconds: float = 40.0
    ) -> Any:
        """Wait until `probe` gives something true, and return it. Raises Missed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            found = probe()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            if loop.time() > end:
                raise Missed(f"waited {seconds:g} s in vain: {what}")
            await asyncio.sleep(0.03)


class Missed(AssertionError):
    """Something that had to happen did not."""


def secrets_of(slack: SlackSandbox, refurbed: RefurbedSandbox) -> dict[str, str]:
    """The environment of a bridge in this world."""
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
    """A slackbridge.toml for this world; `extra` adds to its tables, `account` to every account."""
    tables: dict[str, dict[str, Any]] = {
        "slack": {"api_url": slack_api, "channel": CHANNEL, "ops_channel": "C0OPS"},
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


def _rows(values: Mapping[str, Any]) -> list[str]:
    """JSON's literals are TOML's, for the values we write."""
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
    """Open a world; the bridge in it is not started yet. Everything ends with the block.

    `mode` is how its Slack delivers; where to, is up to `slack.endpoints`. `extend` may hang more
    routes into its Slack's server.
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
        bridge = BridgeProcess(path, secrets, folder / "bridge.log")
        stack.push_async_callback(bridge.stop)
        yield World(slack, refurbed, server, url, bridge, folder, others, time.time())
