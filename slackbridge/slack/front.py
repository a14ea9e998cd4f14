"""The listeners: what Slack delivers, turned into calls of the front desk.

`process_before_response` makes Bolt answer only after a listener has returned, so nothing is
acknowledged before it is stored; an exception becomes a 500 (or no ack) and Slack repeats.
Every delivery is answered: Bolt's 404 for an unmatched one would make Slack repeat it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from slackbridge.errors import Failure
from slackbridge.front import FrontDesk
from slackbridge.model import TicketKey
from slackbridge.ports import Store
from slackbridge.slack import hear
from slackbridge.slack.buttons import Buttons
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.command import Command
from slackbridge.slack.home import Home
from slackbridge.slack.threads import Threads

log = structlog.get_logger(__name__)
Authorize = Callable[[str | None, str | None], Awaitable[AuthorizeResult]]
EVENTS: Mapping[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": "",
}
"""Every event the app subscribes to, and the scope it needs ('' = none)."""
COMMANDS = ("/ticket",)
ANY = re.compile(".*", re.DOTALL)
TOLD_SECONDS = 86_400.0


class Front:
    """The Bolt app of one workspace. `missed` is told when something could not be taken in."""

    def __init__(
        self,
        chat: SlackChat,
        store: Store,
        threads: Threads,
        desk: FrontDesk,
        buttons: Buttons,
        command: Command,
        home: Home,
        missed: Callable[[], None],
    ) -> None:
        self._chat = chat
        self._store = store
        self._threads = threads
        self._desk = desk
        self._buttons = buttons
        self._command = command
        self._home = home
        self._missed = missed

    def app(self) -> AsyncApp:
        """The app with its listeners. It verifies nothing: in HTTP mode `http` did, before."""
        quiet = logging.getLogger("slack_bolt")
        quiet.setLevel(logging.ERROR)  # it warns of the token that `authorize` makes unnecessary
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
        app.event(ANY)(_nothing)
        app.action(ANY)(self._buttons.pressed)
        app.view(ANY)(self._buttons.submitted)
        app.view_closed(ANY)(_acknowledge)
        app.shortcut(ANY)(_acknowledge)
        app.options(ANY)(_acknowledge)
        app.command(ANY)(self._command.run)
        app.error(self._failed)
        return app

    def _authorize(self) -> Authorize:
        """One workspace, one token: nothing to ask Slack for at every delivery.

        A function, not a method: Bolt passes arguments by name, and would ask for `self`.
        """
        chat = self._chat

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_token=chat.client.web.token,
                bot_id=chat.bot_id,
                bot_user_id=chat.bot_user,
            )

        return authorize

    async def _failed(self, error: Exception, body: Mapping[str, Any]) -> None:
        """Not taken in, and so not acknowledged; only an event can be found again by looking."""
        if not isinstance(error, Failure):
            log.error("listener failed", exc_info=error)
            return
        log.warning("not taken in", why=error.loggable)
        if body.get("type") == "event_callback":
            self._missed()

    async def _message(self, event: dict[str, Any]) -> None:
        channel = str(event.get("channel", ""))
        match event.get("subtype"):
            case "message_changed":
                await self._changed(channel, event)
            case "message_deleted":
                await self._deleted(channel, event)
            case _:
                await self._said(channel, event)

    async def _said(self, channel: str, event: Mapping[str, Any]) -> None:
        key = await self._ticket(channel, event) if hear.spoken(event) else None
        if key is None:
            return
        heard = hear.heard(event, channel, await self._names(event))
        await self._tell(channel, event, await self._desk.said(key, heard))

    async def _changed(self, channel: str, event: Mapping[str, Any]) -> None:
        """An edit by a person; an unfurled link also comes as a change, without `edited`."""
        message = event.get("message") or {}
        before = event.get("previous_message") or {}
        same = all(message.get(k) == before.get(k) for k in ("text", "blocks"))
        if same or not message.get("edited") or not hear.spoken(message):
            return
        key = await self._ticket(channel, message)
        if key is not None:
            at = str(event.get("event_ts") or "")
            heard = hear.heard(message, channel, await self._names(message), at)
            await self._tell(channel, message, await self._desk.edited(key, heard))

    async def _deleted(self, channel: str, event: Mapping[str, Any]) -> None:
        message = event.get("previous_message") or {}
        if not message:
            # Slack promises its ts alone: which thread it stood in, only looking can tell.
            self._missed()
            return
        key = await self._ticket(channel, message) if hear.spoken(message) else None
        if key is not None:
            ts = str(event.get("deleted_ts") or message["ts"])
            await self._desk.deleted(key, ts, str(message["user"]), channel)

    async def _names(self, event: Mapping[str, Any]) -> dict[str, str]:
        return await self._chat.directory.names(hear.mentioned(event))

    async def _ticket(self, channel: str, event: Mapping[str, Any]) -> TicketKey | None:
        return await self._threads.ticket(channel, str(event.get("thread_ts", "")))

    async def _tell(self, channel: str, event: Mapping[str, Any], text: str) -> None:
        """Tell one person alone, once however often Slack repeats the event."""
        if not text or not await self._store.once(f"told:{channel}:{event['ts']}", TOLD_SECONDS):
            return
        try:
            thread = str(event.get("thread_ts", ""))
            await self._chat.tell(channel, str(event["user"]), text, thread)
        except Failure as failure:
            log.warning("could not tell a person", channel=channel, why=failure.code)


async def _nothing() -> None:
    """Answered, and that is all."""


async def _acknowledge(ack: Any) -> None:
    await ack()
