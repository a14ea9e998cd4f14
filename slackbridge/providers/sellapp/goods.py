"""What can be done with a SellApp order: the forms, the call of an act, and what it will do. Pure.

Source: SellApp's SDKs (sellapp/sellapp-node, `orders`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from slackbridge.domain.errors import Rejected
from slackbridge.domain.model import Act, Action, Field
from slackbridge.providers.sellapp.order_wire import OrderRow, Refund, places, sum_of

REFUNDS, REPLACEMENTS = "refunds", "replacements"
RETRIES, NOTICES = "fulfillment-retries", "fulfillment-notifications"
SHOWN_ORDER, SHOWN_WAY = "shown_order", "shown_way"  # beside the form's own fields
FIGURE = re.compile(r"(\d{1,9})(?:[.,](\d{1,3}))?")
MAIL = re.compile(r"[^\s@<>,;]{1,100}@[^\s@<>,;]{1,150}")
SLACK = timedelta(seconds=5)  # between two clocks
REFUND = Action(
    "refund",
    "Refund",
    "SellApp asks the payment provider to pay the customer back. It refunds completed orders, "
    "and no subscriptions.",
    (
        Field(
            "amount",
            "Amount",
            optional=True,
            hint="In the order's currency, such as 12.50; empty for all that is not refunded yet",
            max_length=16,
        ),
    ),
    money=True,
)
REPLACE = Action(
    "replace",
    "Send a replacement",
    "SellApp makes a new order of what was bought, free of charge, and delivers it.",
    (
        Field(
            "variants",
            "Numbers of the variants",
            optional=True,
            hint="As Details shows them, such as 4321, 4322; empty for the whole order",
            max_length=200,
        ),
    ),
    money=True,
)
RESEND = Action(
    "resend",
    "Deliver again",
    "SellApp sends the same delivery once more; one that failed is tried again.",
    (
        Field(
            "email",
            "To another address",
            optional=True,
            hint="Empty for the address of the order",
            max_length=250,
        ),
    ),
    money=True,
)
ACTIONS = (REFUND, REPLACE, RESEND)
NAMES = frozenset(action.name for action in ACTIONS)
ARRIVES = (
    "SellApp passes this on to the payment provider: that it was asked for does not mean yet that "
    "the money has arrived."
)


@dataclass(frozen=True, slots=True)
class Call:
    """A POST below an order."""

    order: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)


def call_of(act: Act, order: OrderRow) -> Call:
    """The call of an act. Raises Rejected for a form that makes no sense with this order, or was
    shown for something else.
    """
    call = _call_of(act, order)
    shown = (act.fields.get(SHOWN_ORDER, call.order), act.fields.get(SHOWN_WAY, call.path))
    if shown != (call.order, call.path):
        raise Rejected(f"what was shown is no longer so: {order}; open the form again")
    return call


def pins_of(act: Act, order: OrderRow, refunds: Sequence[Refund] | None) -> Mapping[str, str]:
    """The form's values, with what the second step shows beside them. Raises Rejected."""
    call = call_of(act, order)
    left = _left(order, None if refunds is None else _paid_back(refunds))
    rest = {"amount": _written(left, order.currency)} if call.path == REFUNDS and left else {}
    return {**rest, **act.fields, SHOWN_ORDER: call.order, SHOWN_WAY: call.path}


def _call_of(act: Act, order: OrderRow) -> Call:
    match act.action:
        case REFUND.name:
            amount = amount_of(act, order)
            return Call(order.id, REFUNDS, {"amount": amount} if amount else {})
        case REPLACE.name:
            return Call(order.id, REPLACEMENTS, {"product_variants": variants_of(act, order)})
    mail = _mail(act)
    body = {"email": mail} if mail else {}
    if order.is_in("COMPLETED"):
        return Call(order.id, NOTICES, body)
    if order.is_in("PAID", "PARTIAL"):
        return Call(order.id, RETRIES, body)
    raise Rejected(f"SellApp delivers paid orders only, and this is {order}")


def amount_of(act: Act, order: OrderRow) -> str:
    """The amount as SellApp takes it; '' = all that is left. Raises Rejected."""
    text = act.fields.get("amount", "").strip()
    if not text:
        return ""
    found = FIGURE.fullmatch(text) if text.isascii() else None
    digits = places(order.currency)
    if not found or len(found[2] or "") > digits or not Decimal(f"{found[1]}.{found[2] or 0}"):
        raise Rejected(
            f"an amount is a number above 0 with at most {digits} digits behind the point, "
            "without a currency"
        )
    amount = Decimal(f"{found[1]}.{found[2] or 0}").quantize(Decimal(1).scaleb(-digits))
    total = order.totals.total_cents
    if total is not None and amount.scaleb(digits) > total:
        raise Rejected(f"that is more than the order's total of {order.total}")
    return f"{amount:f}"


def variants_of(act: Act, order: OrderRow) -> list[int]:
    """The numbers of the variants to replace, as they were bought. Raises Rejected."""
    bought = order.variants
    asked = re.findall(r"[^\s,;]+", act.fields.get("variants", "")) or list(bought)
    if strange := [one for one in asked if one not in bought]:
        known = ", ".join(bought) or "none that SellApp names"
        raise Rejected(f"variant {strange[0][:40]} is not part of this order; it has: {known}")
    numbers = [int(one) for one in dict.fromkeys(asked) if one.isascii() and one.isdigit()]
    if not numbers:
        raise Rejected("SellApp names no variant of this order that could be replaced")
    return numbers


def preview_of(
    act: Act, order: OrderRow, refunds: Sequence[Refund] | None, of_customer: str
) -> str:
    """What will happen, in words. `refunds` None = it is not known what was refunded before."""
    call = call_of(act, order)
    to = _mail(act) or order.customer.email or of_customer or "the customer"
    if call.path == REFUNDS:
        return _refund(order, call, refunds, order.customer.email or of_customer)
    if call.path == REPLACEMENTS:
        items = [order.variants[str(one)] for one in call.body["product_variants"]]
        what = "; ".join(map(str, items))
        return (
            f"For {order}, SellApp makes a new order, free of charge, and delivers {what} to "
            f"{to}. What was replaced before, or is out of stock, it refuses."
        )
    if call.path == RETRIES:
        return f"SellApp tries again to deliver {order} to {to}. Whether that works shows later."
    return f"SellApp sends the delivery of {order} once more to {to}."


def _refund(order: OrderRow, call: Call, refunds: Sequence[Refund] | None, of: str) -> str:
    before = None if refunds is None else _paid_back(refunds)
    left = _left(order, before)
    if left == 0:
        raise Rejected(f"all of {order} is refunded already")
    asked = call.body.get("amount")
    if asked and left is not None and Decimal(asked).scaleb(places(order.currency)) > left:
        raise Rejected(f"only {sum_of(left, order.currency)} of {order} are not refunded yet")
    known = f"{asked} {order.currency}".rstrip() if asked else sum_of(left, order.currency)
    what = known or "whatever is not refunded yet; SellApp does not tell how much that is"
    told = [f"The customer{f' ({of})' if of else ''} gets back, of {order}: {what}."]
    if before:
        told.append(f"{sum_of(before, order.currency)} were refunded before.")
    elif before is None and asked:
        told.append("Whether something was refunded before is not known.")
    if not order.is_in("COMPLETED"):
        told.append("SellApp refunds completed orders, so it may refuse.")
    if any(item.subscription_id for item in order.line_items):
        told.append("A subscription is part of it, which SellApp may refuse to refund.")
    return " ".join([*told, ARRIVES])


def _paid_back(refunds: Sequence[Refund]) -> int | None:
    """Minor units refunded so far; None if some refund does not tell its sum."""
    sums = [one.amount_cents for one in refunds if not one.failed]
    known = [amount for amount in sums if amount is not None]
    return sum(known) if len(known) == len(sums) else None


def _left(order: OrderRow, before: int | None) -> int | None:
    if order.totals.total_cents is None or before is None:
        return None
    return max(0, order.totals.total_cents - before)


def refunded(
    act: Act, order: OrderRow, refunds: Sequence[Refund], whole: bool, since: float
) -> bool | None:
    """Whether a refund happened after `since` (Unix seconds); None = it cannot be told.

    `whole` is whether `refunds` are all refunds of the order.
    """
    text, digits = amount_of(act, order), places(order.currency)
    wanted = int(Decimal(text).scaleb(digits)) if text else None
    started = datetime.fromtimestamp(since, UTC) - SLACK
    alike = [one for one in refunds if not one.failed and _is(one, wanted)]
    if any(one.created_at is not None and one.created_at >= started for one in alike):
        return True
    if any(one.created_at is None for one in alike) or not whole:
        return None
    return False


def _is(one: Refund, wanted: int | None) -> bool:
    return wanted is None or one.amount_cents in (None, wanted)


def _written(minor: int, currency: str) -> str:
    """As SellApp takes an amount."""
    return f"{Decimal(minor).scaleb(-places(currency)):f}"


def _mail(act: Act) -> str:
    """The other address to deliver to. Raises Rejected."""
    mail = act.fields.get("email", "").strip()
    if mail and not MAIL.fullmatch(mail):
        raise Rejected(f"{mail[:60]!r} is no e-mail address")
    return mail
