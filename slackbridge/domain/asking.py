"""What can be asked for by command: the lists of tickets, and what each field of a search takes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Queue(StrEnum):
    """A list of tickets: of active ones, or of those that were solved or closed."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    ENDED = "ended"


ACCOUNT = "account"  # a field of a search that is none of `Query`'s: which account is asked
# The fields with what each takes, in our own mrkdwn.
FIELDS: Mapping[str, str] = {
    "order": "an order's number",
    "email": "the customer's address",
    "item": "the number of an ordered item",
    "name": "a part of the customer's name",
    "country": "such as `at,de`",
    "topic": "in the marketplace's words",
    "urgency": "such as `panic,urgent`",
    "assignee": "the agent's address at the marketplace",
    "needs": "`agent`: you have to act",
    "help": "`yes` or `no`: the marketplace was asked for help",
    "kind": "`order` or `buyback`",
    "created": "days, such as `2026-11-01..2026-11-07`; either end may be open",
    "closed": "days, like `created`",
    "status": "`ended`, or the marketplace's word",
    "sort": "`due`: by the next deadline",
    ACCOUNT: "one of your accounts",
}
