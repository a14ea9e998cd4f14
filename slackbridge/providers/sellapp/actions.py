"""What can be done at SellApp: the capabilities by API version, and the change of an act."""

from __future__ import annotations

from collections.abc import Mapping

from slackbridge.domain.model import Act, Action, Capabilities, Kind, Status
from slackbridge.providers.base import unsupported
from slackbridge.providers.sellapp import goods
from slackbridge.providers.sellapp.api import Body
from slackbridge.providers.sellapp.search import SEARCHES

CHANGES: Mapping[Status, Body] = {
    Status.NEEDS_AGENT: {"status": "OPEN", "archived": False},
    Status.CLOSED: {"status": "CLOSED"},
}
ARCHIVE = Action(
    "archive",
    "Archive",
    "SellApp puts the ticket away, whatever its status; *Reopen* brings it back.",
    repeatable=True,
)
_ONLY_TWO = "SellApp knows only open and closed tickets"
_NO_NOTES = "SellApp has no notes that only the store sees"
_OLD = "this account uses SellApp's v1, which cannot change a ticket; set api_version to v2"
_WHY_NOT = {
    "solved": _ONLY_TWO,
    "waiting for customer": _ONLY_TWO,
    "assign": "SellApp has no assignees",
    "internal": _NO_NOTES,
    "private": _NO_NOTES,
    "follow_up": "SellApp has no way to open a ticket from outside",
}
CAPABILITIES = Capabilities(
    statuses=frozenset(CHANGES),
    actions=(ARCHIVE, *goods.ACTIONS),
    searches=SEARCHES,
    why_not=_WHY_NOT,
)
V1 = Capabilities(
    searches=SEARCHES,
    why_not=_WHY_NOT
    | dict.fromkeys(("close", "closed", "reopen", "needs agent", "archive", *goods.NAMES), _OLD),
)


def change_of(act: Act, can: Capabilities) -> Body:
    """The fields that an act sets on the ticket. Raises Unsupported."""
    if act.kind is Kind.STATUS and act.status and act.status in can.statuses:
        return CHANGES[act.status]
    if act.kind is Kind.ACTION and act.action == ARCHIVE.name and can.named(act.action):
        return {"archived": True}
    raise unsupported("SellApp", can, act)
