"""What a refund ticket asks for, by its `refundType` and `refundAmount`. Pure.

`refundAmounts` knows FULL, PARTIAL_PERCENT and PARTIAL_AMOUNT. Tickets have two more types, TAX and
PARTIAL_QUANTITY (ClickBank's XSD); what their `refundAmount` counts is written nowhere.
"""

from __future__ import annotations

WORDS = {
    "FULL": "the whole amount",
    "PARTIAL_PERCENT": "a percentage",
    "PARTIAL_AMOUNT": "a part, in the customer's currency",
    "PARTIAL_QUANTITY": "a part of the quantity, of which ClickBank names no sum",
    "TAX": "the tax alone, of which ClickBank names no sum",
}


def asked_for(refund_type: str, refund_amount: str) -> str:
    """What a ticket asks for, in words; '' if it does not say."""
    words = WORDS.get(refund_type, refund_type.replace("_", " ").lower())
    if refund_type == "PARTIAL_PERCENT" and refund_amount:
        return f"{refund_amount} %"
    if refund_type == "PARTIAL_AMOUNT" and refund_amount:
        return f"{refund_amount} in the customer's currency"
    return f"{words} ({refund_amount})" if words and refund_amount else words or refund_amount


def foreseen(refund_type: str, refund_amount: str) -> dict[str, str] | None:
    """What a ticket asks for, as `refundAmounts` wants it; None for what that does not know."""
    if refund_type in ("", "FULL"):
        return {"refundType": "FULL"}
    if refund_type in ("PARTIAL_PERCENT", "PARTIAL_AMOUNT") and refund_amount:
        return {"refundType": refund_type, "refundAmount": refund_amount}
    return None
