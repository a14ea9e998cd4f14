"""SellApp's orders: reading one, and the acts that move money or goods.

Source: SellApp's SDKs (sellapp/sellapp-node, `orders` and `refunds`). All of it is v2 and needs the
key's ability `invoice`. A write needs an Idempotency-Key: the same key and body after a lost answer
do nothing twice, and 409 is a key that is in use or was used for something else. That an answer is
2xx does not mean that the payment provider has paid or that an e-mail has arrived.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from slackbridge.domain.errors import Code, Rejected
from slackbridge.domain.model import Act
from slackbridge.providers.lenient import Lenient, Text, same_id
from slackbridge.providers.sellapp.api import PAGE, Api, page_of, paging, path_of, refusal
from slackbridge.providers.sellapp.goods import REFUNDS, REPLACEMENTS, Call
from slackbridge.providers.sellapp.order_wire import OrderRow, Refund

REFUND_PAGES = 3  # of the store's refunds, which cannot be filtered
ABILITY = (
    "does not permit this: the API key needs the ability `invoice`, and its owner a role in the "
    "store that may use orders"
)
WORDS: Mapping[int, str] = {
    401: "does not accept the API key; make a new one in its dashboard",
    403: ABILITY,
    404: "does not know this order in this store",
}


class Asked(Lenient):
    """What SellApp answers to an act: an order, to a refund the order with the refund."""

    id: Text = ""
    order: OrderRow | None = None
    refund: Refund | None = None

    def answers(self, call: Call) -> bool:
        """Whether it tells of this call. The order of a replacement is a new one."""
        told = self.order.id if self.order else self.id
        if call.path == REPLACEMENTS:
            return bool(told)
        wanted = self.refund is not None or call.path != REFUNDS
        return wanted and same_id(told, call.order)


class Counted(Lenient):
    """How much an act did; None = not told."""

    notifications_sent: int | None = None


class Orders:
    """The calls of one account. Raises the four failures only."""

    def __init__(self, account: str, api: Api) -> None:
        self._account = account
        self._api = api

    async def order(self, id: str, deadline: float | None = None) -> OrderRow:
        """Raises Rejected with FORBIDDEN, naming the ability, where the key may not read it."""
        answer = await self._api.send("GET", f"v2/orders{path_of(id)}", deadline=deadline)
        if not answer.ok:
            raise refusal(answer, write=False, words=WORDS, forbidden=Code.FORBIDDEN)
        return answer.read(lambda data: _order_in(data, id), write=False)

    async def refunds(self, id: str) -> tuple[list[Refund], bool]:
        """The order's refunds, as far as the first pages of all show them, and whether those are
        all there are.
        """
        found: list[Refund] = []
        before: tuple[Refund, ...] = ()
        for page in range(1, REFUND_PAGES + 1):
            answer = await self._api.send("GET", "v2/refunds", params=paging(page, PAGE))
            if not answer.ok:
                raise refusal(answer, write=False, words=WORDS, forbidden=Code.FORBIDDEN)
            listed = page_of(answer, page, PAGE, Refund)
            found += [row for row in listed.rows if row.is_of(id)]
            if not listed.obeyed or not listed.leads_on(before):
                return found, listed.obeyed
            before = listed.rows
        return found, False

    async def make(self, ticket: str, act: Act, call: Call, deadline: float) -> None:
        """Make an act's call, under the same key whenever it is made for the same act."""
        key = self._key(ticket, act, call)
        answer = await self._api.send(
            "POST",
            f"v2/orders{path_of(call.order)}/{call.path}",
            json=call.body,
            headers={"Idempotency-Key": key},
            write=True,
            deadline=deadline,
        )
        if not answer.ok:
            raise refusal(answer, write=True, words=WORDS, forbidden=Code.FORBIDDEN)
        _check(answer.read(partial(_asked, call), write=True), answer.json(write=True))

    def _key(self, ticket: str, act: Act, call: Call) -> str:
        facts = [self._account, ticket, act.key or uuid.uuid4().hex, call.order, call.path]
        said = json.dumps([*facts, call.body], sort_keys=True).encode()
        return hashlib.sha256(said).hexdigest()[:32]


def _check(asked: Asked, data: Any) -> None:
    """Raises Rejected for an act that came to nothing, although the answer is 2xx."""
    if asked.refund is not None and asked.refund.failed:
        raise Rejected(f"the payment provider refused the refund ({asked.refund.status})")
    counted = Counted.of(data.get("meta")) if isinstance(data, dict) else None
    if counted is not None and counted.notifications_sent == 0:
        raise Rejected("SellApp sent nothing: the order is not completed or has no address")


def _order_in(data: Any, id: str) -> OrderRow | None:
    inner = data.get("data", data) if isinstance(data, dict) else None
    found = OrderRow.of(inner)
    return found if found is not None and same_id(found.id, id) else None


def _asked(call: Call, data: Any) -> Asked | None:
    found = Asked.of(data.get("data", data)) if isinstance(data, dict) else None
    return found if found is not None and found.answers(call) else None
