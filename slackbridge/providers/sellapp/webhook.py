"""SellApp's webhook: whether one is genuine and fresh, and which ticket it is about. Pure.

Source: SellApp's webhook page for the event and its payload. How these are signed is not
documented; its dynamic webhooks have the HMAC-SHA256 of the raw body in a header `Signature`
(sell.app/docs), and third parties use four other names, write it in hex or base64, bare or after
`sha256=` or `v1=`, alone or in a list.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime

from slackbridge.domain.errors import Unauthorized
from slackbridge.providers.lenient import Lenient, Moment, Text
from slackbridge.providers.sellapp.wire import MessageRow

EVENT = "ticket_message.created"
SIGNATURES = (
    "Signature",
    "X-Sellapp-Signature",
    "X-Sellapp-Hmac-Sha256",
    "X-Signature",
    "X-Webhook-Signature",
)
TIMESTAMPS = ("X-Sellapp-Timestamp", "X-Webhook-Timestamp", "X-Timestamp")
WINDOW = 300.0  # seconds
LONGEST = 2_000  # characters of a header that are read
MOST = 16  # signatures of a header
SEPARATORS = re.compile(r"[,;\s]+")
SCHEME = re.compile(r"(?:hmac-)?(?:sha256|hmac|v\d{1,2}|sig(?:nature)?)=", re.IGNORECASE)
HEX = re.compile(r"[0-9A-Fa-f]{64}")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")


class Payload(Lenient):
    """The body of a webhook."""

    event: Text = ""
    data: MessageRow = MessageRow()


class _Stamp(Lenient):
    """A time in a header: Unix seconds or a date."""

    at: Moment = None


class Webhook:
    """Verifies webhooks with the store's signing secret; without one, all are refused.

    `header` names the signature's header; '' = whichever of the usual ones is there.
    """

    def __init__(self, secret: str, header: str) -> None:
        self._secret = secret.encode()
        self._names = tuple(name.lower() for name in ((header,) if header else SIGNATURES))

    def ticket(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The id of a ticket in which the customer wrote, else ''. Raises Unauthorized."""
        sent = {name.lower(): value.strip() for name, value in headers.items()}
        self._verify(sent, body)
        payload = _payload(body)
        message = payload.data
        if payload.event != EVENT or message.author.upper() == "STORE":
            return ""
        times = [message.updated_at or message.created_at, _stamp(sent)]
        known = [at for at in times if at is not None]
        if not known or any(abs(now - at.timestamp()) > WINDOW for at in known):
            raise Unauthorized("this webhook is too old, or does not say when it was made")
        return message.ticket_id

    def _verify(self, sent: Mapping[str, str], body: bytes) -> None:
        if not self._secret:
            raise Unauthorized("webhooks are refused: no signing secret is set for this account")
        expected = hmac.digest(self._secret, body, "sha256")
        given = [one for name in self._names for one in _digests(sent.get(name, ""))]
        # All are compared, so that the time does not tell which one holds.
        if not any([hmac.compare_digest(expected, one) for one in given]):
            raise Unauthorized("this webhook's signature does not hold")


def _digests(header: str) -> list[bytes]:
    """The digests in a header, in whatever form they are written."""
    parts = SEPARATORS.split(header[:LONGEST].strip())[: 2 * MOST]
    found = [_digest(SCHEME.sub("", part, count=1).strip("\"'")) for part in parts]
    return [one for one in found if one][:MOST]


def _digest(text: str) -> bytes:
    """32 bytes from hex or base64; b'' for anything else."""
    if HEX.fullmatch(text):
        return bytes.fromhex(text)
    if BASE64.fullmatch(text):
        return base64.urlsafe_b64decode(text[:43].replace("+", "-").replace("/", "_") + "=")
    return b""


def _payload(body: bytes) -> Payload:
    try:
        return Payload.of(json.loads(body)) or Payload()
    except (ValueError, RecursionError):
        return Payload()


def _stamp(sent: Mapping[str, str]) -> datetime | None:
    given = next((sent[name.lower()] for name in TIMESTAMPS if sent.get(name.lower())), "")
    return _Stamp.model_validate({"at": given}).at
