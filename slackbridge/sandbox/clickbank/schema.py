"""The XML schemas that ClickBank publishes, as far as clients look at them: the elements' names."""

from __future__ import annotations

NAMES = {
    "schema": (
        *("ticketid", "receipt", "status", "type", "comments", "openedDate", "closedDate"),
        *("expirationDate", "updateTime", "description", "refundType", "refundAmount"),
        *("customerFirstName", "customerLastName", "email", "emailAtOrderTime", "locale", "note"),
        *("productItemNo", "source", "commentId", "date", "comment", "action", "commentRole"),
    ),
    "partialRefundDataSchema": (
        *("usdAmount", "customerAmount", "customerCurrency", "productAmount", "productCurrency"),
    ),
}


def schema(name: str) -> str:
    """The schema of that name."""
    rows = "".join(f'<xs:element name="{one}" minOccurs="0"/>' for one in NAMES[name])
    return (
        '<?xml version="1.0"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f"{rows}</xs:schema>"
    )
