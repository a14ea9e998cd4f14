"""Reads a message event or a history row as `Heard`. Pure.

Only what people write counts: subtypes are an allow list, so a new one is not taken for a reply.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from slackbridge.domain.chat import Heard
from slackbridge.domain.files import SharedFile
from slackbridge.slack.reading.mrkdwn import Names, decoded
from slackbridge.slack.reading.rich_text import Blocks, leaves, read
from slackbridge.text.clean import clean

Event = Mapping[str, Any]
_USER = re.compile(r"<@([UW][A-Z0-9]+)[|>]")
_ADDRESSED = re.compile(
    r"(?:&gt;|[\s*_~`•])*<(?:@[UW]|!subteam\^|!(?:here|channel|everyone|group)\b)"
)
_MENTIONED = re.compile(r"<(?:@[UW]|#[CG]|!subteam\^|!(?:here|channel|everyone|group)\b)")
_MENTIONS = ("user", "usergroup", "broadcast")


class Subtype(StrEnum):
    FILE_SHARE = "file_share"
    BROADCAST = "thread_broadcast"
    ME = "me_message"
    CHANGED = "message_changed"
    DELETED = "message_deleted"


NOT_HELD = ("external", "hidden_by_limit")
SPOKEN = (None, "", Subtype.FILE_SHARE, Subtype.BROADCAST, Subtype.ME)


def spoken(event: Event, us: str = "") -> bool:
    """Whether a person said this in a thread: not a bot, not the root, not a system line.

    `us` is our bot's user: a file that it shares may come without any sign of a bot.
    """
    if us and event.get("user") == us:
        return False
    if event.get("subtype") not in SPOKEN or event.get("bot_id") or event.get("bot_profile"):
        return False
    thread = event.get("thread_ts")
    return bool(event.get("user") and thread and event.get("ts") and thread != event.get("ts"))


def heard(event: Event, channel: str, names: Names, changed: str = "") -> Heard:
    """What a person said. `names` gives the display names of those mentioned.

    `changed` is the ts of the event of an edit; a history row has the edit's own.
    """
    text, blocks = _content(event)
    return Heard(
        channel=channel,
        ts=str(event["ts"]),
        thread_ts=str(event.get("thread_ts", "")),
        user=str(event.get("user", "")),
        text=readable(text, blocks, names),
        client_msg_id=str(event.get("client_msg_id") or ""),
        addressed=first_token_is_mention(text, blocks),
        broadcast="<!" in text.replace("<!date", ""),
        mentions=mentions_anyone(text, blocks),
        to_channel=event.get("subtype") == Subtype.BROADCAST,
        forwards=_forwards(event),
        edited=_edited(event, changed),
        files=shared(event),
    )


def shared(event: Event) -> tuple[SharedFile, ...]:
    """The files of a message, without those that were deleted.

    Slack holds no bytes of a file of another service, nor of one that is hidden by the plan. Of a
    file that another workspace shared (`check_file_info`) it tells more when it is asked.
    """
    files = event.get("files")
    rows = [row for row in files if isinstance(row, Mapping)] if isinstance(files, list) else []
    return tuple(_file(row) for row in rows if row.get("mode") != "tombstone" and row.get("id"))


def _file(row: Mapping[str, Any]) -> SharedFile:
    size = row.get("size")
    known = isinstance(size, int) and row.get("file_access") != "check_file_info"
    return SharedFile(
        id=str(row["id"]),
        name=str(row.get("name") or row.get("title") or ""),
        type=str(row.get("mimetype") or ""),
        size=size if known else None,
        held=not row.get("is_external") and row.get("mode") not in NOT_HELD,
    )


def mentioned(event: Event) -> tuple[str, ...]:
    """The ids of the users mentioned, in order, each once."""
    text, blocks = _content(event)
    users = (leaf.get("user_id") for leaf in leaves(blocks) if leaf.get("type") == "user")
    found = [id for id in users if isinstance(id, str)]
    return tuple(dict.fromkeys([*found, *_USER.findall(text)]))


def readable(text: str, blocks: Blocks, names: Names) -> str:
    """What an agent typed, as plain text: from the rich text if there is any, else from `text`.

    `names` maps ids of users and channels to display names; an unknown user is '@colleague'.
    """
    typed = read(blocks, names)
    return clean(typed if typed.strip() else decoded(text, names)).strip()


def first_token_is_mention(text: str, blocks: Blocks) -> bool:
    """Whether the message begins with a mention: it is addressed to colleagues."""
    said = (leaf for leaf in leaves(blocks) if not _is_blank(leaf.get("text")))
    first = next(said, {})
    return first.get("type") in _MENTIONS or _ADDRESSED.match(text) is not None


def mentions_anyone(text: str, blocks: Blocks) -> bool:
    """Whether a person, a group or a channel is mentioned anywhere."""
    types = {leaf.get("type") for leaf in leaves(blocks)}
    return not types.isdisjoint((*_MENTIONS, "channel")) or _MENTIONED.search(text) is not None


def _forwards(event: Event) -> bool:
    """Whether another message is shared with it; Slack attaches that one."""
    attached = event.get("attachments")
    rows = attached if isinstance(attached, list) else []
    rows = [row for row in rows if isinstance(row, Mapping)]
    return any(row.get("is_share") or row.get("is_msg_unfurl") for row in rows)


def _is_blank(text: object) -> bool:
    return isinstance(text, str) and not clean(text).strip()


def _edited(event: Event, changed: str) -> str:
    edited = event.get("edited")
    if not edited:
        return ""
    at = edited.get("ts") if isinstance(edited, Mapping) else ""
    return str(changed or at or event["ts"])


def _content(event: Event) -> tuple[str, Blocks]:
    blocks = event.get("blocks")
    return str(event.get("text") or ""), blocks if isinstance(blocks, list) and blocks else None
