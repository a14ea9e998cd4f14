"""What agents asked for, as the sandbox Slack has it: messages in threads, and modals.

Read from Slack's ledger, so that texts that were edited or deleted later are known too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.replies import Asked
from slackbridge.domain.model import TicketKey
from slackbridge.rules.prefix import SEND_PREFIX, after
from slackbridge.sandbox.ledger import Entry
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.messages import Message
from slackbridge.slack.blocks.ids import Callback, How, Input
from slackbridge.slack.events import readable
from slackbridge.slack.reading.mrkdwn import decoded
from slackbridge.text.clean import digest

NOTE = "lock"
SENT = "white_check_mark"
DECIDED = frozenset({"x", "warning", "grey_question"})
"""Reactions that say: not sent, perhaps sent, to be confirmed."""

NOT_SENT = ("Not sent", "not sent", "not have been sent")
AS_MESSAGE = (How.SEND, How.SEND_SOLVE, How.INTERNAL)
Json = dict[str, Any]


class Requests:
    """Reads the ledger once, when it is made."""

    def __init__(self, slack: SlackSandbox) -> None:
        self._slack = slack
        self._names = {user.id: user.name for user in slack.workspace.users.values()}
        self._typed: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self._modals: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        ledger = slack.ledger
        self._refused = {
            (e.data.get("thread_ts"), e.data["to"]): e.at for e in ledger.all("ephemeral")
        }
        for entry in ledger.all("said", "edited", "deleted"):
            if thread := entry.data.get("thread_ts"):
                self._typed[thread][str(entry.data["ts"])].append(entry)
        for entry in ledger.all("accepted"):
            self._accept(entry.data)

    def _accept(self, data: Json) -> None:
        callback, values = str(data["callback_id"]), data["values"]
        how = (_entered(values, Input.HOW).get("selected_option") or {}).get("value", How.SEND)
        if callback in (Callback.REPLY, Callback.FOLLOW_UP) and how in AS_MESSAGE:
            key = TicketKey.parse(str(json.loads(data["private_metadata"])["key"]))
            text = str(_entered(values, Input.TEXT).get("value") or "")
            self._modals[callback, key.id][str(data["view"])] = text

    def of(self, ticket: str, cards: Iterable[Message]) -> list[Asked]:
        """The replies and follow-ups that were asked for in a ticket's threads."""
        found, receipts = [], dict[str, str]()
        for card in cards:
            rows = self._slack.workspace.timeline(card.channel).replies(card.ts)
            receipts |= _receipts(rows)
            standing = {row.ts: row for row in rows}
            for ts, entries in self._typed.get(card.ts, {}).items():
                if one := self._asked(entries, standing.get(ts), receipts.get(ts, "")):
                    found.append(one)
        for callback in (Callback.REPLY, Callback.FOLLOW_UP):
            for view, text in self._modals.get((callback, ticket), {}).items():
                told = _says_not_sent(receipts.get(f"v:{view}", ""))
                found.append(Asked(frozenset({digest(text)}), typed=False, told=told))
        return found

    def _asked(self, entries: Sequence[Entry], row: Message | None, receipt: str) -> Asked | None:
        """A message in a thread; `row` is None once it was deleted. None for a note."""
        reactions = self._reactions(row)
        if NOTE in reactions:
            return None
        texts = {str(e.data["text"]) for e in entries if e.act != "deleted"}
        said = {decoded(text, self._names) for text in texts}
        if row is not None:
            said.add(readable(row.text, list(row.blocks), self._names))
        place = (entries[0].data["thread_ts"], entries[0].data["user"])
        refused = self._refused.get(place, 0.0) > entries[0].at
        undecided = bool(reactions & DECIDED) or _says_not_sent(receipt) or refused
        told = row is None or (undecided and SENT not in reactions)
        return Asked(frozenset(digest(_body(text)) for text in said), typed=True, told=told)

    def _reactions(self, row: Message | None) -> set[str]:
        """The bridge's own reactions."""
        ours = self._slack.workspace.app.bot_user
        return {name for name, users in row.reactions if ours in users} if row else set()


def _receipts(rows: Iterable[Message]) -> dict[str, str]:
    """What the receipts in a thread say, by intent."""
    marked = ((views.effect_of({"metadata": row.metadata}), row) for row in rows)
    return {
        effect.removeprefix("w:"): views.shown(row.as_json())
        for effect, row in marked
        if effect.startswith("w:")
    }


def _says_not_sent(receipt: str) -> bool:
    return any(words in receipt for words in NOT_SENT)


def _body(text: str) -> str:
    """Without the prefix that has it sent in any case."""
    body = after(text.strip(), (SEND_PREFIX,))
    return text if body is None else body


def _entered(values: Mapping[str, Any], name: str) -> Json:
    found: Json = values.get(name, {}).get(name, {})
    return found
