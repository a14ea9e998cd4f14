"""Who may, when again, and where to: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slackbridge.intent import Intent
from slackbridge.model import Action, Capabilities, Kind, Status, Ticket
from slackbridge.ports import Member

ANYONE = "*"
ACTIVE = frozenset(status for status in Status if status.active)


def is_group(entry: str) -> bool:
    """Whether an entry of `agents.allow` is a user group (Slack ids of groups begin with S)."""
    return entry.startswith("S")


def stranger(member: Member) -> str:
    """Why somebody can never act, in words for them; '' if they can."""
    if member.bot:
        return "Bots cannot answer customers."
    if member.gone:
        return "Your account is deactivated."
    if member.external:
        return "People from other organisations cannot act on tickets."
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


@dataclass(frozen=True, slots=True)
class Route:
    """Tickets that match every condition go to this channel."""

    when: Mapping[str, str]
    channel: str


def facts_of(ticket: Ticket, provider: str) -> dict[str, str]:
    """What routes can ask of a ticket."""
    return {
        "provider": provider,
        "account": ticket.key.account,
        "type": ticket.type,
        "topic": ticket.topic,
        "country": ticket.country,
        "urgency": ticket.urgency,
        "status": ticket.raw_status,
    }


def route(ticket: Ticket, provider: str, routes: Sequence[Route], default: str) -> str:
    """The channel of a ticket: the first route whose conditions all hold, else the default."""
    matched = first_match(ticket, provider, routes)
    return default if matched is None else routes[matched].channel


def first_match(ticket: Ticket, provider: str, routes: Sequence[Route]) -> int | None:
    """The number (from 0) of the first route whose conditions all hold."""
    facts = facts_of(ticket, provider)
    for number, candidate in enumerate(routes):
        if all(facts[k].casefold() == v.casefold() for k, v in candidate.when.items()):
            return number
    return None


def why(ticket: Ticket, provider: str, routes: Sequence[Route], default: str) -> str:
    """Where a ticket goes and by which rule, in words."""
    matched = first_match(ticket, provider, routes)
    if matched is None:
        return f"No route matches `{ticket.key}`: it goes to the default channel <#{default}>."
    conditions = ", ".join(f"{k} = {v}" for k, v in routes[matched].when.items()) or "always"
    return (
        f"Route {matched + 1} ({conditions}) sends `{ticket.key}` to <#{routes[matched].channel}>."
    )


def impossible(intent: Intent, ticket: Ticket | None, can: Capabilities) -> str:
    """Why an intent cannot be carried out at all, in words for the agent; '' if it can."""
    if intent.kind.speaks and not intent.text.strip():
        return "there is no text in it"
    if intent.kind.speaks and len(intent.text) > can.reply_limit:
        return f"it has {len(intent.text)} characters; the marketplace takes {can.reply_limit}"
    if why := _not_offered(intent, can):
        return why
    if intent.kind is Kind.REPLY and intent.status not in (None, *can.reply_with_status):
        return can.why_not.get("reply with a status", "a reply cannot set a status here")
    closed = ticket is not None and ticket.status is Status.CLOSED
    if closed and can.closed_is_final and intent.kind in (Kind.REPLY, Kind.INTERNAL, Kind.STATUS):
        return _closed(can)
    action = action_of(intent, can)
    if action is not None and ticket is not None and not offered(action, ticket):
        return "the ticket is not one for it, or not any more"
    return ""


def _not_offered(intent: Intent, can: Capabilities) -> str:
    offered = {
        Kind.INTERNAL: can.internal_notes,
        Kind.PRIVATE: can.private_notes,
        Kind.ASSIGN: can.assign,
        Kind.FOLLOW_UP: can.follow_up,
        Kind.STATUS: intent.status in can.statuses,
        Kind.ACTION: action_of(intent, can) is not None,
    }
    if offered.get(intent.kind, True):
        return ""
    word = str(intent.status) if intent.kind is Kind.STATUS else intent.kind.value
    return can.why_not.get(word, f"this marketplace does not offer it ({word})")


def action_of(intent: Intent, can: Capabilities) -> Action | None:
    """The action that an intent names."""
    return named(can, intent.fields.get("name", ""))


def named(can: Capabilities, name: str) -> Action | None:
    """The action that is called so; opening a ticket is one too."""
    offered = (*can.actions, *([can.create] if can.create else ()))
    return next((action for action in offered if action.name == name), None)


def offered(action: Action, ticket: Ticket) -> bool:
    """Whether an action is for tickets like this one."""
    fits = not action.types or ticket.type in action.types
    timely = ticket.status in (action.statuses or ACTIVE)
    return fits and timely and action.name not in ticket.barred


def _closed(can: Capabilities) -> str:
    if can.follow_up:
        return "the ticket is closed for good; *Open a follow-up* on its card starts a new one"
    return "the ticket is closed"


def backoff(tries: int, first: float, most: float) -> float:
    """Seconds until the next try: doubling from `first` up to `most`."""
    return float(min(most, first * 2 ** min(max(tries - 1, 0), 16)))


def in_order(kind: Kind) -> bool:
    """Whether it must wait for earlier intents of the thread: what the customer could notice."""
    return kind not in (Kind.ASSIGN, Kind.PRIVATE)
