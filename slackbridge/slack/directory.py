"""Members and user groups of the workspace, cached for some minutes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slackbridge.domain.chat import Member
from slackbridge.domain.errors import Failure
from slackbridge.slack.client import SlackClient
from slackbridge.slack.pacing import in_turn

T = TypeVar("T")
REMEMBER_SECONDS = 600.0
ROOM = 5_000


class Memory(Generic[T]):
    """A small cache; the whole of it is dropped when it is full."""

    def __init__(self, ask: Callable[[str], Awaitable[T]]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[float, T]] = {}

    async def get(self, id: str) -> T:
        """The value of `id`, asked for where it is unknown or too old."""
        at, value = self._known.get(id, (0.0, None))
        if value is not None and time.monotonic() - at < REMEMBER_SECONDS:
            return value
        fresh = await self._ask(id)
        if len(self._known) >= ROOM:
            self._known.clear()
        self._known[id] = (time.monotonic(), fresh)
        return fresh


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace, and its organisation on Enterprise Grid; '' = none, or not known."""

    team: str = ""
    enterprise: str = ""


class Directory:
    """`home` is our workspace, as far as Slack has said it."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self.home = Home()
        self._members = Memory(self._member)
        self._groups = Memory(self._group)

    async def member(self, user: str) -> Member:
        """Raises Rejected if there is no such user, Later while Slack does not answer."""
        return await self._members.get(user)

    async def in_group(self, user: str, group: str) -> bool:
        return user in await self._groups.get(group)

    async def names(self, users: Iterable[str]) -> dict[str, str]:
        """Display names; unknown users are left out."""
        found = {}
        for user in users:
            try:
                found[user] = (await self.member(user)).name
            except Failure:
                continue
        return found

    async def _member(self, user: str) -> Member:
        answer = await in_turn(lambda: self._client.call("users.info", who=user, user=user))
        return member_of(answer.get("user") or {}, user, self.home)

    async def _group(self, group: str) -> frozenset[str]:
        answer = await in_turn(
            lambda: self._client.call("usergroups.users.list", who=group, usergroup=group)
        )
        return frozenset(answer.get("users") or ())


def member_of(user: Mapping[str, Any], id: str, home: Home) -> Member:
    """A person from `users.info`. Guests are Slack's restricted and ultra-restricted users."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), *(p.get("real_name") for p in (profile, user)))
    return Member(
        id=id,
        name=str(next(filter(None, (*names, user.get("name"))), id)),
        email=str(profile.get("email") or ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or id == "USLACKBOT"),
        external=bool(user.get("is_stranger")) or not _belongs(user, home),
        gone=bool(user.get("deleted")),
    )


def _belongs(user: Mapping[str, Any], home: Home) -> bool:
    """Whether a person is a member of our workspace.

    On Enterprise Grid `team_id` may be any workspace of the person's, the organisation, or missing:
    the list of their workspaces tells, or, where that is missing, the organisation.
    """
    if not home.team:
        return True
    grid = user.get("enterprise_user") or {}
    teams = grid.get("teams") or user.get("teams") or ()
    if teams:
        return home.team in teams
    if home.enterprise and home.enterprise in (
        grid.get("enterprise_id"),
        user.get("enterprise_id"),
    ):
        return True
    theirs = user.get("team_id") or (user.get("profile") or {}).get("team") or home.team
    return theirs in (home.team, home.enterprise)
