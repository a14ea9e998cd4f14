"""Whether orders can be read, as `check` tells it."""

from __future__ import annotations

from typing import cast

import pytest

from slackbridge.cli.checks.orders import orders_finding
from slackbridge.domain.errors import Code, Later, Rejected, Unsupported
from slackbridge.domain.model import Capabilities, Ticket
from slackbridge.domain.order import Order
from slackbridge.domain.page import Page
from slackbridge.ports.provider import Provider
from tests.values import KEY, ticket

ABOUT = ticket(order="4711")
LACKS = Rejected("the token lacks orders.read; ask Acme for it", code=Code.FORBIDDEN)


class Marketplace:
    def __init__(
        self, *tickets: Ticket, fails: Exception | None = None, shown: bool = True
    ) -> None:
        self.capabilities = Capabilities(orders=shown)
        self.calls = 0
        self._tickets, self._fails = tickets, fails

    async def list_active(self, cursor: str) -> Page:
        self.calls += 1
        return Page(self._tickets)

    async def order(self, ticket: Ticket) -> Order | None:
        self.calls += 1
        assert ticket is ABOUT
        if self._fails:
            raise self._fails
        return None


@pytest.mark.parametrize(
    ("shop", "mark", "found", "calls"),
    [
        (Marketplace(ticket(), ABOUT), "ok", "can be read", 2),
        (Marketplace(ticket()), "ok", "not tried: no active ticket is about an order", 1),
        (Marketplace(ABOUT, fails=LACKS), "note", f"cannot be read: {LACKS.reason}", 2),
        (Marketplace(ABOUT, fails=Unsupported("not yet")), "note", "cannot be read: not yet", 2),
        (Marketplace(ABOUT, fails=Later("it is away", 2.0)), "ok", "not known: it is away", 2),
    ],
)
async def test_it_is_told_and_is_no_fault(
    shop: Marketplace, mark: str, found: str, calls: int
) -> None:
    (finding,) = await orders_finding(KEY.account, cast("Provider", shop))
    assert (finding.what, finding.mark, finding.found) == (f"orders of {KEY.account}", mark, found)
    assert ("`order = false`" in finding.to_do) is (mark == "note")
    assert shop.calls == calls


async def test_nothing_is_told_where_orders_are_not_shown() -> None:
    shop = Marketplace(ABOUT, shown=False)
    assert await orders_finding(KEY.account, cast("Provider", shop)) == []
    assert shop.calls == 0
