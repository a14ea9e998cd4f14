"""Who may call: tokens and permissions. Knows no tickets.

Source: refurbed's README for the merchant API (`Authorization: Plain <token>`).
"""

from __future__ import annotations

from collections.abc import Mapping

from slackbridge.sandbox.gate import BaseGate
from slackbridge.sandbox.refurbed.refusal import Code, Refusal
from slackbridge.sandbox.refurbed.switches import Switches

SCHEME = "Plain "

PERMISSIONS = {
    "ListTickets": "merchant.ticket:list",
    "GetTicket": "merchant.ticket:view",
    "UpdateTicket": "merchant.ticket:update",
    "CreateTicket": "merchant.ticket:create",
    "RequestTopicChange": "merchant.ticket.topic:requestChange",
    "GenerateReturnShippingLabel": "merchant.ticket:update",
    "ListTicketHelpRequests": "merchant.ticket.helpRequest:list",
    "GetTicketHelpRequest": "merchant.ticket.helpRequest:view",
    "CreateTicketHelpRequest": "merchant.ticket.helpRequest:create",
    "UpdateTicketHelpRequest": "merchant.ticket.helpRequest:update",
    "GetOrderItem": "merchant.orderItem:view",
    "CalculateRefundOrderItem": "merchant.orderItem:view",
    "RefundOrderItem": "merchant.orderItem:refund",
    "GetOrder": "merchant.order:view",
    "ListOrderItemReturns": "merchant.orderItemReturn:list",
}

_SERVICES = {
    "GetOrder": "OrderService",
    "ListOrderItemReturns": "OrderItemReturnService",
    **dict.fromkeys(
        ("GetOrderItem", "CalculateRefundOrderItem", "RefundOrderItem"), "OrderItemService"
    ),
}


def service_of(method: str) -> str:
    """The service that has a method."""
    return _SERVICES.get(method, "TicketService")


class Gate(BaseGate[Switches]):
    """Checks in this order: rate, token, method switched off, permission."""

    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        if not self.window.take(self._switches.rate_per_second):
            raise Refusal(Code.RESOURCE_EXHAUSTED, "rate limit exceeded")
        token = self._token(headers.get("Authorization"))
        if self._switches.unimplemented & {operation, "*"}:
            raise Refusal(Code.UNIMPLEMENTED, f"method {operation} not implemented")
        permission = PERMISSIONS[operation]
        if not self.may(token, permission):
            raise Refusal(Code.PERMISSION_DENIED, f"missing permission {permission}")

    def _token(self, header: str | None) -> str:
        if header is None:
            raise Refusal(Code.UNAUTHENTICATED, "missing Authorization header")
        token = header.removeprefix(SCHEME).strip()
        if not header.startswith(SCHEME) or not token:
            raise Refusal(Code.UNAUTHENTICATED, "malformed Authorization header")
        if not self.knows(token):
            raise Refusal(Code.UNAUTHENTICATED, "invalid token")
        return token
