"""Who may call, how often: tokens, permissions and the rate limit. Knows no tickets.

Source: refurbed's README for the merchant API (`Authorization: Plain <token>`, `X-RateLimit-*`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
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


class Window:
    """One-second windows of real time, whatever the service's own clock says."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._since = -math.inf
        self._used = 0

    def take(self, allowed: int) -> bool:
        """Count a call; False if it is one too many. `allowed` 0 = no limit."""
        now = self._timer()
        if now - self._since >= 1.0:
            self._since, self._used = now, 0
        self._used += 1
        return allowed == 0 or self._used <= allowed

    def headers(self, allowed: int, wall: float) -> dict[str, str]:
        """The rate headers of an answer; `wall` is the service's Unix time."""
        if allowed == 0:
            return {}
        left = max(0.0, self._since + 1.0 - self._timer())
        return {
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(0, allowed - self._used)),
            "X-RateLimit-Reset": str(math.ceil(wall + left)),
        }
