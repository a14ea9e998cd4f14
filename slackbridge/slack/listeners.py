"""The listeners: Slack's deliveries become calls of the front desk.

`process_before_response` makes Bolt answer after the listener has returned, so nothing is
acknowledged before it is stored; an exception becomes a 500 (or no ack), and Slack retries.
Every delivery has a listener, because Bolt answers an unmatched one with 404 and Slack retries it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import TicketKey
from slackbridge.domain.view import NOT_CARRIED
from slackbridge.ports.front_desk import FrontDesk, Lookup, ThreadFinder
from slackbridge.ports.signal import Spawn
from slackbridge.ports.store import Store
from slackbridge.slack import events
from slackbridge.slack.buttons import Buttons
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.command import Command
from slackbridge.slack.events import Subtype
from slackbridge.slack.home import Home
from slackbridge.slack.thread_map import ThreadMap

log = structlog.get_logger(__name__)
Authorize = Callable[[str | None, str | None], Awaitable[AuthorizeResult]]
ANY = re.compile(".*", re.DOTALL)
EVENT = "event_callback"  # the type of a delivery that holds an event
TOLD_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Listeners:
    """The Bolt app of one workspace. `missed` is called when an event could not be stored."""

    _chat: SlackChat
    _store: Store
    _threads: ThreadMap
    _desk: FrontDesk
    _buttons: Buttons
    _command: Command
    _home: Home
    _missed: Callable[[], None]
    _lookup: Lookup
    _spawn: Spawn
    _lost: ThreadFinder

    def app(self) -> AsyncApp:
        """The app with its listeners. In HTTP mode `http_mode` has verified the request."""
        quiet = logging.getLogger("slack_bolt")
        quiet.setLevel(logging.ERROR)  # it warns that there is no token beside `authorize`
        app = AsyncApp(
            name="slack_bolt.app",  # Bolt sets the level of the logger of that name
            logger=quiet,
            client=self._chat.client.web,
            process_before_response=True,
            request_verification_enabled=False,
            authorize=self._authorize(),
        )
        app.event("message")(self._message)
        app.event("app_home_opened")(self._home.opened)
        app.action(ANY)(self._buttons.pressed)
        app.view(ANY)(self._buttons.submitted)
        for rest in (app.event, app.view_closed, app.shortcut, app.options):
            rest(ANY)(_acknowledge)
        app.command(ANY)(self._command.run)
        app.error(self._failed)
        return app

    def _authorize(self) -> Authorize:
        """One workspace, one token: no call per delivery.

        A function, because Bolt passes arguments by name and takes `self` for one of them.
        """
        chat = self._chat

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_token=chat.client.web.token,
                bot_id=chat.history.bot_id,
                bot_user_id=chat.history.bot_user,
            )

        return authorize

    async def _failed(self, error: Exception, body: Mapping[str, Any]) -> None:
        """Log it. Nothing is acknowledged; an event can be found again by reading the thread."""
        if not isinstance(error, Failure):
            log.error("listener.failed", exc_info=error)
            return
        log.warning("delivery.not_stored", why=error.loggable)
        if body.get("type") == EVENT:
            self._missed()

    async def _message(self, event: dict[str, Any]) -> None:
        channel = str(event.get("channel", ""))
        match event.get("subtype"):
            case Subtype.CHANGED:
                await self._changed(channel, event)
            case Subtype.DELETED:
                await self._deleted(channel, event)
            case _:
                await self._said(channel, event)

    async def _said(self, channel: str, event: Mapping[str, Any]) -> None:
        if (key := await self._ticket(channel, event)) is not None:
            heard = await self._chat.read(event, channel)
            await self._tell(channel, event, key, await self._desk.said(key, heard))

    async def _changed(self, channel: str, event: Mapping[str, Any]) -> None:
        """An edit by a person. An unfurled link is a change too, but without `edited`."""
        message = event.get("message") or {}
        before = event.get("previous_message") or {}
        same = all(message.get(k) == before.get(k) for k in ("text", "blocks"))
        if same or not message.get("edited"):
            return
        if (key := await self._ticket(channel, message)) is not None:
            heard = await self._chat.read(message, channel, str(event.get("event_ts") or ""))
            await self._tell(channel, message, key, await self._desk.edited(key, heard))

    async def _deleted(self, channel: str, event: Mapping[str, Any]) -> None:
        message = event.get("previous_message") or {}
        if not message:
            # Slack guarantees only the ts: the thread can only be found by reading.
            self._missed()
        elif (key := await self._ticket(channel, message)) is not None:
            ts = str(event.get("deleted_ts") or message["ts"])
            await self._desk.deleted(key, ts, str(message["user"]), channel)

    async def _ticket(self, channel: str, event: Mapping[str, Any]) -> TicketKey | None:
        """The ticket in whose thread a person said this. An unknown thread is asked about later."""
        if not events.spoken(event, self._chat.history.bot_user):
            return None
        root = str(event.get("thread_ts", ""))
        key = await self._threads.ticket(channel, root)
        if key is None and self._lost.worth_asking(channel, root):
            self._spawn(self._find(channel, root, event))
        return key

    async def _find(self, channel: str, root: str, event: Mapping[str, Any]) -> None:
        ts = str(event["ts"])
        text = await self._lost.find(channel, root, "" if event.get("edited") else ts)
        if text and await self._store.once(f"told:{channel}:{ts}", TOLD_SECONDS):
            await self._chat.tell(channel, str(event["user"]), text, root)

    async def _tell(
        self, channel: str, event: Mapping[str, Any], key: TicketKey, text: str
    ) -> None:
        """Tell one person alone, once however often Slack repeats the event."""
        if text and await self._store.once(f"told:{channel}:{event['ts']}", TOLD_SECONDS):
            thread = str(event.get("thread_ts", ""))
            await self._chat.tell(channel, str(event["user"]), text, thread)
            if self._lookup.can(key.account) is None:
                self._spawn(self._mark(channel, str(event["ts"])))

    async def _mark(self, channel: str, ts: str) -> None:
        """Show on a message that nobody carries its account: no lane ever puts a receipt there."""
        try:
            await self._chat.react(channel, ts, NOT_CARRIED, "")
        except Failure as failure:
            log.warning("person.not_told", channel=channel, why=failure.code)


async def _acknowledge(ack: Any) -> None:
    await ack()
