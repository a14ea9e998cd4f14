"""Who may call, for which store, how often. Knows no tickets.

Source: SellApp's authentication page (Bearer key, X-STORE slug, abilities by key) and Cloudflare,
which stands in front and answers a malformed key with a page of HTML (error 1020).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import formatdate

from slackbridge.sandbox.sellapp.refusal import BLOCKED, Page, Refusal
from slackbridge.sandbox.window import Window

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
}


class Gate:
    """The keys in force, with their abilities, and the one store."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self._keys: dict[str, frozenset[str]] = {}
        self._window = Window()

    def allow(self, token: str, abilities: frozenset[str]) -> None:
        self._keys[token] = abilities

    def revoke(self, token: str) -> None:
        self._keys.pop(token, None)

    def admit(self, operation: str, headers: Mapping[str, str]) -> None:
        """Raises Refusal for a call that may not be made."""
        credential = headers.get("Authorization", "")
        if not KEY.fullmatch(credential):
            raise Page(403, BLOCKED)
        if "json" not in headers.get("Accept", ""):
            raise Page(302, "<html>Redirecting to login</html>", {"Location": "/login"})
        abilities = self._keys.get(credential.removeprefix("Bearer "))
        if abilities is None:
            raise Refusal(401, "Unauthenticated.")
        if headers.get("X-STORE", self.slug) != self.slug:
            raise Refusal(403, "You do not have access to this store.")
        if ABILITIES[operation] not in abilities:
            raise Refusal(403, "Invalid ability provided.")

    def pace(self, allowed: int, form: str, now: float) -> None:
        """Count a call. Raises Refusal (429) for one too many in a second; `allowed` 0 = none."""
        if not self._window.take(allowed):
            refusal = Refusal(429, "Too Many Attempts.")
            after = {"seconds": "2", "date": formatdate(now + 2, usegmt=True)}.get(form)
            refusal.headers = {"Retry-After": after} if after else {}
            raise refusal
