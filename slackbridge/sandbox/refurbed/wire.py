"""Records as the JSON of the published service; requests are read elsewhere.

int64 are strings, times RFC 3339, a field that is its type's zero value may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slackbridge.sandbox.refurbed.records import HelpRequest, Item, Message, Ticket
from slackbridge.sandbox.refurbed.vocabulary import Sender

Json = dict[str, Any]


def ticket_json(ticket: Ticket, agents: Mapping[str, str]) -> Json:
    """A Ticket; `agents` gives the assignee's name."""
    item = ticket.item
    assignee = {"email": ticket.assignee, "name": agents.get(ticket.assignee, ticket.assignee)}
    return {
        "id": str(ticket.id),
        "status": ticket.status,
        **({"urgency_status": ticket.urgency} if ticket.urgency else {}),
        "created_at": rfc3339(ticket.created_at),
        **_item_json(item),
        "topic_slug": ticket.topic,
        "country": item.country,
        "customer": {"email": item.customer_email, "name": item.customer_name},
        "assignee": assignee if ticket.assignee else None,
        "sla_checkpoints": [
            {"checkpoint_type": kind, "at": rfc3339(at)} for kind, at in ticket.checkpoints
        ],
        "updated_at": rfc3339(ticket.updated_at),
        "seller_action_needed": ticket.needs_seller,
        "customer_panicked": ticket.panicked,
        "notes": ticket.notes,
        **({"follow_up_to_ticket_id": str(ticket.follow_up_to)} if ticket.follow_up_to else {}),
        "topic_change_allowed": ticket.topic_change_allowed,
        "has_help_requests": bool(ticket.help_requests),
    }


def ticket_answer(ticket: Ticket, agents: Mapping[str, str], root: str) -> Json:
    """The answer of every call about one ticket: it and all its messages."""
    messages = [
        {"message": message_json(message, root), "scope": message.scope}
        for message in ticket.messages
    ]
    return {"ticket": ticket_json(ticket, agents), "messages": messages}


def help_answer(asked: HelpRequest, root: str) -> Json:
    """The answer of every call about one help request."""
    messages = [message_json(message, root) for message in asked.messages]
    return {"help_request": help_json(asked), "messages": messages}


def help_json(asked: HelpRequest) -> Json:
    return {
        "id": str(asked.id),
        "ticket_id": str(asked.ticket_id),
        "status": asked.status,
        "topic": asked.topic,
        "created_at": rfc3339(asked.created_at),
    }


def message_json(message: Message, root: str) -> Json:
    """A TicketMessage; `root` is the server's address, for links to files."""
    author: Json = {"type": message.author.sender, "name": message.author.name}
    if message.author.sender == Sender.MERCHANT:
        author["email"] = message.author.email
    return {
        "id": str(message.id),
        "body_html": message.body_html,
        "created_at": rfc3339(message.at),
        "author": author,
        "attachments": [
            {"filename": file.filename, "url": root + file.path, "content_type": file.content_type}
            for file in message.attachments
        ],
    }


def without_defaults(value: Any) -> Any:
    """The same JSON without zero, false, empty and null fields."""
    if isinstance(value, dict):
        kept = {key: without_defaults(entry) for key, entry in value.items()}
        return {key: entry for key, entry in kept.items() if not _is_default(entry)}
    if isinstance(value, list):
        return [without_defaults(entry) for entry in value]
    return value


def _is_default(entry: Any) -> bool:
    # An empty object is sent all the same: only scalars and lists have a zero value.
    return entry is None or entry == "UNSPECIFIED" or (not isinstance(entry, dict) and not entry)


def _item_json(item: Item) -> Json:
    if item.buyback:
        sold = {"buyback_order_item_id": str(item.id), "buyback_order_id": str(item.order_id)}
        return {"buyback_order_item": {**sold, "product_variant_name": item.name}}
    bought = {"order_item_id": str(item.id), "order_id": str(item.order_id)}
    return {"marketplace_order_item": {**bought, "instance_name": item.name}}


def rfc3339(at: float) -> str:
    """UTC with 0, 3 or 6 digits after the second, as protobuf's JSON writes a timestamp."""
    micros = round(at * 1_000_000)
    spec = "microseconds" if micros % 1000 else "milliseconds" if micros % 1_000_000 else "seconds"
    moment = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(
        microsecond=micros % 1_000_000
    )
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")
