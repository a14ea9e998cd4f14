"""The Events API: which events the app gets, and the envelope around them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from slackbridge.sandbox.slack.delivery import Delivery
from slackbridge.sandbox.slack.roster import HOME_TEAM, Channel, Installation
from slackbridge.sandbox.slack.shapes import Json, new_id
from slackbridge.sandbox.slack.transport import Transport
from slackbridge.sandbox.slack.workspace import Workspace
from slackbridge.sandbox.tasks import Tasks

_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An event that the app has acknowledged, `at` on the monotonic clock."""

    event: Json
    at: float


@dataclass(slots=True, eq=False)
class Events:
    """Sends announced events, each in a task of its own.

    `acknowledged` lists what the app has acknowledged, as it came in. Two acknowledgements of two
    connections may come in the other way round than they were sent, some milliseconds apart.
    """

    workspace: Workspace
    transport: Transport
    delivery: Delivery
    tasks: Tasks
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def announce(self, event: Json, channel: Channel | None) -> None:
        """Send an event if the app subscribes to it and is in the channel (None = no channel)."""
        if not self._wanted(event, channel):
            return
        app, now = self.workspace.app, self.workspace.clock()
        whole = envelope(app, event, now, shared=channel is not None and channel.shared)
        for delay, payload in self.delivery.plan(name_of(event), whole):
            self.tasks.spawn(self._send(delay, payload))

    async def _send(self, delay: float, payload: Json) -> None:
        await asyncio.sleep(delay)
        if await self.transport.event(payload):
            self.acknowledged.append(Acknowledged(payload["event"], time.monotonic()))

    def _wanted(self, event: Json, channel: Channel | None) -> bool:
        app = self.workspace.app
        if app.revoked or (channel is not None and app.bot_user not in channel.members):
            return False
        subscription = str(event["type"])
        if subscription == "message" and channel is not None:
            subscription = _MESSAGES[channel.kind]
        return subscription in app.subscriptions


def envelope(app: Installation, event: Json, at: float, *, shared: bool) -> Json:
    """The payload of an event; `shared` says that its channel is shared with another team."""
    authorization = {
        "enterprise_id": app.enterprise or None,
        "team_id": HOME_TEAM,
        "user_id": app.bot_user,
        "is_bot": True,
        "is_enterprise_install": app.org_wide,
    }
    return {
        "token": app.verification_token,
        "team_id": HOME_TEAM,
        "context_team_id": HOME_TEAM,
        "context_enterprise_id": app.enterprise or None,
        "api_app_id": app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(at),
        "authorizations": [authorization],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{new_id('')}",
    }


def name_of(event: Json) -> str:
    """The name of an event for delivery faults: `message.message_changed`."""
    subtype = event.get("subtype")
    return f"{event['type']}.{subtype}" if subtype else str(event["type"])
