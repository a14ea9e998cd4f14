"""What is examined."""

from __future__ import annotations

from typing import Protocol

from slackbridge.config.settings import Settings
from slackbridge.ports.provider import Provider
from slackbridge.rooms.recovery.map_guard import MapGuard
from slackbridge.rooms.recovery.store_binding import StoreBinding
from slackbridge.slack.chat import SlackChat
from slackbridge.store.redis import RedisStore


class Patient(Protocol):
    """A bridge that is built and not running."""

    settings: Settings
    store: RedisStore
    chat: SlackChat
    guard: MapGuard
    binding: StoreBinding
    providers: dict[str, Provider]
