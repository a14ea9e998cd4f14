"""Tickets as Jersey writes them in JSON, in every format that clients report; see `switches`."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackbridge.sandbox.clickbank.records import Comment, Order, Ticket
from slackbridge.sandbox.clickbank.switches import Switches
from slackbridge.sandbox.clock import HOUR

PACIFIC = ZoneInfo("America/Los_Angeles")
REBILLED = 30 * 24 * HOUR
FORMATS = {
    "offset": "%Y-%m-%dT%H:%M:%S%z",
    "compact": "%Y%m%dT%H%M%S%z",
    "zoneless": "%Y-%m-%dT%H:%M:%S",
}

Json = dict[str, Any]


def money(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def body_of_list(rows: list[Json], switches: Switches) -> str:
    """A list; with one row it may be the row itself, without rows `empty_list`."""
    if not rows:
        return switches.empty_list
    inner = rows[0] if len(rows) == 1 and switches.one_as_object else rows
    return _dump(inner if switches.bare_list else {"ticketData": inner})


def body_of_ticket(row: Json, switches: Switches) -> str:
    return _dump({"ticketData": row} if switches.wrapped_ticket else row)


def ticket_row(ticket: Ticket, switches: Switches, *, comments: bool = True) -> Json:
    """ticketData."""
    order = ticket.order
    row: Json = {
        switches.id_name: _number(ticket.id, switches),
        "receipt": order.receipt,
        "status": ticket.status,
        "type": ticket.type,
        "openedDate": _date(ticket.opened_at, switches),
        "closedDate": _date(ticket.closed_at, switches),
        "expirationDate": _date(ticket.expires_at if switches.give_expiration else None, switches),
        "updateTime": _date(ticket.updated_at, switches),
        "description": ticket.description or None,
        "refundType": ticket.refund_type or None,
        "refundAmount": money(ticket.refund_amount) if ticket.refund_amount else None,
        "customerFirstName": order.first_name,
        "customerLastName": order.last_name,
        "email": order.email,
        "emailAtOrderTime": order.email,
        "locale": order.locale,
        "note": ticket.note or None,
        "productItemNo": order.sku,
        "source": ticket.source if switches.name_source else None,
    }
    if comments and ticket.messages:
        made = [_row(_comment(one, switches), switches) for one in ticket.messages]
        made = made[::-1] if switches.newest_first else made
        row["comments"] = made[0] if len(made) == 1 and switches.one_as_object else made
    return _row(row, switches)


def body_of_order(order: Order, sku: str, switches: Switches) -> str:
    """A list of orderData with its lineItemData, as a client's dump of `orders2/{receipt}` has it:
    https://support.clickbank.com/hc/en-us/articles/227834567 is the schema, lists of one are
    objects, and every value is a string.
    """
    lines = [_line(order, sku or order.sku, switches)]
    row = _row(
        {
            "transactionTime": _date(order.bought_at, switches),
            "receipt": order.receipt,
            "trackingId": None,
            "paytmentMethod": "VISA",
            "transactionType": "SALE",
            "totalOrderAmount": money(order.amount),
            "totalShippingAmount": "0.0",
            "totalTaxAmount": "0.00",
            "vendor": "SANDBOX",
            "currency": order.currency,
            "email": order.email,
            "firstName": order.first_name,
            "lastName": order.last_name,
            "fullName": f"{order.first_name} {order.last_name}",
            "role": "VENDOR",
            "customerRefundableState": "REFUNDABLE" if order.left > 0 else "ALREADY_REFUNDED",
            "lineItemData": lines[0] if switches.one_as_object else lines,
        },
        switches,
    )
    return _dump({"orderData": row if switches.one_as_object else [row]})


def _line(order: Order, sku: str, switches: Switches) -> Json:
    billed = order.recurring
    return _row(
        {
            "itemNo": sku,
            "productTitle": sku.replace("-", " ").title(),
            "recurring": _flag(billed, switches),
            "shippable": _flag(order.physical, switches),
            "customerAmount": money(order.amount),
            "accountAmount": money(order.amount // 2),
            "quantity": _number(1, switches),
            "lineItemType": "STANDARD",
            "rebillAmount": money(order.amount) if billed else None,
            "processedPayments": _number(1, switches) if billed else None,
            "futurePayments": _number(998, switches) if order.billing else None,
            "nextPaymentDate": _date(order.bought_at + REBILLED, switches)
            if order.billing
            else None,
            "status": ("ACTIVE" if order.billing else "CANCELED") if billed else None,
            "role": "VENDOR",
        },
        switches,
    )


def _flag(value: bool, switches: Switches) -> str | bool:
    return str(value).lower() if switches.numbers_as_strings else value


def _comment(comment: Comment, switches: Switches) -> Json:
    text = html.escape(comment.text) if switches.escape_comments else comment.text
    return {
        "commentId": _number(comment.id, switches) if switches.comment_ids else None,
        "date": _date(comment.at, switches),
        "comment": text.replace("\n", switches.line_breaks) or None,
        "action": comment.action,
        "commentRole": comment.role,
    }


def _row(row: Json, switches: Switches) -> Json:
    if switches.nil_objects:
        return {key: {"@nil": "true"} if value is None else value for key, value in row.items()}
    return {key: value for key, value in row.items() if value is not None}


def _number(value: int, switches: Switches) -> str | int:
    return str(value) if switches.numbers_as_strings else value


def _date(at: float | None, switches: Switches) -> str | None:
    if at is None:
        return None
    if switches.dates == "utc":
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = datetime.fromtimestamp(at, PACIFIC).strftime(FORMATS[switches.dates])
    return f"{text[:-2]}:{text[-2:]}" if switches.dates == "offset" else text


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
