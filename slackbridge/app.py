"""The composition root: builds the adapters, hands them to the rooms, starts and stops in order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog

from slackbridge import wiring
from slackbridge.catchup import CatchUp
from slackbridge.config import ConfigError, Settings
from slackbridge.crew import Crew
from slackbridge.door import Desk
from slackbridge.errors import Failure, Unauthorized
from slackbridge.lane import Lane
from slackbridge.lookup import TicketLookup
from slackbridge.ops.health import Pulse, serve
from slackbridge.ops.hooks import add_hooks
from slackbridge.ops.schedule import Schedule
from slackbridge.people import People
from slackbridge.poll import Poller, Rhythm
from slackbridge.ports import REBUILDING
from slackbridge.poster import Poster
from slackbridge.rebuild import forgotten
from slackbridge.retrace import Retrace
from slackbridge.sender import Sender
from slackbridge.slack.actions import Actions
from slackbridge.slack.archive import Archive
from slackbridge.slack.buttons import Buttons
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.client import SlackClient
from slackbridge.slack.command import Command
from slackbridge.slack.front import Front
from slackbridge.slack.home import Home
from slackbridge.slack.http import add_routes
from slackbridge.slack.socket import Sockets
from slackbridge.slack.threads import Threads
from slackbridge.store.keys import DAY
from slackbridge.store.redis import RedisStore, connect

log = structlog.get_logger(__name__)
BEAT_SECONDS = 10.0
RETRY_SECONDS = 2.0
LOOKUP_SECONDS = 8.0


class Bridge:
    """One running process. `redis_url` is a server that is there already."""

    def __init__(self, settings: Settings, redis_url: str) -> None:
        self.settings = settings
        timing, slack = settings.timing, settings.slack
        self.store = RedisStore(
            connect(redis_url),
            lease_seconds=timing.lease_seconds,
            retention_seconds=timing.retention_days * DAY,
        )
        client = SlackClient(
            slack.bot_token.get_secret_value(),
            slack.api_url,
            self.store,
            timeout=timing.call_timeout_seconds,
            post_pace=(slack.post_seconds, slack.post_burst),
        )
        self.chat = SlackChat(client)
        self.archive = Archive(self.chat)
        self.people = People(self.chat, settings.agents.allow, settings.agents.money)
        self.desk = Desk(self.store, self.people.may, wiring.rules(settings), self._wake)
        self.providers = wiring.providers(settings, self.store.spend)
        names = {account.name: account.provider for account in settings.accounts}
        self.lookup = TicketLookup(
            self.providers,
            names,
            self.store,
            LOOKUP_SECONDS,
            wiring.routes(settings),
            slack.channel,
        )
        self.crew = Crew(self.store, self._lanes(names), timing.idle_seconds, self._meet_redis)
        self.pollers = [self._poller(name) for name in self.providers]
        self.catch_up = CatchUp(
            self.store,
            self.chat,
            self.desk,
            tuple(self.providers),
            settings.channels(),
            timing.catch_up_hours * 3600,
        )
        self.retrace = Retrace(
            self.store,
            self.archive,
            self.desk,
            self.catch_up,
            tuple(self.providers),
            settings.channels(),
        )
        self.front = self._front()
        self.pulse = Pulse(self.store, f"{os.getpid()}")
        self.pulse.refused = lambda: client.refused
        self._schedule = Schedule()
        self._background: set[asyncio.Task[None]] = set()
        self._sockets: Sockets | None = None
        self._served = False
        self._emptied = asyncio.Event()

    # -- building ------------------------------------------------------------------------------

    def _lanes(self, names: dict[str, str]) -> dict[str, Lane]:
        timing = self.settings.timing
        settle = min(timing.settle_seconds, 5.0)
        poster = Poster(
            self.store,
            self.chat,
            timeout=timing.call_timeout_seconds,
            settle=settle,
            edit_every=timing.edit_seconds,
        )
        return {
            name: Lane(
                self.store,
                self.chat,
                provider,
                Sender(provider, self.people.may, wiring.patience(self.settings)),
                poster,
                self.desk,
                wiring.place(self.settings, names[name]),
            )
            for name, provider in self.providers.items()
        }

    def _poller(self, name: str) -> Poller:
        account = self.settings.account(name)
        assert account is not None  # noqa: S101 - it is where the name comes from
        timing = self.settings.timing
        rhythm = Rhythm(
            poll=account.poll_seconds,
            full_walk=account.full_walk_seconds,
            recent=self.settings.start.recent_hours * 3600,
            probe=timing.probe_seconds,
            unauthorized_probe=timing.unauthorized_probe_seconds,
            down_max=timing.retry_max_seconds,
        )
        return Poller(name, account.token_env, self.store, self.providers[name], self.desk, rhythm)

    def _front(self) -> Front:
        threads = Threads(self.store)
        desk, lookup = self.desk, self.lookup
        actions = Actions(self.chat, desk, lookup, self._spawn)
        buttons = Buttons(self.chat, threads, desk, lookup, actions, self._spawn)
        command = Command(self.chat, desk, lookup, actions, self._spawn)
        home = Home(self.chat, desk, lookup, self._spawn)
        return Front(self.chat, self.store, threads, desk, buttons, command, home, self._missed)

    # -- running -------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises ConfigError if Slack refuses the token, or where the map of its threads is lost.
        """
        await self.chat.client.open()
        server = None
        crew: asyncio.Task[None] | None = None
        try:
            await self._meet_slack(stop)
            secret = self.settings.slack.signing_secret.get_secret_value()
            app = self.front.app()
            crew = asyncio.create_task(self.crew.run())
            server = await serve(
                self.settings,
                self.pulse,
                lambda web: add_routes(web, app, secret),
                lambda web: add_hooks(web, self.providers, self.desk, self._hinted),
            )
            if self.settings.slack.mode == "socket":
                await self._open_sockets(app)
            else:
                self._spawn(self.catch_up.run())
            self._begin_schedule()
            log.info("running", mode=self.settings.slack.mode, accounts=list(self.providers))
            await _first(self._end(stop), crew)
        finally:
            log.info("stopping")
            await self._schedule.stop(self.settings.timing.stop_seconds)
            if self._sockets is not None:
                await self._sockets.close()
            if server is not None:
                await server.stop()
            await self.crew.stop(self.settings.timing.stop_seconds)
            if crew is not None:
                crew.cancel()
                await asyncio.gather(crew, return_exceptions=True)
            await self.pulse.end()
            await self.close()

    async def _meet_slack(self, stop: asyncio.Event) -> None:
        """Learn who we are; while Slack does not answer, wait."""
        while not stop.is_set():
            try:
                await self.store.sync()
                await self.chat.begin()
                await self._recognise()
                return
            except Unauthorized as failure:
                why = failure.code or failure.reason
                raise ConfigError(f"Slack refuses SLACK_BOT_TOKEN: {why}") from None
            except Failure as failure:
                log.warning("not ready", why=failure.loggable)
                await asyncio.sleep(RETRY_SECONDS)

    async def _meet_redis(self) -> None:
        """Another server answers, or the first one: it may know less than Slack does.

        What people changed while we were away counts before anything is sent.
        """
        await self.retrace.run()
        if self._served:
            self._spawn(self.catch_up.run())
        self._served = True

    async def _recognise(self) -> None:
        """Without the map of the threads that stand in Slack, every ticket would get another."""
        names, channels = tuple(self.providers), self.settings.channels()
        if why := await forgotten(self.store, self.archive, channels, names):
            raise ConfigError(why)
        if not await self.store.born():
            await self.store.bear(f"{self.store.now():.0f}")

    async def _intact(self) -> bool:
        """Whether Redis still holds the map; once it does not, this process ends."""
        try:
            if await self.store.born() in ("", REBUILDING):
                self._emptied.set()
        except Failure as failure:
            log.warning("Redis does not answer", why=failure.loggable)
        return not self._emptied.is_set()

    async def _end(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigError if Redis is emptied before."""
        ends = [asyncio.create_task(event.wait()) for event in (stop, self._emptied)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
        if self._emptied.is_set() and not stop.is_set():
            raise ConfigError(
                "Redis was emptied while the bridge ran. Run `slackbridge rebuild`, then start it."
            )

    async def _open_sockets(self, app: Any) -> None:
        slack = self.settings.slack
        self._sockets = Sockets(
            app, slack.app_token.get_secret_value(), slack.api_url, self.catch_up.run
        )
        self.pulse.sockets = self._sockets.connected
        await self._sockets.open()

    def _begin_schedule(self) -> None:
        for poller in self.pollers:
            account = self.settings.account(poller.account)
            seconds = account.poll_seconds if account else 30.0
            self._schedule.every(
                seconds, partial(self._poll, poller), f"poll {poller.account}", now=True
            )
        self._schedule.every(BEAT_SECONDS, self._beat, "heartbeat", now=True)
        self._schedule.start()

    async def _poll(self, poller: Poller) -> None:
        if await self._intact():
            await poller.cycle()

    def _hinted(self, account: str) -> None:
        next(poller for poller in self.pollers if poller.account == account).hinted()

    def _missed(self) -> None:
        """Something could not be taken in. Slack repeats it a few times; we look, too."""
        self._spawn(self.catch_up.run())

    async def _beat(self) -> None:
        if not await self._intact():
            return
        await self.pulse.beat()
        if self.pulse.connected():
            await self.catch_up.listening()

    def _wake(self) -> None:
        self.crew.wake()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run on after Slack was answered."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._spawned)

    def _spawned(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", error=type(error).__name__)

    async def close(self) -> None:
        """Close every connection."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        for provider in self.providers.values():
            await provider.close()
        await self.chat.client.close()
        await self.store.close()


async def _first(wait: Coroutine[Any, Any, Any], task: asyncio.Task[None]) -> None:
    """Until `wait` is over; a task that ends before it has failed, and its error is raised."""
    waiting = asyncio.ensure_future(wait)
    await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        waiting.result()
    else:
        waiting.cancel()
        task.result()
