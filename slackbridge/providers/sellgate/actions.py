"""What can be done at Sellgate: the capabilities, and the write of an act."""

from __future__ import annotations

from slackbridge.domain.model import Act, Capabilities, Kind, Status
from slackbridge.providers.base import unsupported
from slackbridge.providers.sellgate.search import SEARCHES
from slackbridge.providers.sellgate.wire import Change, Reply, Settable

SETTABLE: dict[Status, Settable] = {Status.NEEDS_AGENT: "open", Status.CLOSED: "closed"}
CAPABILITIES = Capabilities(
    statuses=frozenset(SETTABLE),
    searches=SEARCHES,
    why_not={
        str(Status.SOLVED): "Sellgate knows only open and closed tickets; close it instead",
        str(Status.WAITING): "Sellgate sets this by itself: an open ticket waits for the customer "
        "once you have answered",
        "internal": "Sellgate has no internal notes; whatever is written there goes to the "
        "customer. A note in the thread stays in Slack",
        "private": "Sellgate keeps no notes; a note in the thread stays in Slack",
        "assign": "Sellgate tickets have no assignee; claim it in Slack instead",
        "follow_up": "Sellgate offers no way to open a ticket; a closed one can be reopened",
    },
)


def write_of(act: Act) -> Reply | Change:
    """The write that an act comes to. Raises Unsupported."""
    if act.kind is Kind.REPLY and act.status is None:
        return Reply(act.text)
    if act.kind is Kind.STATUS and act.status and act.status in SETTABLE:
        return Change(SETTABLE[act.status])
    raise unsupported("Sellgate", CAPABILITIES, act)
