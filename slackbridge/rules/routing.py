"""Which channel a ticket goes to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slackbridge.domain.model import Status, Ticket


@dataclass(frozen=True, slots=True)
class Route:
    """Tickets that match every condition go to this channel."""

    when: Mapping[str, str]
    channel: str


def facts_of(ticket: Ticket, provider: str) -> dict[str, tuple[str, ...]]:
    """The facts of a ticket that routes can match, each in the words that match it."""
    asked = () if ticket.help_requests is None else ("yes" if ticket.help_requests else "no",)
    return {
        "provider": (provider,),
        "account": (ticket.key.account,),
        "type": (ticket.type,),
        "topic": (ticket.topic,),
        "country": (ticket.country,),
        "urgency": (ticket.urgency, *(("panic",) if ticket.panicked else ())),
        "status": (ticket.raw_status,),
        "assignee": (ticket.assignee.email if ticket.assignee else "",),
        "needs": ("agent",) if ticket.status is Status.NEEDS_AGENT else (),
        "help": asked,
        "kind": (ticket.type,),
    }


def route(ticket: Ticket, provider: str, routes: Sequence[Route], default: str) -> str:
    """The channel of a ticket: the first route whose conditions all hold, else the default."""
    matched = first_match(ticket, provider, routes)
    return default if matched is None else routes[matched].channel


def first_match(ticket: Ticket, provider: str, routes: Sequence[Route]) -> int | None:
    """The index of the first route whose conditions all hold."""
    facts = facts_of(ticket, provider)
    for number, candidate in enumerate(routes):
        if all(_holds(facts[name], wanted) for name, wanted in candidate.when.items()):
            return number
    return None


def _holds(words: Sequence[str], wanted: str) -> bool:
    return wanted.casefold() in map(str.casefold, words)


def why(ticket: Ticket, provider: str, routes: Sequence[Route], default: str) -> str:
    """Which channel a ticket goes to and by which route, in words."""
    matched = first_match(ticket, provider, routes)
    if matched is None:
        return f"No route matches `{ticket.key}`: it goes to the default channel <#{default}>."
    conditions = ", ".join(f"{k} = {v}" for k, v in routes[matched].when.items()) or "always"
    return (
        f"Route {matched + 1} ({conditions}) sends `{ticket.key}` to <#{routes[matched].channel}>."
    )
