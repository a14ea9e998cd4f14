"""A marketplace's own actions: the form, for money a second step, then the intent.

Only reading is done here: before money moves, the marketplace is asked what exactly will happen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from slackbridge.domain.errors import Failure
from slackbridge.domain.model import Act, Action, Kind, TicketKey
from slackbridge.ports.front_desk import FrontDesk, Lookup
from slackbridge.ports.signal import Spawn
from slackbridge.slack.blocks import action_views, views
from slackbridge.slack.blocks.ids import Callback, Input
from slackbridge.slack.chat import SlackChat
from slackbridge.text.clean import clean

log = structlog.get_logger(__name__)
Values = dict[str, str]
UNSHOWN = "Nothing was done: Slack refuses to show what exactly would happen. Try it once more."


class Actions:
    """`spawn` runs what goes on after Slack was answered."""

    def __init__(self, chat: SlackChat, desk: FrontDesk, lookup: Lookup, spawn: Spawn) -> None:
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn

    def named(self, key: TicketKey, name: str) -> Action | None:
        """An action by its name: opening a ticket for an account's key, else any other one."""
        can = self._lookup.can(key.account)
        action = can.named(name) if can else None
        return action if can and key.is_account == (action is can.create) else None

    async def begin(self, key: TicketKey, user: str, action: Action, trigger: str) -> str:
        """Open the form. Why not, in words for the person; '' if it opened."""
        action = await self._lookup.adapted(key, action)
        if action.money and (why := await self._desk.refused(user, money=True)):
            return why
        meta = json.dumps({"key": str(key), "action": action.name})
        view = action_views.form(key, self._lookup.provider(key.account), action, meta)
        await self._chat.open(trigger, view)
        return ""

    async def submitted(self, ack: Any, key: TicketKey, user: str, view: Mapping[str, Any]) -> None:
        """A form, or its second step, was submitted."""
        action = self.named(key, str(json.loads(view["private_metadata"]).get("action", "")))
        if action is None:
            await ack()
        elif view.get("callback_id") == Callback.MONEY:
            await self._confirmed(ack, key, user, replace(action, money=True), view)
        else:
            await self._filled(ack, key, user, action, view)

    async def _filled(
        self, ack: Any, key: TicketKey, user: str, action: Action, view: Mapping[str, Any]
    ) -> None:
        values = entered(action, view)
        action = await self._lookup.adapted(key, action, values)
        if errors := self._too_long(key, action, values):
            await ack(response_action="errors", errors=errors)
        elif action.money and (why := await self._desk.refused(user, money=True)):
            await answer(ack, action.label, why)
        elif action.money:
            await answer(ack, action.label, "Asking the marketplace what exactly will happen…")
            self._spawn(self._ask(key, action, values, str(view["id"])))
        else:
            problem = await self._desk.act(key, user, str(view["id"]), action, values)
            await answer(ack, action.label, problem)

    def _too_long(self, key: TicketKey, action: Action, values: Values) -> dict[str, str]:
        """What is wrong with which field; with errors the form stays open as it is."""
        texts = [field.name for field in action.fields if field.name in values]
        if action.money and len(dumped(values)) > views.META_LIMIT - 200:
            longest = max(texts, key=lambda name: len(values[name]))
            return {longest: "That is too much text for an act that is asked twice."}
        problems = {name: self._lookup.too_long(key.account, values[name]) for name in texts}
        return {name: problem for name, problem in problems.items() if problem}

    async def _ask(self, key: TicketKey, action: Action, values: Values, view_id: str) -> None:
        """Show what exactly will happen; only then can it be confirmed."""
        act = Act(Kind.ACTION, fields=values, action=action.name)
        try:
            act = await self._lookup.pinned(key, act)
            said = await self._lookup.preview(key, act)
        except Failure as failure:
            text = f"Nothing was done: {failure.quoted}."
            shown = views.message_modal(action.label, text)
        else:
            word = action_views.word_of(action, values)
            pinned = dict(act.fields)
            meta = dumped({"key": str(key), "action": action.name, "values": pinned, "word": word})
            place = self._lookup.provider(key.account)
            shown = action_views.sure(key, place, action, said or action.explains, word, meta)
        if not await self._shown(key, shown, view_id):  # else it would go on asking for ever
            await self._shown(key, views.message_modal(action.label, UNSHOWN), view_id)

    async def _shown(self, key: TicketKey, view: Mapping[str, Any], view_id: str) -> bool:
        """Whether an open modal could be changed to this view."""
        try:
            await self._chat.show("views.update", view, view_id=view_id)
        except Failure as failure:
            log.warning("preview.not_shown", ticket=str(key), why=failure.code)
            return False
        return True

    async def _confirmed(
        self, ack: Any, key: TicketKey, user: str, action: Action, view: Mapping[str, Any]
    ) -> None:
        meta = json.loads(str(view["private_metadata"]))
        typed = value_of(view, Input.TYPED).strip()
        word = str(meta.get("word", ""))
        if not word or typed.casefold() != word.casefold():
            await ack(response_action="errors", errors={Input.TYPED: f"Type exactly: {word}"})
            return
        values = {str(k): str(v) for k, v in dict(meta.get("values", {})).items()}
        problem = await self._desk.act(key, user, str(view["id"]), action, values)
        await answer(ack, action.label, problem)


async def answer(ack: Any, title: str, text: str) -> None:
    """Close a modal, or show a text in it."""
    if text:
        await ack(response_action="update", view=views.message_modal(title, text))
    else:
        await ack()


def dumped(value: Mapping[str, Any]) -> str:
    """JSON in few characters: Slack counts them."""
    return json.dumps(value, ensure_ascii=False)


def entered(action: Action, view: Mapping[str, Any]) -> Values:
    """What was entered, by field; an empty one is left out."""
    values = {field.name: clean(value_of(view, field.name)).strip() for field in action.fields}
    return {name: value for name, value in values.items() if value}


def value_of(view: Mapping[str, Any], name: str) -> str:
    """What was entered or chosen in the block and action of that name."""
    state = ((view.get("state") or {}).get("values") or {}).get(name) or {}
    element = state.get(name) or {}
    chosen = element.get("selected_option") or {}
    return str(element.get("value") or chosen.get("value") or "")
