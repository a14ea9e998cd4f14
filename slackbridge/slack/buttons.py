"""Buttons, menus and modals: what was pressed or submitted becomes a call of the front desk.

A button's value gives no rights: its ticket is that of the thread that the button stands in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from slackbridge.domain.about import About, about
from slackbridge.domain.account import not_carried
from slackbridge.domain.errors import Failure, Rejected
from slackbridge.domain.intent import Press
from slackbridge.domain.model import Capabilities, Kind, Status, TicketKey
from slackbridge.domain.view import Button, NoticeButton
from slackbridge.ports.front_desk import FrontDesk, Lookup, ThreadFinder
from slackbridge.ports.signal import Spawn
from slackbridge.slack.actions import Actions, answer, value_of
from slackbridge.slack.beside import Beside
from slackbridge.slack.blocks import views
from slackbridge.slack.blocks.ids import Callback, How, Input, Target
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.thread_map import ThreadMap
from slackbridge.text.clean import clean

log = structlog.get_logger(__name__)
STATUS: Mapping[str, Status] = {
    Button.SOLVE: Status.SOLVED,
    Button.PENDING: Status.WAITING,
    Button.CLOSE: Status.CLOSED,
    Button.REOPEN: Status.NEEDS_AGENT,
}
HOW: Mapping[str, tuple[Kind, Status | None]] = {
    How.SEND: (Kind.REPLY, None),
    How.SEND_SOLVE: (Kind.REPLY, Status.SOLVED),
    How.INTERNAL: (Kind.INTERNAL, None),
    How.PRIVATE: (Kind.PRIVATE, None),
}
LOOKING = "I do not know this thread any more and look for its ticket: press again in a moment."
NO_FORM = "Slack refuses to open this form ({}). Answer by a message in the thread instead."
FOREIGN = "This button does not belong to a ticket that I know."


@dataclass(frozen=True, slots=True)
class Buttons:
    """`spawn` runs what goes on after Slack was answered; only reading is done there."""

    _chat: SlackChat
    _threads: ThreadMap
    _desk: FrontDesk
    _lookup: Lookup
    _actions: Actions
    _beside: Beside
    _spawn: Spawn
    _lost: ThreadFinder

    async def pressed(self, ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A block action anywhere."""
        target, _, name = str(action.get("action_id", "")).partition(":")
        if name == Button.MORE:
            name = str((action.get("selected_option") or {}).get("value", ""))
        user, text = str(body["user"]["id"]), ""
        if target == Target.TICKET:
            text = await self._ticket_or_words(body, name, user)
        elif target == Target.INTENT:
            text = await self._intent(body, action, name, user)
        elif target == Target.ACCOUNT and name == NoticeButton.SHOW_ALL:
            account = str(action.get("value", ""))
            known = self._lookup.can(account) is not None
            text = await self._desk.show_all(account, user) if known else FOREIGN
        place = _place(body)
        if text == FOREIGN and self._lost.worth_asking(*place):
            self._spawn(self._find(place, user))
            text = LOOKING
        await ack()
        await self._tell(body, user, text)

    async def _find(self, place: tuple[str, str], user: str) -> None:
        if text := await self._lost.find(*place):
            await self._chat.tell(place[0], user, text, place[1])

    async def _ticket_or_words(self, body: Mapping[str, Any], name: str, user: str) -> str:
        try:
            return await self._ticket(body, name, user)
        except Rejected as failure:
            if about(failure) is About.PLACE:
                raise
            log.warning("form.refused", why=failure.code)
            return NO_FORM.format(failure.code)

    async def _ticket(self, body: Mapping[str, Any], name: str, user: str) -> str:
        key = await self._key(body)
        can = self._lookup.can(key.account) if key else None
        if key is None or can is None:
            return not_carried(key.account) if key else FOREIGN
        if special := self._actions.named(key, _behind(can, name)):
            why = await self._desk.refused(user)
            return why or await self._actions.begin(key, user, special, _trigger(body))
        if name in STATUS:
            return await self._desk.status(key, user, STATUS[name])
        if name == Button.UNCLAIM:
            return await self._desk.holders.unclaim(key, user, can)
        if why := await self._desk.refused(user):
            return why
        if name == Button.CLAIM:
            return await self._claim(body, key, user, can)
        if name in (Button.REPLY, Button.INTERNAL, Button.PRIVATE):
            await self._open_reply(body, key, user, can, name)
        elif name == Button.DETAILS:
            await self._beside.details(_trigger(body), key)
        elif name == Button.FOLLOW_UP:
            place = self._lookup.provider(key.account)
            view = views.follow_up_modal(key, place, can.reply_limit, _meta(key))
            await self._chat.open(_trigger(body), view)
        return ""

    async def _claim(
        self, body: Mapping[str, Any], key: TicketKey, user: str, can: Capabilities
    ) -> str:
        claim = await self._desk.holders.claim(key, user, await self._email(user), can)
        if claim.asks:
            view = views.confirm_modal("Claim", claim.text, Callback.CLAIM, _meta(key), "Take over")
            await self._chat.open(_trigger(body), view)
            return ""
        return claim.text

    async def _intent(
        self, body: Mapping[str, Any], action: Mapping[str, Any], name: str, user: str
    ) -> str:
        about, _, id = str(action.get("value", "")).rpartition("|")
        key, shown = await self._key(body), ""
        if key is None:
            key, shown = _account(about), _message_ts(body)
        if key is None or name not in set(Press):
            return FOREIGN
        if self._lookup.can(key.account) is None:
            return FOREIGN if key.is_account else not_carried(key.account)
        return await self._desk.pressed(key, id, Press(name), user, shown)

    async def _key(self, body: Mapping[str, Any]) -> TicketKey | None:
        channel, root = _place(body)
        return await self._threads.ticket(channel, root) if channel and root else None

    async def _open_reply(
        self, body: Mapping[str, Any], key: TicketKey, user: str, can: Capabilities, name: str
    ) -> None:
        view = partial(
            views.reply_modal,
            key=key,
            title=f"Reply · {key.account}",
            limit=can.reply_limit,
            choices=choices(can, name),
            warning=await self._desk.holders.busy(key, user),
            meta=_meta(key),
            provider=self._lookup.provider(key.account),
        )
        await self._beside.reply(_trigger(body), key, view)

    async def submitted(self, ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        user = str(body["user"]["id"])
        key = _key_of(view)
        can = self._lookup.can(key.account) if key else None
        if key is None:
            await ack()
            return
        if can is None:
            await _keep_open(ack, view, not_carried(key.account))
            return
        callback = view.get("callback_id")
        if callback in (Callback.FORM, Callback.MONEY):
            await self._actions.submitted(ack, key, user, view)
        elif callback == Callback.CLAIM and not key.is_account:
            email = await self._email(user)
            claimed = await self._desk.holders.claim(key, user, email, can, force=True)
            await answer(ack, "Claim", claimed.text)
        elif callback in (Callback.REPLY, Callback.FOLLOW_UP) and not key.is_account:
            problem = await self._send(key, user, view)
            errors = {"response_action": "errors", "errors": {Input.TEXT: problem}}
            await ack(**(errors if problem else {}))
        else:
            await ack()

    async def _send(self, key: TicketKey, user: str, view: Mapping[str, Any]) -> str:
        text = clean(value_of(view, Input.TEXT)).strip()
        if not text:
            return "There is no text to send."
        if why := self._lookup.too_long(key.account, text):
            return why
        if view.get("callback_id") == Callback.FOLLOW_UP:
            kind, status = Kind.FOLLOW_UP, None
        else:
            kind, status = HOW.get(value_of(view, Input.HOW), HOW[How.SEND])
        return await self._desk.submit(key, user, str(view["id"]), kind, text, status)

    async def _email(self, user: str) -> str:
        try:
            return (await self._chat.member(user)).email
        except Failure:
            return ""

    async def _tell(self, body: Mapping[str, Any], user: str, text: str) -> None:
        channel = (body.get("channel") or {}).get("id")
        if not text or not channel:
            return
        message = body.get("message") or {}
        thread = str(message.get("thread_ts") or message.get("ts") or "")
        await self._chat.tell(str(channel), user, text, thread)


async def _keep_open(ack: Any, view: Mapping[str, Any], text: str) -> None:
    """Answer a modal that cannot be carried out. What was typed stays, to be copied."""
    entered = (view.get("state") or {}).get("values") or {}
    if entered:
        await ack(response_action="errors", errors={next(iter(entered)): text.replace("`", "")})
    else:
        await answer(ack, "Not sent", text)


def choices(can: Capabilities, first: str = Button.REPLY) -> tuple[str, ...]:
    """What the reply modal offers; the one that was pressed comes first."""
    offered = [How.SEND]
    offered += [How.SEND_SOLVE] if Status.SOLVED in can.reply_with_status else []
    offered += [How.INTERNAL] if can.internal_notes else []
    offered += [How.PRIVATE] if can.private_notes else []
    return tuple(sorted(offered, key=lambda name: name != first))


def _place(body: Mapping[str, Any]) -> tuple[str, str]:
    """The channel and the thread's root that a button stands in; '' = none."""
    container = body.get("container") or {}
    message = body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    root = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
    return str(channel or ""), str(root or "")


def _trigger(body: Mapping[str, Any]) -> str:
    return str(body.get("trigger_id", ""))


def _meta(key: TicketKey) -> str:
    return json.dumps({"key": str(key)})


def _message_ts(body: Mapping[str, Any]) -> str:
    """The message that a button stands in."""
    at = (body.get("container") or {}).get("message_ts") or (body.get("message") or {}).get("ts")
    return str(at or "nowhere")


def _account(about: str) -> TicketKey | None:
    """The account that a button's value names: such a button stands in no ticket's thread.

    The desk checks that the message is the one the value is about.
    """
    try:
        key = TicketKey.parse(about)
    except ValueError:
        return None
    return key if key.is_account else None


def _key_of(view: Mapping[str, Any]) -> TicketKey | None:
    try:
        return TicketKey.parse(str(json.loads(view["private_metadata"])["key"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _behind(can: Capabilities, name: str) -> str:
    """The action that a button stands for: its own name, or that of a status's form."""
    status = STATUS.get(name)
    return can.status_forms.get(status, "") if status else name
