"""Webhooks: `ticket_message.created`, signed and posted to the URL that was set.

Source: SellApp's webhook page. The signature is the HMAC-SHA256 of the raw body; its header and how
it is written are switches, because neither is documented.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from dataclasses import dataclass

import aiohttp

from slackbridge.sandbox.sellapp.records import STORE, Message, Ticket
from slackbridge.sandbox.sellapp.state import State
from slackbridge.sandbox.sellapp.wire import message_json
from slackbridge.sandbox.tasks import Tasks

EVENT = "ticket_message.created"
TIMEOUT = aiohttp.ClientTimeout(total=5)
PAUSES = (0.2, 1.0)  # before the second and the third attempt


@dataclass(slots=True)
class Delivery:
    """One webhook; `status` is what the receiver answered last, 0 = nothing."""

    ticket_id: int
    body: bytes
    headers: dict[str, str]
    status: int = 0


class Hooks:
    """Deliveries to one URL; '' = none are made."""

    def __init__(self, state: State) -> None:
        self.url = ""
        self.secret = ""
        self.deliveries: list[Delivery] = []
        self._state = state
        self.tasks = Tasks()
        state.listeners.append(self._heard)

    def signed(self, ticket: Ticket, message: Message) -> Delivery:
        """The signed webhook for a message."""
        state = self._state
        payload = {
            "event": EVENT,
            "data": message_json(message, ticket, state),
            "store": state.store_id,
        }
        body = json.dumps(payload, ensure_ascii=False).encode()
        raw = hmac.digest(self.secret.encode(), body, "sha256")
        digest = base64.b64encode(raw).decode() if state.hook_form == "base64" else raw.hex()
        headers = {state.hook_header: state.hook_prefix + digest}
        if state.hook_timestamp:
            headers[state.hook_timestamp] = str(int(state.clock.now()))
        return Delivery(ticket.id, body, headers)

    def replay(self, number: int = -1) -> None:
        """Send a delivery again, as the dashboard can."""
        self._send(self.deliveries[number])

    async def idle(self) -> None:
        """Wait until everything is delivered or given up."""
        await self.tasks.idle()

    def _heard(self, ticket: Ticket, message: Message) -> None:
        if self.url and (message.author != STORE or self._state.hook_store_messages):
            self.deliveries.append(self.signed(ticket, message))
            self._send(self.deliveries[-1])

    def _send(self, delivery: Delivery) -> None:
        self.tasks.spawn(_deliver(self.url, delivery))


async def _deliver(url: str, delivery: Delivery) -> None:
    headers = {"Content-Type": "application/json", **delivery.headers}
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        for pause in (*PAUSES, 0.0):
            try:
                async with session.post(url, data=delivery.body, headers=headers) as answer:
                    delivery.status = answer.status
            except (aiohttp.ClientError, OSError, TimeoutError):
                delivery.status = 0
            if 200 <= delivery.status < 300:
                return
            await asyncio.sleep(pause)
