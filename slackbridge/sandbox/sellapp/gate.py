"""Who may call, for which store, how often. Knows no tickets.

Source: SellApp's authentication page (Bearer key, X-STORE slug, abilities by key), its SDKs (orders
need the ability `invoice`; how those of tickets are called is not known) and Cloudflare, the proxy
in front, which answers a malformed key with a page of HTML (error 1020).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import formatdate

from slackbridge.sandbox.gate import BaseGate
from slackbridge.sandbox.sellapp.refusal import BLOCKED, Page, Refusal
from slackbridge.sandbox.sellapp.switches import Switches

KEY = re.compile(r"Bearer [A-Za-z0-9|_.-]{8,}")
ABILITIES = {
    "ListTickets": "tickets:read",
    "GetTicket": "tickets:read",
    "SearchTickets": "tickets:read",
    "ListMessages": "tickets:read",
    "GetMessage": "tickets:read",
    "SearchMessages": "tickets:read",
    "CreateMessage": "tickets:write",
    "UpdateTicket": "tickets:write",
    **dict.fromkeys(
        (
            "GetOrder",
            "ListRefunds",
            "RefundOrder",
            "ReplaceOrder",
            "RetryFulfillment",
            "SendFulfillment",
        ),
        "invoice",
    ),
}


class Gate(BaseGate[Switches]):
    """Checks in this order: rate, key, store, ability, operation switched off."""

    def __init__(self, switches: Switches, slug: str) -> None:
        super().__init__(switches)
        self._slug = slug

    def admit(self, operation: str, headers: Mapping[str, str], now: float) -> None:
        self._limit(now)
        credential = headers.get("Authorization", "")
        if not KEY.fullmatch(credential):
            raise Page(403, BLOCKED)
        if "json" not in headers.get("Accept", ""):
            raise Page(302, "<html>Redirecting to login</html>", {"Location": "/login"})
        key = credential.removeprefix("Bearer ")
        if not self.knows(key):
            raise Refusal(401, "Unauthenticated.")
        if headers.get("X-STORE", self._slug) != self._slug:
            raise Refusal(403, "You do not have access to this store.")
        if not self.may(key, ABILITIES[operation]):
            raise Refusal(403, "Invalid ability provided.")
        if self._switches.unimplemented & {operation, "*"}:
            raise Refusal(501, "Not implemented.")

    def _limit(self, now: float) -> None:
        if not self.window.take(self._switches.rate_per_second):
            refusal = Refusal(429, "Too Many Attempts.")
            forms = {"seconds": "2", "date": formatdate(now + 2, usegmt=True)}
            after = forms.get(self._switches.retry_after)
            refusal.headers = {"Retry-After": after} if after else {}
            raise refusal
