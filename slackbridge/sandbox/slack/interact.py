"""Interactivity: the payloads of buttons, modals, shortcuts and commands, and their answers.

Every call returns after the app has acknowledged, or raises NotAcknowledged.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from slackbridge.sandbox.slack import blocks, elements
from slackbridge.sandbox.slack.delivery import Delivery
from slackbridge.sandbox.slack.errors import ApiError, InvalidAnswer, NotAcknowledged
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.response_urls import Origin, ResponseUrls
from slackbridge.sandbox.slack.roster import HOME_TEAM, Channel, User
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.transport import ACK_SECONDS, COMMAND, INTERACTIVE, Answer, Transport
from slackbridge.sandbox.slack.triggers import Triggers
from slackbridge.sandbox.slack.views import View
from slackbridge.sandbox.slack.workspace import Workspace
from slackbridge.sandbox.tasks import Tasks


@dataclass(slots=True, eq=False)
class Interactions:
    """Sends interactions of people to the app."""

    workspace: Workspace
    transport: Transport
    delivery: Delivery
    triggers: Triggers
    urls: ResponseUrls
    tasks: Tasks
    inputs: dict[tuple[str, str, str], Json] = field(default_factory=dict)

    async def press(
        self,
        user: User,
        message: Message,
        pressed: tuple[Json, Json],
        chosen: Any,
        *,
        ephemeral: bool,
    ) -> None:
        """`block_actions` from a message; the payload holds the message unless it is ephemeral."""
        block, element = pressed
        channel = self.workspace.channels[message.channel]
        values = self.inputs.setdefault((message.channel, message.ts, user.id), {})
        if element["type"] in elements.FIELDS:
            entered = {element["action_id"]: elements.state(element, chosen)}
            values.setdefault(block["block_id"], {}).update(entered)
        origin = Origin(user.id, message.channel, message.ts)
        payload = self._head(user, "block_actions") | {
            "container": _container(message, ephemeral),
            "channel": _channel(channel),
            "state": {"values": values},
            "response_url": self.urls.issue(origin),
            "actions": [self._action(block, element, chosen)],
        }
        if not ephemeral:
            payload["message"] = self.workspace.message(message.channel, message.ts)
        place = {"channel": message.channel, "ts": message.ts, "user": user.id}
        self.workspace.commit("clicked", action_id=element["action_id"], **place)
        await self._send("block_actions", INTERACTIVE, payload)

    async def act(self, user: User, view: View, pressed: tuple[Json, Json], chosen: Any) -> None:
        """`block_actions` from a modal or the Home tab."""
        block, element = pressed
        if element["type"] in elements.FIELDS:
            entered = {element["action_id"]: elements.state(element, chosen)}
            view = self.workspace.views.enter(view, {block["block_id"]: entered})
        shown = self.workspace.views.as_json(view)
        payload = self._head(user, "block_actions") | {
            "container": {"type": "view", "view_id": view.id},
            "view": shown,
            "state": shown["state"],
            "actions": [self._action(block, element, chosen)],
        }
        facts = {"view": view.id, "user": user.id}
        self.workspace.commit("clicked", action_id=element["action_id"], **facts)
        await self._send("block_actions", INTERACTIVE, payload)

    async def submit(self, user: User, view: View, values: Json) -> Json | None:
        """`view_submission`; applies the answer to the views and returns it.

        The ledger has each attempt as `submitted`, and as `accepted` if the view closed by it.
        """
        view = self.workspace.views.enter(view, values)
        payload = self._head(user, "view_submission") | {
            "view": self.workspace.views.as_json(view),
            "response_urls": [],
        }
        callback = view.spec.get("callback_id", "")
        facts = {"view": view.id, "user": user.id, "callback_id": callback}
        self.workspace.commit("submitted", **facts)
        answer = await self._send("view_submission", INTERACTIVE, payload)
        shown = self._after_submission(view, answer)
        if self.workspace.views.get(view.id) is None:
            meta = view.spec.get("private_metadata", "")
            self.workspace.commit("accepted", **facts, private_metadata=meta, values=values)
        return shown

    async def closed(self, user: User, view: View, *, cleared: bool = False) -> None:
        """`view_closed`, if the view asks for it."""
        self.workspace.views.close(view)
        if view.spec.get("notify_on_close"):
            payload = self._head(user, "view_closed") | {
                "view": self.workspace.views.as_json(view),
                "is_cleared": cleared,
            }
            del payload["trigger_id"]
            await self._send("view_closed", INTERACTIVE, payload)

    async def shortcut(self, user: User, callback_id: str, message: Message | None) -> None:
        """`message_action` on a message, or a global `shortcut`."""
        kind = "message_action" if message else "shortcut"
        stamp = self.workspace.stamps.next("actions")
        payload = self._head(user, kind) | {"callback_id": callback_id, "action_ts": stamp}
        if message:
            origin = Origin(user.id, message.channel, message.ts)
            payload |= {
                "channel": _channel(self.workspace.channels[message.channel]),
                "message_ts": message.ts,
                "message": self.workspace.message(message.channel, message.ts),
                "response_url": self.urls.issue(origin),
            }
        where = {"channel": message.channel, "ts": message.ts} if message else {}
        self.workspace.commit("shortcut", callback_id=callback_id, user=user.id, **where)
        await self._send(kind, INTERACTIVE, payload)

    async def command(self, user: User, name: str, text: str, channel: Channel) -> Answer:
        """A slash command; the direct answer is shown and returned."""
        origin = Origin(user.id, channel.id)
        payload = {
            "token": self.workspace.app.verification_token,
            "team_id": HOME_TEAM,
            "team_domain": self.workspace.team_domain,
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": name,
            "text": text,
            "api_app_id": self.workspace.app.app_id,
            "is_enterprise_install": "false",
            "response_url": self.urls.issue(origin, command=True),
            "trigger_id": self.triggers.issue(user.id),
        }
        facts = {"command": name, "text": text, "channel": channel.id, "user": user.id}
        self.workspace.commit("command", **facts)
        answer = await self._send(COMMAND, COMMAND, payload)
        if answer is not None:
            self._show(origin, {"text": answer} if isinstance(answer, str) else answer)
        return answer

    def _show(self, origin: Origin, answer: Json) -> None:
        try:
            self.urls.respond(origin, answer)
        except ApiError as error:
            raise InvalidAnswer(f"Slack refuses the answer: {error.code}") from error

    async def _send(self, name: str, kind: str, payload: Json) -> Answer:
        planned = self.delivery.plan(name, payload)
        if not planned:
            await asyncio.sleep(ACK_SECONDS)
            raise NotAcknowledged("the payload was lost")
        (delay, first), *more = planned
        for wait, each in more:
            self.tasks.spawn(self._again(wait, kind, each))
        await asyncio.sleep(delay)
        return await self.transport.interaction(kind, first)

    async def _again(self, delay: float, kind: str, payload: Json) -> None:
        await asyncio.sleep(delay)
        try:
            await self.transport.interaction(kind, payload)
        except NotAcknowledged:
            # Nobody waits for the answer to a duplicate.
            return

    def _head(self, user: User, kind: str) -> Json:
        app = self.workspace.app
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
            "api_app_id": app.app_id,
            "token": app.verification_token,
            "trigger_id": self.triggers.issue(user.id),
            "team": {"id": HOME_TEAM, "domain": self.workspace.team_domain},
            "enterprise": {"id": app.enterprise, "name": "Sandbox Org"} if app.enterprise else None,
            "is_enterprise_install": app.org_wide,
        }

    def _action(self, block: Json, element: Json, chosen: Any) -> Json:
        stamp = self.workspace.stamps.next("actions")
        return elements.action(block, element, chosen, stamp)

    def _after_submission(self, view: View, answer: Answer) -> Json | None:
        views = self.workspace.views
        if not isinstance(answer, dict):
            views.close(view)
            return None
        try:
            match answer.get("response_action"):
                case "errors":
                    _check_errors(view, answer)
                case "update":
                    views.update(view, blocks.view(answer.get("view"), "modal"))
                case "push":
                    views.push(view.user, blocks.view(answer.get("view"), "modal"))
                case "clear":
                    views.clear(view.user)
                case other:
                    raise InvalidAnswer(f"unknown response_action {other!r}")
        except ApiError as error:
            raise InvalidAnswer(f"Slack refuses the view: {error.code} {error.extra}") from error
        return answer


def _check_errors(view: View, answer: Json) -> None:
    inputs = {each["block_id"] for each in view.spec["blocks"] if each["type"] == "input"}
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise InvalidAnswer(f"errors must name input blocks {sorted(inputs)}: {errors!r}")


def _container(message: Message, ephemeral: bool) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    return container | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name}
