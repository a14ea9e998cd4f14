"""Reading Slack's messages: from an event or a history row to `Heard`. Pure.

Only what people write counts. Subtypes are an allow list, so that a subtype Slack invents tomorrow
is not mistaken for a reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbridge.ports import Heard
from slackbridge.slack import mrkdwn

SPOKEN = (None, "", "file_share", "thread_broadcast", "me_message")
Event = Mapping[str, Any]


def spoken(event: Event) -> bool:
    """Whether a person said this in a thread: not a bot, not the root, not a system line."""
    if event.get("subtype") not in SPOKEN or event.get("bot_id") or event.get("bot_profile"):
        return False
    thread = event.get("thread_ts")
    return bool(event.get("user") and thread and event.get("ts") and thread != event.get("ts"))


def mentioned(event: Event) -> tuple[str, ...]:
    """The ids of the people a message mentions."""
    return tuple(mrkdwn.mentioned(_text(event), _blocks(event)))


def heard(event: Event, channel: str, names: Mapping[str, str], changed: str = "") -> Heard:
    """What a person said. `names` gives the display names of those mentioned.

    `changed` is the ts of the event that tells of an edit; a history row has that of the edit.
    """
    text = _text(event)
    blocks = _blocks(event)
    return Heard(
        channel=channel,
        ts=str(event["ts"]),
        thread_ts=str(event.get("thread_ts", "")),
        user=str(event.get("user", "")),
        text=mrkdwn.readable(text, blocks, names).strip(),
        client_msg_id=str(event.get("client_msg_id") or ""),
        addressed=mrkdwn.first_token_is_mention(text, blocks),
        broadcast="<!" in text.replace("<!date", ""),
        edited=_edited(event, changed),
        files=len(event.get("files") or ()),
    )


def _edited(event: Event, changed: str) -> str:
    edited = event.get("edited")
    if not edited:
        return ""
    at = edited.get("ts") if isinstance(edited, Mapping) else ""
    return str(changed or at or event["ts"])


def _text(event: Event) -> str:
    return str(event.get("text") or "")


def _blocks(event: Event) -> list[Mapping[str, Any]] | None:
    blocks = event.get("blocks")
    return blocks if isinstance(blocks, list) and blocks else None
