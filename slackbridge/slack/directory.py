"""Who is who in the workspace, remembered for some minutes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from slackbridge.errors import Failure
from slackbridge.ports import Member
from slackbridge.slack.client import SlackClient

T = TypeVar("T")
REMEMBER_SECONDS = 600.0
ROOM = 5_000


class Memory(Generic[T]):
    """A small cache: what was learnt within the last minutes is not asked again."""

    def __init__(self, ask: Callable[[str], Awaitable[T]], monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, T]] = {}

    async def get(self, id: str) -> T:
        """What is known of `id`, asked for if need be."""
        at, value = self._known.get(id, (0.0, None))
        if value is not None and self._monotonic() - at < REMEMBER_SECONDS:
            return value
        fresh = await self._ask(id)
        if len(self._known) >= ROOM:
            self._known.clear()
        self._known[id] = (self._monotonic(), fresh)
        return fresh


class Directory:
    """Members and user groups. `team` is our own workspace's id, '' if Slack did not say."""

    def __init__(self, client: SlackClient, monotonic: Callable[[], float]) -> None:
        self._client = client
        self.team = ""
        self._members = Memory(self._member, monotonic)
        self._groups = Memory(self._group, monotonic)

    async def member(self, user: str) -> Member:
        """Raises Rejected if there is no such user, Later while Slack does not answer."""
        return await self._members.get(user)

    async def in_group(self, user: str, group: str) -> bool:
        """Whether a user belongs to a user group."""
        return user in await self._groups.get(group)

    async def names(self, users: Iterable[str]) -> dict[str, str]:
        """Display names; whoever Slack does not tell is left out."""
        found = {}
        for user in users:
            try:
                found[user] = (await self.member(user)).name
            except Failure:
                continue
        return found

    async def _member(self, user: str) -> Member:
        answer = await self._client.call("users.info", user=user)
        return member_of(answer.get("user") or {}, user, self.team)

    async def _group(self, group: str) -> frozenset[str]:
        answer = await self._client.call("usergroups.users.list", usergroup=group)
        return frozenset(answer.get("users") or ())


def member_of(user: dict[str, Any], id: str, team: str) -> Member:
    """A person from `users.info`. Guests are Slack's restricted and ultra-restricted users."""
    profile = user.get("profile") or {}
    name = (
        profile.get("display_name")
        or profile.get("real_name")
        or user.get("real_name")
        or user.get("name")
        or id
    )
    home = str(user.get("team_id") or profile.get("team") or team)
    return Member(
        id=id,
        name=str(name),
        email=str(profile.get("email") or ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or id == "USLACKBOT"),
        external=bool(user.get("is_stranger") or (team and home and home != team)),
        gone=bool(user.get("deleted")),
    )
