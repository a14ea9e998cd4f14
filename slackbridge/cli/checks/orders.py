"""Whether the orders behind an account's tickets can be read."""

from __future__ import annotations

from slackbridge.cli.checks.finding import Finding
from slackbridge.domain.errors import Code, Failure, Unsupported
from slackbridge.domain.model import Ticket
from slackbridge.ports.capabilities import Orders
from slackbridge.ports.provider import Provider

ADVICE = (
    "Tickets work without it. Have it permitted, or set `order = false` for the account, and its "
    "cards have no Details."
)


async def orders_finding(name: str, provider: Provider) -> list[Finding]:
    """One call, and one for a ticket to try it on; () where orders are not shown."""
    if not isinstance(provider, Orders) or not provider.capabilities.orders:
        return []
    what = f"orders of {name}"
    try:
        ticket = await _example(provider)
        if ticket is None:
            return [Finding(what, True, "not tried: no active ticket is about an order")]
        await provider.order(ticket)
    except Failure as failure:
        if failure.code == Code.FORBIDDEN or isinstance(failure, Unsupported):
            return [Finding(what, True, f"cannot be read: {failure.reason}", advice=ADVICE)]
        return [Finding(what, True, f"not known: {failure.reason}")]
    return [Finding(what, True, "can be read")]


async def _example(provider: Provider) -> Ticket | None:
    """An active ticket about an order."""
    latest = provider.capabilities.recent_first
    page = await (provider.list_recent() if latest else provider.list_active(""))
    return next((ticket for ticket in page.tickets if ticket.order or ticket.item), None)
