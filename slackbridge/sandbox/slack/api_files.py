"""The `files.*` methods: what a file is, and the upload in three steps.

Sources: docs.slack.dev/reference/methods/files.getUploadURLExternal, .completeUploadExternal,
.files.info, and "Working with files". The bytes go to an address of their own; without the last
step the upload is discarded. What Slack does not publish is assumed in the harsher way: completing
a file a second time shares it a second time, and the message of a share names no bot (`bot_id`).
"""

from __future__ import annotations

from typing import Any

from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.roster import Channel
from slackbridge.sandbox.slack.shapes import Json, micros


def info(call: Call) -> Json:
    """A file that was uploaded but not completed is not found."""
    found = call.files.described(call.args.text("file"))
    if found is None:
        raise ApiError("file_not_found")
    return {"file": found, "comments": [], "response_metadata": {"next_cursor": ""}}


def get_upload_url(call: Call) -> Json:
    length = call.args.integer("length", 0)
    if length <= 0:
        raise ApiError("invalid_arguments")
    file_id, url = call.files.reserve(call.args.text("filename"), length)
    return {"upload_url": url, "file_id": file_id}


def complete(call: Call) -> Json:
    """Shares the files in one message; without a channel they stay private."""
    given = call.args.json("files")
    if not isinstance(given, list) or not given or not all(isinstance(row, dict) for row in given):
        raise ApiError("invalid_arguments")
    channel = _place(call)
    shown = [_completed(call, row) for row in given]
    if channel is not None:
        thread = call.args.given("thread_ts")
        draft = Message(
            channel.id,
            "",
            call.args.text("initial_comment"),
            call.app.bot_user,
            subtype="file_share",
            thread_ts=thread,
            files=tuple(shown),
        )
        message = call.workspace.post(draft, "file_share")
        for row in shown:
            call.files.shared(row["id"], channel.id, message)
    return {"files": [{"id": row["id"], "title": row["title"]} for row in shown]}


def _completed(call: Call, row: dict[str, Any]) -> Json:
    found = call.files.complete(str(row.get("id", "")), str(row.get("title") or ""))
    if found is None:
        raise ApiError("file_not_found")
    return found


def _place(call: Call) -> Channel | None:
    if not call.args.given("channel_id"):
        return None
    channel = call.workspace.channels.get(call.args.text("channel_id"))
    if channel is None or call.app.bot_user not in channel.members:
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")
    thread = call.args.given("thread_ts")
    if thread is not None and micros(thread) is None:
        raise ApiError("invalid_thread_ts")
    return channel
