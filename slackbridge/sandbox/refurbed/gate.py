"""Who may call: tokens and permissions. Knows no tickets.

Source: refurbed's README for the merchant API (`Authorization: Plain <token>`).
"""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.refurbed.refusal import Code, Refusal

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
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows, and the merchant's user it writes as."""

    author: Author
    permissions: frozenset[str] = frozenset(PERMISSIONS.values())


class Tokens:
    """The tokens in force."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def allow(self, token: str, grant: Grant) -> None:
        self._grants[token] = grant

    def revoke(self, token: str) -> None:
        self._grants.pop(token, None)

    def grant(self, header: str | None) -> Grant:
        """Raises Refusal (UNAUTHENTICATED) for a missing, malformed or unknown token."""
        if header is None:
            raise Refusal(Code.UNAUTHENTICATED, "missing Authorization header")
        token = header.removeprefix(SCHEME).strip()
        if not header.startswith(SCHEME) or not token:
            raise Refusal(Code.UNAUTHENTICATED, "malformed Authorization header")
        if token not in self._grants:
            raise Refusal(Code.UNAUTHENTICATED, "invalid token")
        return self._grants[token]


def permit(grant: Grant, method: str) -> None:
    """Raises Refusal (PERMISSION_DENIED)."""
    permission = PERMISSIONS[method]
    if permission not in grant.permissions:
        raise Refusal(Code.PERMISSION_DENIED, f"missing permission {permission}")
