"""The state of the sandbox workspace and the acts that change it.

Every act is committed to the ledger, then announced as an event. It checks neither rights nor
arguments and delivers nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slackbridge.sandbox.ledger import Ledger
from slackbridge.sandbox.slack.lag import Lag
from slackbridge.sandbox.slack.messages import Message
from slackbridge.sandbox.slack.policies import Policies
from slackbridge.sandbox.slack.roster import (
    HOME_TEAM,
    Channel,
    Installation,
    User,
    UserGroup,
    default_channels,
    default_groups,
    default_users,
)
from slackbridge.sandbox.slack.shapes import Clock, Json, Stamps
from slackbridge.sandbox.slack.timeline import Timeline
from slackbridge.sandbox.slack.views import Views

Announce = Callable[[Json, Channel | None], None]


class Workspace:
    """Team, people, channels, messages and views. `announce` is called with each event."""

    def __init__(self, app: Installation, ledger: Ledger, clock: Clock) -> None:
        self.app = app
        self.ledger = ledger
        self.clock = clock
        self.stamps = Stamps(clock)
        self.team_name, self.team_domain, self.team_url = "Sandbox", "sandbox", ""
        self.users: dict[str, User] = {user.id: user for user in default_users(app)}
        self.groups: dict[str, UserGroup] = {group.id: group for group in default_groups()}
        self.channels: dict[str, Channel] = {each.id: each for each in default_channels(app)}
        self.views = Views(self.stamps, app)
        self.lag = Lag()
        self.policies = Policies()
        self.cursors = 1
        """Counts how often Slack has forgotten all cursors that it gave."""
        self.announce: Announce = lambda event, channel: None
        self._timelines: dict[str, Timeline] = {}
        self._ephemerals: dict[str, list[Message]] = {}

    # Reading.

    def timeline(self, channel: str) -> Timeline:
        """The messages of a channel. Raises KeyError if there is no such channel."""
        if channel not in self._timelines:
            self._timelines[self.channels[channel].id] = Timeline()
        return self._timelines[channel]

    def message(self, channel: str, ts: str) -> Json | None:
        """One message as history shows it, or None."""
        timeline = self.timeline(channel)
        found = timeline.get(ts)
        return timeline.as_json(found) if found else None

    def history(self, channel: str) -> list[Json]:
        """What the channel shows, oldest first."""
        timeline = self.timeline(channel)
        return [timeline.as_json(each) for each in timeline.visible()]

    def thread(self, channel: str, root_ts: str) -> list[Json]:
        """The root and its replies, oldest first; empty if there is no such root."""
        timeline = self.timeline(channel)
        root = timeline.get(root_ts)
        if root is None:
            return []
        return [timeline.as_json(each) for each in (root, *timeline.replies(root_ts))]

    def ephemerals(self, user: str) -> list[Message]:
        """The messages that only this user sees, oldest first."""
        return self._ephemerals.setdefault(user, [])

    def permalink(self, message: Message) -> str:
        """The address of a message in the Slack client."""
        link = f"{self.team_url}archives/{message.channel}/p{message.ts.replace('.', '')}"
        if message.thread_ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
        return link

    def edited_by(self, user: str) -> Json:
        """Who edits a message, and when; Slack tells whole seconds, so two edits may share one."""
        return {"user": user, "ts": f"{int(self.clock())}.000000"}

    # Messages.

    def post(self, draft: Message, act: str = "post") -> Message:
        """Store a message under a new `ts` and announce it.

        A reply to a deleted message becomes a root, as in Slack; a reply to a reply goes to its
        thread.
        """
        timeline = self.timeline(draft.channel)
        root = timeline.root_of(draft.thread_ts) if draft.thread_ts else None
        subtype = draft.subtype if root or not draft.broadcast else None
        message = replace(
            draft,
            ts=self.stamps.next(draft.channel),
            thread_ts=root.ts if root else None,
            subtype=subtype,
        )
        timeline.add(message)
        self.commit(act, **_ledger_facts(message))
        self._announce_message(message)
        return message

    def change(self, old: Message, new: Message, act: str) -> Message:
        """Replace `old` by `new` and announce `message_changed`."""
        timeline = self.timeline(old.channel)
        before = timeline.as_json(old)
        timeline.replace(new)
        self.commit(act, **_ledger_facts(new))
        self._announce_change(old.channel, timeline.as_json(new), before)
        return new

    def remove(self, message: Message, act: str) -> None:
        """Delete a message; a root with replies leaves a tombstone.

        Slack announces the tombstone as `message_changed`, any other deletion as
        `message_deleted`.
        """
        timeline = self.timeline(message.channel)
        before = timeline.as_json(message)
        self.commit(act, channel=message.channel, ts=message.ts, thread_ts=message.thread_ts)
        if timeline.replies(message.ts):
            timeline.replace(message.as_tombstone())
            after = timeline.as_json(message.as_tombstone())
            self._announce_change(message.channel, after, before)
            return
        timeline.remove(message)
        gone = {"deleted_ts": message.ts, "previous_message": before, "hidden": True}
        self._announce_hidden(message.channel, {"subtype": "message_deleted", **gone})

    def post_ephemeral(self, draft: Message, to: str) -> Message:
        """An ephemeral message to one user.

        In a thread without replies it is accepted but never shown (Slack shows ephemerals only
        in active threads).
        """
        message = replace(draft, ts=self.stamps.next(draft.channel))
        timeline = self.timeline(draft.channel)
        shown = not draft.thread_ts or bool(timeline.replies(draft.thread_ts))
        if shown:
            self.ephemerals(to).append(message)
        self.commit("ephemeral", to=to, shown=shown, **_ledger_facts(message))
        return message

    def react(self, message: Message, name: str, user: str, *, add: bool) -> None:
        """Add or remove one reaction and announce it."""
        changed = message.reacted(name, user) if add else message.unreacted(name, user)
        self.timeline(message.channel).replace(changed)
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        self.commit("reaction_add" if add else "reaction_remove", user=user, name=name, **item)
        facts = {"user": user, "reaction": name, "item": item}
        if message.user:
            facts["item_user"] = message.user
        kind = "reaction_added" if add else "reaction_removed"
        self.announce_act(kind, self.channels[message.channel], **facts)

    # Channels.

    def join(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        """Make a user a member; announces the event and the system message."""
        channel.members.append(user)
        self.commit("joined", channel=channel.id, user=user)
        place = {"channel": channel.id, "channel_type": channel.id[0], "team": HOME_TEAM}
        invited = {"inviter": inviter} if inviter else {}
        self.announce_act("member_joined_channel", channel, user=user, **place, **invited)
        self._system(channel, user, "channel_join", f"<@{user}> has joined the channel")

    def archive(self, channel: Channel, user: str, *, archived: bool = True) -> None:
        verb = "archive" if archived else "unarchive"
        if archived:
            self._system(channel, user, f"channel_{verb}", "archived the channel")
        channel.archived = archived
        self.commit(f"{verb}d", channel=channel.id, user=user)
        self.announce_act(f"channel_{verb}", channel, channel=channel.id, user=user)

    def direct(self, first: str, second: str) -> tuple[Channel, bool]:
        """The direct conversation of two users, and whether it existed before."""
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == {first, second}:
                return channel, True
        channel = Channel(f"D{len(self.channels):08d}", "directmessage", [first, second], "im")
        self.channels[channel.id] = channel
        return channel, False

    def commit(self, act: str, **data: Any) -> None:
        self.ledger.commit(act, self.clock(), **data)

    def _system(self, channel: Channel, user: str, subtype: str, text: str) -> None:
        message = Message(channel.id, self.stamps.next(channel.id), text, user, subtype=subtype)
        self.timeline(channel.id).add(message)
        self.commit(subtype, **_ledger_facts(message))
        self._announce_message(message)

    # Announcing.

    def announce_act(self, kind: str, place: Channel | None, **facts: Any) -> None:
        """Announce an event that is not a message; `place` None = it belongs to no channel."""
        event = {"type": kind, **facts, "event_ts": self.stamps.next("events")}
        self.announce(event, place)

    def _announce_message(self, message: Message) -> None:
        channel = self.channels[message.channel]
        shown = self.timeline(message.channel).as_json(message)
        event = shown | self._place(channel) | {"event_ts": message.ts}
        self.announce(event, channel)
        mentioned = f"<@{self.app.bot_user}>" in message.text
        if mentioned and message.user != self.app.bot_user and message.subtype in _MENTIONABLE:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            self.announce(mention | {"type": "app_mention"}, channel)

    def _announce_change(self, channel: str, after: Json, before: Json) -> None:
        changed = {"message": after, "previous_message": before, "hidden": True}
        self._announce_hidden(channel, {"subtype": "message_changed", **changed})

    def _announce_hidden(self, channel_id: str, event: Json) -> None:
        channel = self.channels[channel_id]
        stamp = self.stamps.next(channel_id)
        head = {"type": "message", "ts": stamp, "event_ts": stamp}
        self.announce(head | event | self._place(channel), channel)

    @staticmethod
    def _place(channel: Channel) -> Json:
        return {"channel": channel.id, "channel_type": channel.kind}


_MENTIONABLE = (None, "file_share", "thread_broadcast")


def _ledger_facts(message: Message) -> Json:
    names = ("channel", "ts", "thread_ts", "user", "bot_id", "text", "metadata")
    return {name: getattr(message, name) for name in names}
