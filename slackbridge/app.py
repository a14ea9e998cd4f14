"""The composition root: builds the adapters and the rooms of one process, and joins them."""

from __future__ import annotations

import asyncio

from slackbridge import wiring
from slackbridge.config.agreement import flattened
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.ops.background import Background
from slackbridge.ops.hand_over import HandOver
from slackbridge.ops.health import Pulse, Server, serve
from slackbridge.ops.hearing import Hearing
from slackbridge.ops.service import HttpListening, Listening, Service
from slackbridge.ops.socket_hearing import SocketHearing
from slackbridge.ops.webhooks import add_hooks
from slackbridge.ports.signal import WorkSignal
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.inbound.permissions import Permissions
from slackbridge.rooms.inbound.unposted import Unposted
from slackbridge.rooms.lane.kept_posts import KeptPosts
from slackbridge.rooms.lane.workers import Workers
from slackbridge.rooms.recovery.failover import Failover
from slackbridge.rooms.recovery.map_guard import MapGuard
from slackbridge.rules import notice
from slackbridge.slack.archive import Archive
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.http_mode import add_routes
from slackbridge.slack.listeners import Listeners


class Bridge:
    """Everything of one process. `redis_url` is that of a server that is there already."""

    def __init__(self, settings: Settings, redis_url: str) -> None:
        self.settings = settings
        timing = settings.timing
        channels = settings.channels()
        self.background = Background()
        signal = WorkSignal()
        self.store = wiring.store(settings, redis_url)
        client = wiring.slack_client(settings, self.store)
        self.chat = SlackChat(client)
        self.archive = Archive(self.chat)
        self.binding = wiring.binding(settings, self.store)
        self.providers = wiring.providers(settings, self.store.spend, self.binding.admit)
        accounts = tuple(self.providers)

        self.permissions = Permissions(self.chat, settings.agents.allow, settings.agents.money)
        intake = wiring.intake_settings(settings)
        self.desk = InboundDesk(self.store, self.permissions.may, intake, signal, accounts)
        self.chat.on_kept = KeptPosts(self.desk.announce)
        self.lookup = wiring.lookup(settings, self.store, self.providers)
        self.catch_up = wiring.catch_up(settings, self.store, self.chat, self.archive, self.desk)
        self.guard = MapGuard(self.store, self.archive, channels, accounts)
        failover = Failover(
            self.store,
            self.archive,
            self.desk,
            self.catch_up,
            accounts,
            channels,
            self.background.spawn,
        )
        may = self.permissions.may
        lanes = wiring.lanes(
            settings,
            self.store,
            self.chat,
            self.providers,
            self.desk,
            may,
            self.background.spawn,
        )
        workers = Workers(self.store, lanes, timing.idle_seconds, failover.run)
        signal.connect(workers.wake)
        self.pollers = wiring.pollers(settings, self.store, self.providers, self.desk, self.binding)

        self.unposted = Unposted(self.store, accounts)
        self.listeners = self._listeners()
        self.hearing = Hearing(timing.sweep_seconds)
        self.desk.readings.on_found = self.hearing.found
        listening, sockets = self._listening()
        self.pulse = Pulse(
            self.store,
            lambda: client.refused,
            sockets,
            self.hearing,
            self.unposted.texts,
            self._tell_ops,
            self.catch_up.progress,
        )
        self._service = self._life(listening, workers, sockets)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises ConfigError and Later; see `Service.run`."""
        await self.chat.client.open()
        try:
            await self._service.run(stop)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self.background.close()
        for provider in self.providers.values():
            await provider.close()
        await self.chat.client.close()
        await self.store.close()

    def _listeners(self) -> Listeners:
        lost = wiring.lost_threads(
            self.settings, self.store, self.archive, self.desk, self.providers
        )
        spawn = self.background.spawn
        orders = wiring.orders(self.settings, self.store, self.providers, spawn)
        return wiring.listeners(
            self.settings,
            self.chat,
            self.store,
            self.desk,
            self.lookup,
            orders,
            spawn,
            self.catch_up,
            lost,
            self.unposted,
        )

    def _life(
        self, listening: Listening, workers: Workers, sockets: SocketHearing | None
    ) -> Service:
        timing, ours = self.settings.timing, flattened(self.settings)
        return Service(
            self._identify,
            self._serve,
            listening,
            self.guard,
            HandOver(self.store, self.pulse, ours, self.desk.understand_since),
            workers,
            self.pollers,
            self.catch_up,
            self.pulse,
            self._missed,
            timing.sweep_seconds if self.settings.slack.mode == "http" else 0.0,
            timing.stop_seconds,
            sockets,
        )

    def _listening(self) -> tuple[Listening, SocketHearing | None]:
        """How events come in, and whether Slack is heard (None = it calls us by HTTP)."""
        slack = self.settings.slack
        if slack.mode == "http":
            return HttpListening(self._missed), None
        sockets = wiring.sockets(self.settings, self.listeners, self.catch_up.run)
        return sockets, SocketHearing(sockets, slack.deaf_minutes)

    def _missed(self) -> None:
        """Slack may have told what nobody heard."""
        self.hearing.begin()
        self.catch_up.expect_gap()
        self.background.spawn(self.catch_up.run())

    async def _tell_ops(self, text: str) -> None:
        """Say it at once, without the journal. Raises the failures of a call."""
        slack = self.settings.slack
        await self.chat.say(notice.places("", slack.ops_channel, slack.channel), text)

    async def _identify(self) -> None:
        await self.store.sync()
        await self.chat.begin()
        if why := await self.binding.begin(self.providers):
            raise ConfigError(why)

    async def _serve(self) -> Server | None:
        secret = self.settings.slack.signing_secret.get_secret_value()
        pollers = {poller.account: poller for poller in self.pollers}
        return await serve(
            self.settings,
            self.pulse,
            lambda web: add_routes(
                web, self.listeners.app(), secret, self.pulse.works, self.hearing.requested
            ),
            lambda web: add_hooks(
                web,
                self.providers,
                self.desk,
                lambda account: pollers[account].hinted(),
                self.pulse.works,
            ),
        )
