"""A ticket's thread as Slack has it."""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.domain.chat import Heard, Mark
from slackbridge.domain.model import TicketKey


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours in Slack.

    `asks`: it has an intent's buttons, so the intent is not settled. `quote` is the agent's text
    in it. `answered` is the ts of the last reply in its thread, if any. `ended`: it is a card that
    shows its ticket as solved or closed.
    """

    ts: str
    mark: Mark
    asks: bool = False
    quote: str = ""
    answered: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A person's message, with our own reactions on it."""

    heard: Heard
    reactions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket's thread: our posts without the card, and what people wrote."""

    key: TicketKey
    channel: str
    root: str
    posts: tuple[Post, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def newest(self) -> str:
        """The ts of the last message."""
        found = [self.root, *(p.ts for p in self.posts), *(s.heard.ts for s in self.said)]
        return max(found, key=float)
