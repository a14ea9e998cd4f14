"""A message as a value, and its JSON as history, events and answers carry it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from slackbridge.sandbox.slack.roster import HOME_TEAM
from slackbridge.sandbox.slack.shapes import Json, copied


@dataclass(frozen=True, slots=True)
class Message:
    """One message; a change makes a new value. `thread_ts` is set on replies only."""

    channel: str
    ts: str
    text: str
    user: str | None = None
    team: str = HOME_TEAM
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    bot_profile: Json | None = None
    username: str | None = None
    icons: Json | None = None
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    metadata: Json | None = None
    client_msg_id: str | None = None
    edited: Json | None = None
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    hidden: bool = False

    @property
    def tombstone(self) -> bool:
        """Whether this replaces a deleted root that has replies."""
        return self.subtype == "tombstone"

    @property
    def broadcast(self) -> bool:
        """Whether a reply is also shown in the channel."""
        return self.subtype == "thread_broadcast"

    def as_json(self, *, full_metadata: bool = True) -> Json:
        """The message object; without `full_metadata` only the event type of the metadata.

        What a user of another workspace wrote names it as `user_team` and `source_team` too.
        Source: docs.slack.dev/apis/slack-connect
        """
        shown: Json = {"type": "message", "ts": self.ts, "text": self.text}
        if self.subtype != "bot_message":
            shown |= {"user": self.user, "team": self.team}
        if self.user and self.team != HOME_TEAM:
            shown |= {"user_team": self.team, "source_team": self.team}
        for name in _SHOWN_AS_THEY_ARE:
            if value := getattr(self, name):
                shown[name] = copied(list(value) if type(value) is tuple else value)
        if self.files:
            shown |= {"upload": False, "display_as_bot": False}
        if self.reactions:
            shown["reactions"] = self.reaction_list()
        if self.metadata:
            shown["metadata"] = _metadata(self.metadata, full_metadata)
        return shown

    def reaction_list(self) -> list[Json]:
        """The reactions as `reactions.get` shows them."""
        return [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in self.reactions
        ]

    def reacted(self, name: str, user: str) -> Message:
        counts = dict(self.reactions)
        counts[name] = (*counts.get(name, ()), user)
        return replace(self, reactions=tuple(counts.items()))

    def unreacted(self, name: str, user: str) -> Message:
        counts = dict(self.reactions)
        counts[name] = tuple(who for who in counts.get(name, ()) if who != user)
        left = tuple((each, users) for each, users in counts.items() if users)
        return replace(self, reactions=left)

    def has_reaction(self, name: str, user: str) -> bool:
        return user in dict(self.reactions).get(name, ())

    def as_tombstone(self) -> Message:
        """What replaces this message when it is deleted as the root of replies."""
        return Message(
            channel=self.channel,
            ts=self.ts,
            text="This message was deleted.",
            user="USLACKBOT",
            team=self.team,
            subtype="tombstone",
            hidden=True,
        )


_SHOWN_APART = ("channel", "ts", "text", "user", "team", "reactions", "metadata")
_SHOWN_AS_THEY_ARE = [each.name for each in fields(Message) if each.name not in _SHOWN_APART]


def _metadata(metadata: Json, full: bool) -> Json:
    return copied(metadata) if full else {"event_type": metadata["event_type"]}
