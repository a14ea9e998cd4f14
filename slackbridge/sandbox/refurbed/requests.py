"""The shapes of the requests. Source: refurbed's OpenAPI documents.

Where it is silent the stricter reading holds: a new message on a ticket needs an explicit scope, a
help request a topic, and every id must be given and not zero.
"""

from __future__ import annotations

from typing import Any

from slackbridge.sandbox.refurbed import vocabulary
from slackbridge.sandbox.refurbed.files import Upload
from slackbridge.sandbox.refurbed.reading import (
    Reader,
    data,
    flag,
    int64,
    many,
    message,
    one_of,
    text,
    uint32,
)


def _any_or_none(reader: Reader) -> Reader:
    return message({"any_of": many(reader), "none_of": many(reader)})


_ID_FILTER = message({"any_of": many(int64)})
_EQUALS = message({"eq": text})
_BOOL = message({"value": flag})
_NAMES = message({"any_of": many(text), "none_of": many(text), "contains": text})

_PAGINATION = message(
    {"limit": uint32, "starting_after": int64, "ending_before": int64},
    either=("starting_after", "ending_before"),
)
_SORT = message({"by": one_of(vocabulary.SortBy), "order": one_of(vocabulary.SortOrder)})
_FILTER = message(
    {
        "ticket_id": _ID_FILTER,
        "assignee_user_email": _EQUALS,
        "status": _any_or_none(one_of(vocabulary.Status)),
        "customer_email": _EQUALS,
        "marketplace_order_id": _ID_FILTER,
        "marketplace_order_item_id": _ID_FILTER,
        "buyback_order_id": _ID_FILTER,
        "buyback_order_item_id": _ID_FILTER,
        "country": _any_or_none(one_of(vocabulary.COUNTRIES)),
        "topic": _any_or_none(text),
        "urgency_status": _any_or_none(one_of(vocabulary.Urgency)),
        "customer_panicked": _BOOL,
        "is_buyback": _BOOL,
        "customer_name": _NAMES,
        "seller_action_needed": _BOOL,
        "has_help_requests": _BOOL,
    }
)

ATTACHMENTS = many(message({"filename": text, "data": data}, required=("filename", "data")))
# An author comes from the drivers only, never from the API.
AUTHOR = message({"sender": text, "name": text, "email": text}, required=("sender", "name"))
_SUBMISSION = message({"body_html": text, "attachments": ATTACHMENTS}, required=("body_html",))
_SCOPED = message(
    {"message": _SUBMISSION, "scope": one_of([vocabulary.Scope.PUBLIC, vocabulary.Scope.INTERNAL])},
    required=("message", "scope"),
)
_HELP_TOPICS = [
    topic for topic in vocabulary.HelpTopic if topic != vocabulary.HelpTopic.UNSPECIFIED
]
_ITEM = message(
    {"marketplace_order_item_id": int64, "buyback_order_item_id": int64},
    either=("marketplace_order_item_id", "buyback_order_item_id"),
)

LIST_TICKETS = message({"pagination": _PAGINATION, "sort": _SORT, "filter": _FILTER})
TICKET_ONLY = message({"ticket_id": int64}, required=("ticket_id",))
UPDATE_TICKET = message(
    {
        "ticket_id": int64,
        "new_message": _SCOPED,
        "assignee_user_email": text,
        "unassign": flag,
        "status": one_of(vocabulary.SubmittableStatus),
        "notes": text,
    },
    required=("ticket_id",),
    either=("assignee_user_email", "unassign"),
)
CREATE_TICKET = message(
    {
        "order_item_identifier": _ITEM,
        "topic": text,
        "message": _SUBMISSION,
        "notes": text,
        "follow_up_to_ticket_id": int64,
    },
    required=("order_item_identifier", "topic", "message"),
)
REQUEST_TOPIC_CHANGE = message(
    {
        "ticket_id": int64,
        "message": _SUBMISSION,
        "attachment_exemption_reason": one_of(vocabulary.Exemption),
    },
    required=("ticket_id", "message"),
)
GET_HELP_REQUEST = message(
    {"ticket_id": int64, "help_request_id": int64}, required=("ticket_id", "help_request_id")
)
CREATE_HELP_REQUEST = message(
    {"ticket_id": int64, "topic": one_of(_HELP_TOPICS), "message": _SUBMISSION},
    required=("ticket_id", "topic", "message"),
)
UPDATE_HELP_REQUEST = message(
    {"ticket_id": int64, "help_request_id": int64, "new_message": _SUBMISSION},
    required=("ticket_id", "help_request_id", "new_message"),
)

ID_ONLY = message({"id": int64}, required=("id",))
REFUND = message(
    {"id": int64, "currency_code": text, "target_paid_amount": text},
    required=("id", "currency_code", "target_paid_amount"),
)
LIST_RETURNS = message(
    {
        "pagination": _PAGINATION,
        "sort": message({"by": one_of(["ID"]), "order": one_of(vocabulary.SortOrder)}),
        "filter": message({"order_id": _ID_FILTER}),
    }
)


def uploads(attachments: list[dict[str, Any]]) -> list[Upload]:
    """Attachments as read by `ATTACHMENTS`."""
    return [(file["filename"], file["data"]) for file in attachments]
