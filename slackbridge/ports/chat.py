"""What Slack's adapter does for the rooms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from slackbridge.domain.chat import Heard, Mark, Member
from slackbridge.domain.model import TicketKey
from slackbridge.domain.roots import Place, RootsPage
from slackbridge.domain.view import Form, Item

May = Callable[[str, bool], Awaitable[str]]  # user, money -> why they may not; '' = they may


class Chat(Protocol):
    """Slack, as the rooms use it. Every ts is Slack's own text."""

    async def turn(self, channel: str, who: str, live: bool) -> None:
        """Take a slot of a channel's rate limit for posts. Raises Later if there is none now."""

    async def post(self, channel: str, thread: str, item: Item, mark: Mark, form: Form) -> str:
        """Post one message with `mark` in its metadata; its ts.

        Raises Rejected (code THREAD_GONE) if the root of the thread was deleted.
        """

    async def edit(self, channel: str, ts: str, item: Item, form: Form) -> None:
        """Replace a message of ours by `item`."""

    async def delete(self, channel: str, ts: str, key: TicketKey) -> bool:
        """Delete a message of ours, if it is still there.

        False: Slack refuses to delete it, so it stays, and people are told; that is no failure.
        """

    async def react(self, channel: str, ts: str, add: str, remove: str) -> None:
        """Add one reaction and remove another; either may be ''."""

    async def find(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        """The ts of our messages that carry `mark`, oldest first.

        If the thread is gone, posts that Slack put into the channel instead are deleted.
        """

    async def standing(
        self, channel: str, thread: str, key: TicketKey
    ) -> tuple[tuple[str, str], ...]:
        """Our posts of a ticket in its thread, without the root, oldest first: effect and ts."""

    async def heard(self, channel: str, thread: str, since: str, live: bool) -> tuple[Heard, ...]:
        """What people wrote in a thread after `since`."""

    async def roots(self, channel: str, oldest: float, place: Place) -> RootsPage:
        """One page of the roots since `oldest` (Unix seconds), newest first, from a place on."""

    def link(self, channel: str, ts: str) -> str:
        """The address of a message; '' while it cannot be told."""

    async def member(self, user: str) -> Member:
        """Who a user is; cached for some minutes."""

    async def in_group(self, user: str, group: str) -> bool:
        """Whether a user belongs to a user group; cached for some minutes."""
