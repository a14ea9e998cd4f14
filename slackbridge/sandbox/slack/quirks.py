"""Ways in which a workspace may behave unlike this one usually does.

What Slack does is known from documents and reports only, so each of these is something that a real
workspace might do: with one switched on, whoever relies on the usual behaviour must notice it. A
quirk stands around a method of the Web API; the methods themselves know of none.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any

from slackbridge.sandbox.slack.blocks import cost, walk
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError, RateLimited
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.shapes import Json

Run = Callable[[Call], Json]
Around = Callable[[Call, Run], Json]
Change = Callable[[Message, Message | None], Message]
POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
HISTORY, REPLIES = "conversations.history", "conversations.replies"
ADD, AUTH = "reactions.add", "auth.test"
READINGS = (HISTORY, REPLIES)
SMALL = 9_000
ROWS = 15
PING, LITERAL = "<!channel>", "&lt;!channel&gt;"
DATE = re.compile(r"<!date\^[^<>|]*\|([^<>]*)>")


class Quirk(StrEnum):
    """All quirks, in words."""

    IN_ORGANISATION = "the workspace belongs to an organisation"
    NO_BOT_ID = "auth.test tells no bot_id"
    NO_NAMES = "posts have the app's own name, whatever was asked for"
    NO_THREADS = "replies stand in the channel"
    NO_MARKS_IN_CHANNEL = "posts in the channel itself lose their metadata"
    NO_MARKS_IN_THREADS = "replies lose their metadata"
    WHOLE_MARKS = "metadata is whole also for whoever does not ask for it"
    NO_DATES = "date tokens are replaced by their fallback"
    OTHER_IDS = "action ids are replaced"
    UPDATES_DROP_MARKS = "an update without metadata removes it"
    UPDATES_SHOW = "an update with blocks is shown as an edit"
    UPDATES_KEEP_NAMES = "an update keeps the custom name"
    UPDATES_TO_PLAIN = "rich text may become plain blocks"
    UPDATES_OF_ANY_LENGTH = "an update takes a text of any length"
    PARTS_OF_SECONDS = "the time of an edit has parts of seconds"
    EMPTY_RICH_TEXT = "an empty rich text is left out, not refused"
    PINGS_IN_RICH_TEXT = "a mention is found in literal text"
    PINGS_IN_MRKDWN = "a mention is found in escaped text"
    REACTIONS_REPEAT = "a reaction may be added twice"
    DELETES_REPEAT = "a message may be deleted twice"
    NO_TOMBSTONES = "a deleted root leaves nothing in its thread"
    TOMBSTONES_HIDDEN = "a channel does not show tombstones"
    TOMBSTONES_CLOSED = "nobody may reply to a tombstone"
    GONE_THREADS_EMPTY = "the thread of a deleted message is empty, not unknown"
    GONE_THREADS_CLOSED = "nobody may reply to a deleted message"
    GONE_UPDATES = "an update of a deleted message is refused in other words"
    SMALL_PROSE = f"running text has room for {SMALL}"
    SMALL_LISTS = f"lists have room for {SMALL}"
    SMALL_STYLES = f"styled text has room for {SMALL}"
    SMALL_ENTITIES = f"escaped characters have room for {SMALL}"
    FEW_ROWS = f"a reading gives at most {ROWS} rows"
    BUSY = "the first deletion is over the limit"


@dataclass
class Quirks:
    """Those that are switched on; they may change at any time."""

    on: frozenset[Quirk] = frozenset()
    limited: set[str] = field(default_factory=set)

    def run(self, name: str, method: Run, call: Call) -> Json:
        """Run a method of this name, with what is on around it."""
        if Quirk.BUSY in self.on and name == DELETE and name not in self.limited:
            self.limited.add(name)
            raise RateLimited(1)
        for quirk in self.on:
            if around := AROUND[quirk].get(name):
                method = partial(_through, around, method)
        return method(call)


def _through(around: Around, method: Run, call: Call) -> Json:
    return around(call, method)


# -- what can be done around a method -------------------------------------------------------------


def _told(change: Callable[[Json], object]) -> Around:
    """Another answer than the usual one."""

    def around(call: Call, run: Run) -> Json:
        answer = copy.deepcopy(run(call))
        change(answer)
        return answer

    return around


def _asked(where: Callable[[Call], bool] = lambda call: True, **changes: Any) -> Around:
    """Some arguments are taken for others."""

    def around(call: Call, run: Run) -> Json:
        return run(replace(call, args=call.args.but(**changes)) if where(call) else call)

    return around


def _stored(change: Change) -> Around:
    """The message is stored otherwise; `change` gets it and what it was before an update."""

    def around(call: Call, run: Run) -> Json:
        timeline = call.workspace.timeline(call.args.text("channel"))
        old = timeline.get(call.args.text("ts"))
        answer = run(call)
        if (message := timeline.get(answer["ts"])) is not None:
            timeline.replace(change(message, old))
        return answer

    return around


def _allowed(code: str, **answer: Any) -> Around:
    """What is usually refused with this code does nothing, and is answered as if it had."""

    def around(call: Call, run: Run) -> Json:
        try:
            return run(call)
        except ApiError as error:
            if error.code != code:
                raise
            return {"channel": call.args.text("channel"), "ts": call.args.text("ts"), **answer}

    return around


def _refused(where: Callable[[Call], bool], code: str) -> Around:
    """What is usually done is refused."""

    def around(call: Call, run: Run) -> Json:
        if where(call):
            raise ApiError(code)
        return run(call)

    return around


# -- where, and what is changed --------------------------------------------------------------------


def _in_thread(call: Call) -> bool:
    return call.args.given("thread_ts") is not None


def _in_channel(call: Call) -> bool:
    return not _in_thread(call)


def _root(call: Call) -> Message | None:
    return call.workspace.timeline(call.args.text("channel")).get(call.args.text("thread_ts"))


def _to_tombstone(call: Call) -> bool:
    root = _root(call)
    return root is not None and root.tombstone


def _to_nothing(call: Call) -> bool:
    return _in_thread(call) and _root(call) is None


def _nodes(call: Call) -> list[Json]:
    return list(walk(call.args.json("blocks") or []))


def _empty(call: Call) -> bool:
    return any(node.get("type") == "rich_text" and not node["elements"] for node in _nodes(call))


def _large(kind: str) -> Callable[[Call], bool]:
    def large(call: Call) -> bool:
        nodes = _nodes(call)
        return cost(call.args.json("blocks") or []) > SMALL and _kind(nodes) == kind

    return large


def _kind(nodes: list[Json]) -> str:
    """What a message is made of."""
    if any(node.get("type") == "rich_text_list" for node in nodes):
        return "list"
    if any("style" in node for node in nodes):
        return "styled"
    return "escaped" if any("&<>" in str(node.get("text")) for node in nodes) else "prose"


def _few(call: Call, run: Run) -> Json:
    limit = min(call.args.integer("limit", ROWS), ROWS)
    return run(replace(call, args=call.args.but(limit=limit)))


def _reworded(code: str, other: str) -> Around:
    """What is usually refused with one code is refused with another."""

    def around(call: Call, run: Run) -> Json:
        try:
            return run(call)
        except ApiError as error:
            raise (ApiError(other) if error.code == code else error) from None

    return around


def _rows(change: Callable[[Json], object]) -> Around:
    """Every object in the messages of a reading."""

    def changed(answer: Json) -> None:
        for node in list(walk(answer.get("messages") or [])):
            change(node)

    return _told(changed)


def _without_tombstones(answer: Json) -> None:
    rows = answer["messages"]
    answer["messages"] = [row for row in rows if row.get("subtype") != "tombstone"]


def _undated(node: Json) -> None:
    if node.get("type") == "mrkdwn":
        node["text"] = DATE.sub(r"\1", node["text"])


def _renamed(node: Json) -> None:
    if "action_id" in node:
        node["action_id"] = "x"


def _in_parts(node: Json) -> None:
    if "edited" in node:
        node["edited"]["ts"] = node["edited"]["ts"].replace(".000000", ".000100")


def _ping(node: Json) -> None:
    if node.get("type") == "text" and PING in node["text"]:
        node.update({"type": "broadcast", "range": "channel"})


def _unescaped(node: Json) -> None:
    if node.get("type") == "mrkdwn":
        node["text"] = node["text"].replace(LITERAL, PING)


def _named_as(message: Message, old: Message | None) -> Message:
    if old is None or old.username is None:
        return message
    return replace(message, subtype=old.subtype, username=old.username, icons=old.icons, user=None)


AROUND: Mapping[Quirk, Mapping[str, Around]] = {
    Quirk.IN_ORGANISATION: {AUTH: _told(lambda a: a.update(enterprise_id="E0SANDBOX"))},
    Quirk.NO_BOT_ID: {AUTH: _told(lambda a: a.pop("bot_id"))},
    Quirk.NO_NAMES: {POST: _asked(username=None, icon_emoji=None)},
    Quirk.NO_THREADS: {POST: _asked(thread_ts=None)},
    Quirk.NO_MARKS_IN_CHANNEL: {POST: _asked(_in_channel, metadata=None)},
    Quirk.NO_MARKS_IN_THREADS: {POST: _asked(_in_thread, metadata=None)},
    Quirk.WHOLE_MARKS: dict.fromkeys(READINGS, _asked(include_all_metadata=True)),
    Quirk.NO_DATES: dict.fromkeys(READINGS, _rows(_undated)),
    Quirk.OTHER_IDS: dict.fromkeys(READINGS, _rows(_renamed)),
    Quirk.UPDATES_DROP_MARKS: {UPDATE: _stored(lambda new, old: replace(new, metadata=None))},
    Quirk.UPDATES_SHOW: {UPDATE: _stored(lambda new, old: replace(new, edited={"ts": new.ts}))},
    Quirk.UPDATES_KEEP_NAMES: {UPDATE: _stored(_named_as)},
    Quirk.UPDATES_TO_PLAIN: {UPDATE: _allowed("block_mismatch")},
    Quirk.UPDATES_OF_ANY_LENGTH: {UPDATE: _allowed("msg_too_long")},
    Quirk.PARTS_OF_SECONDS: dict.fromkeys(READINGS, _rows(_in_parts)),
    Quirk.EMPTY_RICH_TEXT: {POST: _asked(_empty, blocks=None)},
    Quirk.PINGS_IN_RICH_TEXT: dict.fromkeys(READINGS, _rows(_ping)),
    Quirk.PINGS_IN_MRKDWN: dict.fromkeys(READINGS, _rows(_unescaped)),
    Quirk.REACTIONS_REPEAT: {ADD: _allowed("already_reacted")},
    Quirk.DELETES_REPEAT: {DELETE: _allowed("message_not_found")},
    Quirk.NO_TOMBSTONES: {REPLIES: _told(_without_tombstones)},
    Quirk.TOMBSTONES_HIDDEN: {HISTORY: _told(_without_tombstones)},
    Quirk.TOMBSTONES_CLOSED: {POST: _refused(_to_tombstone, "thread_not_found")},
    Quirk.GONE_THREADS_EMPTY: {REPLIES: _allowed("thread_not_found", messages=[])},
    Quirk.GONE_THREADS_CLOSED: {POST: _refused(_to_nothing, "cannot_reply_to_message")},
    Quirk.GONE_UPDATES: {UPDATE: _reworded("message_not_found", "cant_update_message")},
    Quirk.SMALL_PROSE: {POST: _refused(_large("prose"), "msg_blocks_too_long")},
    Quirk.SMALL_LISTS: {POST: _refused(_large("list"), "msg_blocks_too_long")},
    Quirk.SMALL_STYLES: {POST: _refused(_large("styled"), "msg_blocks_too_long")},
    Quirk.SMALL_ENTITIES: {POST: _refused(_large("escaped"), "msg_blocks_too_long")},
    Quirk.FEW_ROWS: dict.fromkeys(READINGS, _few),
    Quirk.BUSY: {},
}
