"""Records as SellApp's JSON, in every format that the vendor's description allows.

v2 has `read_status`, v1 has `read_by`. Times are whole seconds, as Laravel stores them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from slackbridge.sandbox.sellapp.records import Message, Ticket
from slackbridge.sandbox.sellapp.switches import Switches

Json = dict[str, Any]


def moment(at: float, zone: bool) -> str:
    """`2026-05-02T09:00:00.000000Z`, or without the offset."""
    return datetime.fromtimestamp(int(at), UTC).strftime(
        "%Y-%m-%dT%H:%M:%S.000000Z" if zone else "%Y-%m-%d %H:%M:%S"
    )


def ticket_json(ticket: Ticket, version: str, switches: Switches) -> Json:
    """A ticket, the same in a list and alone."""
    empty: object = [] if switches.empty_as_list else {"type": None, "id": None}
    if version == "v1":
        readers = int(ticket.read_by_customer) + 2 * int(ticket.read_by_store)
        read: Json = {"read_by": readers}
    else:
        read = {"read_status": {"customer": ticket.read_by_customer, "store": ticket.read_by_store}}
    count = {"message_count": len(ticket.messages)} if switches.message_counts else {}
    return {
        "id": ticket.id,
        "title": ticket.title,
        "status": ticket.status,
        "customer": _customer(ticket, switches.customer_form) if ticket.email else empty,
        "reference": _about(*ticket.reference, switches) if ticket.reference else empty,
        "created_at": moment(ticket.created_at, switches.zone),
        "updated_at": moment(ticket.updated_at, switches.zone),
        "store_id": switches.store_id,
        "archived": int(ticket.archived),
        **read,
        "order_id": ticket.order_id,
        "reason": ticket.reason,
        **count,
    }


def _customer(ticket: Ticket, form: str) -> Any:
    """The tickets page calls it an array: of an object, of named values, or PHP's word."""
    customer = {"id": ticket.customer_id, "email": ticket.email}
    if form == "fields":
        return [{"name": name, "value": value} for name, value in customer.items()]
    return [customer] if form == "list" else customer


def _about(kind: str, number: int, switches: Switches) -> Any:
    """The tickets page has an array of `{id, type}`, and names Laravel's models as types."""
    match switches.reference_form:
        case "list":
            return [{"id": number, "type": f"{kind.title()} model"}]
        case "model":
            return {"id": number, "type": f"App\\Models\\{kind.title()}"}
        case "words":
            return {"id": number, "type": f"{kind.title()} model"}
        case "nested":
            return {kind: {"id": number}}
    return {"type": kind, "id": number}


def message_json(message: Message, ticket: Ticket, switches: Switches) -> Json:
    content = message.content
    if switches.content == "html":
        content = f"<p>{escape(content).replace(chr(10), '<br>')}</p>"
    return {
        "id": message.id,
        "author": message.author,
        "sender": message.sender or None,
        "content": content,
        "created_at": moment(message.at, switches.zone),
        "updated_at": moment(message.at, switches.zone),
        "ticket_id": ticket.id,
    }


def single(thing: Json, switches: Switches) -> Json:
    return {"data": thing} if switches.wrapped else thing


def paged(rows: Sequence[Json], page: int, limit: int, path: str, switches: Switches) -> Any:
    """One page of `rows` in the format that `Switches.paginator` names."""
    start = (page - 1) * limit
    part = list(rows[start : start + limit])
    last = max(1, math.ceil(len(rows) / limit))
    data: Any = {str(start + n): row for n, row in enumerate(part)} if switches.gaps else part
    meta = {
        "current_page": page,
        "from": start + 1 if part else None,
        "last_page": last,
        "path": path,
        "per_page": limit,
        "to": start + len(part) if part else None,
        "total": len(rows),
    }
    match switches.paginator:
        case "bare":
            return data
        case "none":
            return {"data": data}
        case "flat":
            return {**meta, "data": data}
        case "simple":
            told = ("current_page", "from", "path", "per_page", "to")
            follows = f"{path}?page={page + 1}" if page < last else None
            links = {"first": f"{path}?page=1", "last": None, "prev": None, "next": follows}
            return {"data": data, "links": links, "meta": {key: meta[key] for key in told}}
    more = f"{path}?page={page + 1}" if page < last else None
    links = {"first": f"{path}?page=1", "last": f"{path}?page={last}", "prev": None, "next": more}
    return {"data": data, "links": links, "meta": {**meta, "links": []}}
