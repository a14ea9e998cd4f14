"""Whether an act that moves money on this ticket was asked for as one that does."""

from __future__ import annotations

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Ticket
from slackbridge.ports.capabilities import Adapts
from slackbridge.ports.provider import Provider

UNCONFIRMED = (
    "on this ticket it moves or withholds money, and was not confirmed as such; press its button "
    "again"
)


def unconfirmed(provider: Provider, intent: Intent, ticket: Ticket | None) -> str:
    """Why it cannot be done, in words; '' if it can. The ticket may have changed since the form was
    filled in, and `None` is a ticket that was not read.
    """
    can = provider.capabilities
    behind = can.status_forms.get(intent.status, "") if intent.status else ""
    action = can.named(intent.action or behind)
    if intent.money or action is None or not isinstance(provider, Adapts):
        return ""
    return UNCONFIRMED if provider.adapted(action, ticket, intent.fields).money else ""
