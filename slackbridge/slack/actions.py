"""A marketplace's own actions: the form, for money the second step, then the intent.

What will happen is asked of the marketplace before anything moves; only reading is done here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from slackbridge import policy
from slackbridge.document import clean
from slackbridge.errors import Failure
from slackbridge.front import FrontDesk, Lookup
from slackbridge.model import Act, Action, Kind, TicketKey
from slackbridge.slack import action_views, views
from slackbridge.slack.chat import SlackChat

log = structlog.get_logger(__name__)
Spawn = Callable[[Coroutine[Any, Any, None]], None]
Values = dict[str, str]


class Actions:
    """`spawn` runs the asking, which goes on after Slack was answered."""

    def __init__(self, chat: SlackChat, desk: FrontDesk, lookup: Lookup, spawn: Spawn) -> None:
        self._chat = chat
        self._desk = desk
        self._lookup = lookup
        self._spawn = spawn

    def named(self, key: TicketKey, name: str) -> Action | None:
        """The action of a ticket's marketplace that is called so; a new ticket is an account's."""
        can = self._lookup.can(key.account)
        action = policy.named(can, name) if can else None
        return action if can and key.is_account == (action is can.create) else None

    async def begin(self, key: TicketKey, user: str, action: Action, trigger: str) -> str:
        """Open the form. Why not, in words for the person; '' if it opened."""
        if action.money and (why := await self._desk.refused(user, money=True)):
            return why
        meta = json.dumps({"key": str(key), "action": action.name})
        view = action_views.form(key, self._lookup.provider(key.account), action, meta)
        await self._chat.client.call("views.open", trigger_id=trigger, view=view)
        return ""

    async def submitted(self, ack: Any, key: TicketKey, user: str, view: Mapping[str, Any]) -> None:
        """A form was submitted, or its second step."""
        meta = json.loads(str(view["private_metadata"]))
        action = self.named(key, str(meta.get("action", "")))
        if action is None:
            await ack()
        elif view.get("callback_id") == action_views.MONEY:
            await self._confirmed(ack, key, user, action, view, meta)
        else:
            await self._filled(ack, key, user, action, view)

    async def _filled(
        self, ack: Any, key: TicketKey, user: str, action: Action, view: Mapping[str, Any]
    ) -> None:
        values = entered(action, view)
        if errors := self._too_long(key, action, values):
            await ack(response_action="errors", errors=errors)
            return
        if not action.money:
            problem = await self._desk.act(key, user, str(view["id"]), action, values)
            await _answer(ack, action, problem)
            return
        await ack(response_action="update", view=action_views.asking(action))
        self._spawn(self._ask(key, action, values, str(view["id"])))

    def _too_long(self, key: TicketKey, action: Action, values: Values) -> dict[str, str]:
        """What is wrong with which field; the form stays open, and nothing written is lost."""
        texts = [field.name for field in action.fields if field.name in values]
        if action.money and len(dumped(values)) > views.META_LIMIT - 200:
            longest = max(texts, key=lambda name: len(values[name]))
            return {longest: "That is too much text for an act that is asked twice."}
        problems = {name: self._lookup.too_long(key.account, values[name]) for name in texts}
        return {name: problem for name, problem in problems.items() if problem}

    async def _ask(self, key: TicketKey, action: Action, values: Values, view_id: str) -> None:
        """Show what exactly will happen; without that nothing can be confirmed."""
        act = Act(Kind.ACTION, fields={**values, "name": action.name})
        try:
            said = await self._lookup.preview(key, act)
        except Failure as failure:
            text = f"Nothing was done: {failure.quoted}."
            shown = views.message_modal(action.label, text)
        else:
            word = action_views.word_of(action, values)
            meta = dumped({"key": str(key), "action": action.name, "values": values, "word": word})
            place = self._lookup.provider(key.account)
            shown = action_views.sure(key, place, action, said or action.explains, word, meta)
        try:
            await self._chat.client.call("views.update", view_id=view_id, view=shown)
        except Failure as failure:
            log.warning("preview not shown", ticket=str(key), why=failure.code)

    async def _confirmed(
        self,
        ack: Any,
        key: TicketKey,
        user: str,
        action: Action,
        view: Mapping[str, Any],
        meta: Mapping[str, Any],
    ) -> None:
        typed = value_of(view, action_views.TYPED).strip()
        word = str(meta.get("word", ""))
        if not word or typed.casefold() != word.casefold():
            await ack(
                response_action="errors", errors={action_views.TYPED: f"Type exactly: {word}"}
            )
            return
        values = {str(k): str(v) for k, v in dict(meta.get("values", {})).items()}
        problem = await self._desk.act(key, user, str(view["id"]), action, values)
        await _answer(ack, action, problem)


async def _answer(ack: Any, action: Action, problem: str) -> None:
    if problem:
        await ack(response_action="update", view=views.message_modal(action.label, problem))
    else:
        await ack()


def dumped(value: Mapping[str, Any]) -> str:
    """JSON that takes no more characters than it must: Slack counts them."""
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
