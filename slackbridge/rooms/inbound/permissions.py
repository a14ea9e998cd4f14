"""Who may act: asks Slack who somebody is, and applies the rules of access."""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.domain.chat import Member
from slackbridge.domain.errors import Later, Rejected, Unknown
from slackbridge.ports.chat import Chat
from slackbridge.rules import access


class Permissions:
    """Permission by the `agents.allow` list: users, user groups or every full member."""

    def __init__(self, chat: Chat, allow: Sequence[str], money: Sequence[str] = ()) -> None:
        self._chat = chat
        self._allow = allow
        self._money = money

    async def may(self, user: str, money: bool = False) -> str:
        """Why a user may not act (or move money), in words for them; '' if they may.

        Raises Later while Slack cannot be asked: then nothing is decided.
        """
        try:
            member = await self._chat.member(user)
            groups = await self._groups(member, self._allow)
            rich = await self._groups(member, self._money) if money else []
        except Unknown as failure:
            raise Later(failure.reason, 2.0, code=failure.code) from failure
        except Rejected as failure:
            return (
                f"Slack does not tell me who you are ({failure.code}); "
                "ask an admin to run `slackbridge check`."
            )
        if why := access.refused(member, self._allow, groups):
            return why
        return access.no_money(member, self._money, rich) if money else ""

    async def _groups(self, member: Member, allow: Sequence[str]) -> list[str]:
        if access.stranger(member) or member.id in allow or access.ANYONE in allow:
            return []
        named = [entry for entry in allow if access.is_group(entry)]
        return [group for group in named if await self._chat.in_group(member.id, group)]

    async def member(self, user: str) -> Member | None:
        """Who a user is, None while Slack does not say."""
        try:
            return await self._chat.member(user)
        except (Later, Rejected, Unknown):
            return None
