"""Buttons, menus and modals. A button's value is a look-up key, never authority: which ticket is
meant is decided by the thread that the button stands in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from slackbridge.document import clean
from slackbridge.errors import Failure
from slackbridge.front import FrontDesk, Lookup
from slackbridge.intent import Press
from slackbridge.model import Capabilities, Kind, Status, TicketKey
from slackbridge.slack import views
from slackbridge.slack.action_views import FORM, MONEY
from slackbridge.slack.actions import Actions, Spawn, value_of
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.threads import Threads

log = structlog.get_logger(__name__)
STATUS = {
    "solve": Status.SOLVED,
    "pending": Status.WAITING,
    "close": Status.CLOSED,
    "reopen": Status.NEEDS_AGENT,
}
HOW = {
    "send": (Kind.REPLY, None),
    "send_solve": (Kind.REPLY, Status.SOLVED),
    "internal": (Kind.INTERNAL, None),
    "private": (Kind.PRIVATE, None),
}
FOREIGN = "This button does not belong to a ticket that I know."


class Buttons:
    """`spawn` runs what may go on after Slack was answered; only reading is done there."""

    def __init__(
        self,
        chat: SlackChat,
        threads: Threads,
        desk: FrontDesk,
        lookup: Lookup,
        actions: Actions,
        spawn: Spawn,
    ) -> None:
        self._actions = actions
        self._chat = chat
        self._threads = threads
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn

    async def pressed(self, ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A block action anywhere."""
        room, _, name = str(action.get("action_id", "")).partition(":")
        if name == "more":
            name = str((action.get("selected_option") or {}).get("value", ""))
        user = str(body["user"]["id"])
        text = ""
        if room == "ticket":
            text = await self._ticket(body, name, user)
        elif room == "intent":
            text = await self._intent(body, action, name, user)
        elif room == "account" and name == "show":
            text = await self._account(str(action.get("value", "")), user)
        await ack()
        await self._tell(body, user, text)

    # -- what was pressed ----------------------------------------------------------------------

    async def _ticket(self, body: Mapping[str, Any], name: str, user: str) -> str:
        key = await self._key(body)
        can = self._lookup.can(key.account) if key else None
        if key is None or can is None:
            return FOREIGN
        if special := self._actions.named(key, _behind(can, name)):
            trigger = str(body.get("trigger_id", ""))
            return await self._desk.refused(user) or await self._actions.begin(
                key, user, special, trigger
            )
        if name in STATUS:
            return await self._desk.status(key, user, STATUS[name])
        if name == "unclaim":
            return await self._desk.holders.unclaim(key, user, can)
        if why := await self._desk.refused(user):
            return why
        if name == "claim":
            return await self._claim(body, key, user, can)
        if name in ("reply", "internal", "private"):
            await self._open_reply(body, key, user, can, name)
        elif name == "follow_up":
            view = views.follow_up_modal(key, self._provider(key), can.reply_limit, _meta(key))
            await self._open(body, view)
        return ""

    async def _claim(
        self, body: Mapping[str, Any], key: TicketKey, user: str, can: Capabilities
    ) -> str:
        warning = await self._desk.holders.claim(key, user, await self._email(user), can)
        if warning.endswith("?"):
            await self._open(
                body, views.confirm_modal("Claim", warning, "claim", _meta(key), "Take over")
            )
            return ""
        return warning

    async def _intent(
        self, body: Mapping[str, Any], action: Mapping[str, Any], name: str, user: str
    ) -> str:
        about, _, id = str(action.get("value", "")).rpartition("|")
        key, shown = await self._key(body), ""
        if key is None:
            key, shown = _account(about), _message_ts(body)
        if key is None or self._lookup.can(key.account) is None or name not in set(Press):
            return FOREIGN
        return await self._desk.pressed(key, id, Press(name), user, shown)

    async def _account(self, account: str, user: str) -> str:
        if self._lookup.can(account) is None:
            return FOREIGN
        return await self._desk.show_all(account, user)

    async def _key(self, body: Mapping[str, Any]) -> TicketKey | None:
        container = body.get("container") or {}
        message = body.get("message") or {}
        channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
        root = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
        if not channel or not root:
            return None
        return await self._threads.ticket(str(channel), str(root))

    # -- modals --------------------------------------------------------------------------------

    async def _open_reply(
        self, body: Mapping[str, Any], key: TicketKey, user: str, can: Capabilities, name: str
    ) -> None:
        warning = await self._desk.holders.busy(key, user)

        def view(last: Any, loading: bool) -> dict[str, Any]:
            return views.reply_modal(
                key=key,
                title=f"Reply · {key.account}",
                last=last,
                loading=loading,
                limit=can.reply_limit,
                choices=choices(can, name),
                warning=warning,
                meta=_meta(key),
                provider=self._provider(key),
            )

        opened = await self._open(body, view(None, True))
        if opened:
            self._spawn(self._fill(key, opened, view))

    async def _fill(
        self, key: TicketKey, view_id: str, view: Callable[[Any, bool], dict[str, Any]]
    ) -> None:
        """Show the customer's last message in an open modal; what was typed stays."""
        try:
            last = await self._lookup.last_words(key)
            await self._chat.client.call("views.update", view_id=view_id, view=view(last, False))
        except Failure as failure:
            log.info("last message not shown", ticket=str(key), why=failure.code)

    async def _open(self, body: Mapping[str, Any], view: dict[str, Any]) -> str:
        answer = await self._chat.client.call(
            "views.open", trigger_id=str(body.get("trigger_id", "")), view=view
        )
        return str((answer.get("view") or {}).get("id", ""))

    async def submitted(self, ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        """A modal was submitted."""
        user = str(body["user"]["id"])
        key = _key_of(view)
        can = self._lookup.can(key.account) if key else None
        if key is None or can is None:
            await ack()
            return
        if view.get("callback_id") in (FORM, MONEY):
            await self._actions.submitted(ack, key, user, view)
            return
        if key.is_account:  # nobody can be answered there
            await ack()
            return
        problem = ""
        if view.get("callback_id") == "claim":
            problem = await self._desk.holders.claim(
                key, user, await self._email(user), can, force=True
            )
        elif view.get("callback_id") in ("reply", "follow_up"):
            problem = await self._send(key, user, view, can)
        if problem and view.get("callback_id") == "claim":
            await ack(response_action="update", view=views.message_modal("Claim", problem))
        elif problem:
            await ack(response_action="errors", errors={"text": problem})
        else:
            await ack()

    async def _send(
        self, key: TicketKey, user: str, view: Mapping[str, Any], can: Capabilities
    ) -> str:
        text = clean(value_of(view, "text")).strip()
        if not text:
            return "There is no text to send."
        if why := self._lookup.too_long(key.account, text):
            return why
        if view.get("callback_id") == "follow_up":
            kind, status = Kind.FOLLOW_UP, None
        else:
            kind, status = HOW.get(value_of(view, "how"), (Kind.REPLY, None))
        return await self._desk.submit(key, user, str(view["id"]), kind, text, status)

    # -- helpers -------------------------------------------------------------------------------

    def _provider(self, key: TicketKey) -> str:
        return self._lookup.provider(key.account)

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
        try:
            await self._chat.tell(str(channel), user, text, thread)
        except Failure as failure:
            log.warning("could not tell a person", channel=channel, why=failure.code)


def choices(can: Capabilities, first: str = "reply") -> tuple[str, ...]:
    """What the Reply modal offers; the one asked for comes first."""
    offered = ["send"]
    offered += ["send_solve"] if Status.SOLVED in can.reply_with_status else []
    offered += ["internal"] if can.internal_notes else []
    offered += ["private"] if can.private_notes else []
    return tuple(sorted(offered, key=lambda name: name != first))


def _meta(key: TicketKey) -> str:
    return json.dumps({"key": str(key)})


def _message_ts(body: Mapping[str, Any]) -> str:
    """The message that a button stands in."""
    at = (body.get("container") or {}).get("message_ts") or (body.get("message") or {}).get("ts")
    return str(at or "nowhere")


def _account(about: str) -> TicketKey | None:
    """What belongs to no ticket stands in no thread of one: there its own key tells.

    That it names what the message shows is for the desk to see.
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
