"""Who may act. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.domain.chat import Member

ANYONE = "*"


def is_group(entry: str) -> bool:
    """Whether an entry of `agents.allow` is a user group (their Slack ids begin with S)."""
    return entry.startswith("S")


def stranger(member: Member) -> str:
    """Why a member can never act, in words for them; '' if they can."""
    if member.bot:
        return "Bots cannot answer customers."
    if member.gone:
        return "Your account is deactivated."
    if member.external:
        return "People from other workspaces or other organisations cannot act on tickets."
    if member.guest:
        return "Guests cannot act on tickets."
    return ""


def refused(member: Member, allow: Sequence[str], groups: Sequence[str]) -> str:
    """Why a member may not act, in words for them; '' if they may.

    `groups` are the allowed groups that they belong to.
    """
    if why := stranger(member):
        return why
    if ANYONE in allow or member.id in allow or groups:
        return ""
    return "You are not on the list of agents; ask an admin to add you to `agents.allow`."


def no_money(member: Member, money: Sequence[str], groups: Sequence[str]) -> str:
    """Why an agent may not move money, in words for them; '' if they may."""
    if ANYONE in money or member.id in money or groups:
        return ""
    return "You may not move money; ask an admin to add you to `agents.money`."
