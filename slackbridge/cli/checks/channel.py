"""One channel of the settings."""

from __future__ import annotations

from slackbridge.cli.checks.finding import Finding
from slackbridge.domain.errors import Failure
from slackbridge.slack.chat import SlackChat


async def examined(chat: SlackChat, id: str) -> Finding:
    """Whether the bridge can write there."""
    what = f"channel {id}"
    try:
        answer = await chat.client.call("conversations.info", channel=id)
    except Failure as failure:
        remedy = failure.remedy or "Correct the id; invite the bot to a private one."
        return Finding(what, False, failure.reason, remedy)
    channel = answer.get("channel") or {}
    name = f"#{channel.get('name', id)}"
    if channel.get("is_archived"):
        return Finding(what, False, f"{name} is archived", "Unarchive it or name another.")
    member = bool(channel.get("is_member"))
    remedy = f"Invite the bot: /invite @slackbridge in {name}."
    return Finding(what, member, f"{name}, {'member' if member else 'not a member'}", remedy)
