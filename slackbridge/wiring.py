"""From settings to the parts that are built by them alike for every account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import SOCKET_RETRY_SECONDS, Settings
from slackbridge.ports.chat import May
from slackbridge.ports.provider import Provider
from slackbridge.ports.signal import Spawn
from slackbridge.providers.fetch import SafeFetch
from slackbridge.providers.registry import build, find, hosts_of, store_of
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.inbound.unposted import Unposted
from slackbridge.rooms.lane.lane import Lane
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import LaneSettings, SendSettings
from slackbridge.rooms.lane.uploads import Uploads
from slackbridge.rooms.lookup.orders import OrderReader
from slackbridge.rooms.lookup.ticket_lookup import TicketLookup
from slackbridge.rooms.polling.poller import Poller, PollSettings
from slackbridge.rooms.recovery.catch_up import CatchUp
from slackbridge.rooms.recovery.former_channels import FormerChannels
from slackbridge.rooms.recovery.lost_threads import LostThreads
from slackbridge.rooms.recovery.store_binding import StoreBinding
from slackbridge.rooms.recovery.stray_effects import StrayEffects
from slackbridge.rooms.recovery.unrecorded_posts import UnrecordedPosts
from slackbridge.rules.intake import IntakeSettings
from slackbridge.rules.routing import Route
from slackbridge.rules.uploads import UploadSettings
from slackbridge.slack.actions import Actions
from slackbridge.slack.archive import Archive
from slackbridge.slack.beside import Beside
from slackbridge.slack.buttons import Buttons
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.client import SlackClient
from slackbridge.slack.command import Command
from slackbridge.slack.home import Home
from slackbridge.slack.listeners import Listeners
from slackbridge.slack.manifest import Use
from slackbridge.slack.socket_mode import Sockets
from slackbridge.slack.socket_timing import Patience
from slackbridge.slack.thread_map import ThreadMap
from slackbridge.store.keys import DAY, Keys
from slackbridge.store.redis import RedisStore, connect

LOOKUP_SECONDS = 8.0
SLACK_SETTLE_SECONDS = 5.0  # a post that is not in a history by then was not made


def store(settings: Settings, redis_url: str) -> RedisStore:
    timing = settings.timing
    return RedisStore(
        connect(redis_url),
        keys=Keys(settings.redis.prefix),
        lease_seconds=timing.lease_seconds,
        retention_seconds=timing.retention_days * DAY,
    )


def slack_client(settings: Settings, store: RedisStore) -> SlackClient:
    slack = settings.slack
    return SlackClient(
        slack.bot_token.get_secret_value(),
        slack.api_url,
        store,
        timeout=settings.timing.call_timeout_seconds,
        post_pace=(slack.post_seconds, slack.post_burst),
    )


def slack_uses(settings: Settings) -> frozenset[Use]:
    """What of Slack these settings use, of that which not all do."""
    agents = (*settings.agents.allow, *settings.agents.money)
    found = {Use.GROUPS} if any(who.startswith("S") for who in agents) else set()
    if any(find(account.provider).capabilities.assign for account in settings.accounts):
        found.add(Use.EMAILS)
    if settings.files.outbound:
        found.add(Use.FILES_OUT)
    if settings.files.inbound == "upload":
        found.add(Use.FILES_IN)
    return frozenset(found)


def intake_settings(settings: Settings) -> IntakeSettings:
    replies = settings.replies
    offered = {a.name: find(a.provider).capabilities.files for a in settings.accounts}
    return IntakeSettings(
        mode=replies.mode,
        prefixes=replies.note_prefixes,
        undo=replies.undo_seconds,
        fresh=replies.fresh_minutes * 60,
        outbound=settings.files.outbound,
        limits={name: limits for name, limits in offered.items() if limits},
    )


def send_settings(settings: Settings) -> SendSettings:
    timing = settings.timing
    return SendSettings(
        timeout=timing.call_timeout_seconds,
        settle=timing.settle_seconds,
        retry=timing.retry_seconds,
        retry_max=timing.retry_max_seconds,
        give_up=settings.replies.fresh_minutes * 60,
    )


def lane_settings(settings: Settings, provider: str) -> LaneSettings:
    timing = settings.timing
    return LaneSettings(
        provider=provider,
        routes=routes(settings),
        channel=settings.slack.channel,
        ops_channel=settings.slack.ops_channel,
        retention=timing.retention_days * DAY,
        retry=timing.retry_seconds,
        retry_max=timing.retry_max_seconds,
        quarantine_after=timing.quarantine_after,
        slack_settle=_slack_settle(settings),
        lease=timing.lease_seconds,
    )


def _slack_settle(settings: Settings) -> float:
    return min(settings.timing.settle_seconds, SLACK_SETTLE_SECONDS)


def routes(settings: Settings) -> tuple[Route, ...]:
    return tuple(
        Route({str(name): value for name, value in route.when.items()}, route.channel)
        for route in settings.routes
    )


def binding(settings: Settings, store: RedisStore) -> StoreBinding:
    """Raises ConfigError naming the account."""
    try:
        stores = {account.name: store_of(account) for account in settings.accounts}
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return StoreBinding(store, stores)


def providers(
    settings: Settings,
    spend: Callable[[str, str, float], Awaitable[int]],
    admit: Callable[[str, Provider], Awaitable[None]] | None = None,
) -> dict[str, Provider]:
    """One provider per account. Raises ConfigError naming the account."""
    built: dict[str, Provider] = {}
    for account in settings.accounts:
        try:
            built[account.name] = build(
                account,
                partial(spend, account.provider, account.name),
                partial(admit, account.name) if admit else None,
            )
        except ValueError as error:
            raise ConfigError(f"account {account.name!r}: {error}") from None
    return built


def lanes(
    settings: Settings,
    store: RedisStore,
    chat: SlackChat,
    providers: Mapping[str, Provider],
    desk: InboundDesk,
    may: May,
    spawn: Spawn,
) -> dict[str, Lane]:
    """One lane per account; they share what is known of Slack."""
    timing = settings.timing
    timeout, settle = timing.call_timeout_seconds, _slack_settle(settings)
    poster = Poster(
        store,
        chat,
        UnrecordedPosts(store, chat),
        StrayEffects(store, chat, timeout + settle),
        desk.announce,
        timeout=timeout,
        settle=settle,
        edit_every=timing.edit_seconds,
    )
    names = settings.marketplaces()
    return {
        name: Lane(
            store,
            chat,
            provider,
            Sender(provider, may, send_settings(settings), chat.files),
            poster,
            desk,
            lane_settings(settings, names[name]),
            uploads(settings, store, chat, name, spawn),
        )
        for name, provider in providers.items()
    }


def uploads(
    settings: Settings, store: RedisStore, chat: SlackChat, account: str, spawn: Spawn
) -> Uploads | None:
    """What shares customers' files in the threads of an account; None = their links are enough."""
    files, timing = settings.files, settings.timing
    found = settings.account(account)
    if files.inbound != "upload" or found is None:
        return None
    hosts = {*files.hosts, *hosts_of(found)}
    source = SafeFetch(hosts, timing.call_timeout_seconds, loopback=files.loopback)
    limits = UploadSettings(
        types=frozenset(files.types),
        most=int(files.max_mb * 1_000_000),
        timeout=timing.call_timeout_seconds,
        settle=_slack_settle(settings),
        retry=timing.retry_seconds,
        retry_max=timing.retry_max_seconds,
    )
    return Uploads(store, chat.thread_files, source, spawn, limits)


def pollers(
    settings: Settings,
    store: RedisStore,
    providers: Mapping[str, Provider],
    desk: InboundDesk,
    binding: StoreBinding,
) -> list[Poller]:
    timing = settings.timing
    return [
        Poller(
            account.name,
            account.token_env,
            store,
            providers[account.name],
            desk,
            PollSettings(
                poll=account.poll_seconds,
                full_walk=account.full_walk_seconds,
                recent=settings.start.recent_hours * 3600,
                probe=timing.probe_seconds,
                unauthorized_probe=timing.unauthorized_probe_seconds,
                down_max=timing.retry_max_seconds,
                watch_ended=account.watch_ended_days * DAY,
            ),
            partial(binding.alone, account.name),
        )
        for account in settings.accounts
    ]


def lookup(settings: Settings, store: RedisStore, providers: dict[str, Provider]) -> TicketLookup:
    names, channel = settings.marketplaces(), settings.slack.channel
    return TicketLookup(providers, names, store, LOOKUP_SECONDS, routes(settings), channel)


def orders(
    settings: Settings, store: RedisStore, providers: Mapping[str, Provider], spawn: Spawn
) -> OrderReader:
    refused = settings.timing.probe_seconds
    return OrderReader(providers, store, spawn, LOOKUP_SECONDS, refused)


def catch_up(
    settings: Settings, store: RedisStore, chat: SlackChat, archive: Archive, desk: InboundDesk
) -> CatchUp:
    channels = settings.channels()
    return CatchUp(
        store,
        chat,
        desk,
        tuple(settings.marketplaces()),
        channels,
        settings.timing.catch_up_hours * 3600,
        FormerChannels(archive, channels),
    )


def lost_threads(
    settings: Settings,
    store: RedisStore,
    archive: Archive,
    desk: InboundDesk,
    providers: Mapping[str, Provider],
) -> LostThreads:
    rules = intake_settings(settings)
    return LostThreads(store, archive, desk, providers, rules, settings.channels())


def listeners(
    settings: Settings,
    chat: SlackChat,
    store: RedisStore,
    desk: InboundDesk,
    lookup: TicketLookup,
    orders: OrderReader,
    spawn: Spawn,
    catch_up: CatchUp,
    lost: LostThreads,
    unposted: Unposted,
) -> Listeners:
    """What answers Slack. An event that cannot be stored is found by catching up."""
    threads = ThreadMap(store)
    actions = Actions(chat, desk, lookup, spawn)
    beside = Beside(chat, lookup, orders, spawn)
    buttons = Buttons(chat, threads, desk, lookup, actions, beside, spawn, lost)
    command = Command(chat, desk, lookup, actions, spawn)
    home = Home(
        chat,
        desk,
        lookup,
        unposted.texts,
        spawn,
        settings.slack.command,
        by_money=bool(settings.agents.money),
        every=settings.timing.retry_max_seconds,
    )
    missed = partial(_catch_up, spawn, catch_up)
    return Listeners(
        chat, store, threads, desk, buttons, command, home, missed, lookup, spawn, lost
    )


def sockets(
    settings: Settings, listeners: Listeners, on_gap: Callable[[], Coroutine[Any, Any, None]]
) -> Sockets:
    """The connections of Socket Mode; `on_gap` is called when Slack was not heard for a while."""
    slack, timing = settings.slack, settings.timing
    patience = Patience(
        call=timing.call_timeout_seconds,
        first=timing.retry_seconds,
        most=min(timing.retry_max_seconds, SOCKET_RETRY_SECONDS),
    )
    token = slack.app_token.get_secret_value()
    return Sockets(listeners.app(), token, slack.api_url, on_gap, patience)


def _catch_up(spawn: Spawn, catch_up: CatchUp) -> None:
    spawn(catch_up.run())
