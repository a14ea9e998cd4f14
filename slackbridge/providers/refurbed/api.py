"""refurbed's merchant API over HTTP: one call by its name, and what a refusal means.

No call is taken to be idempotent, so none is repeated. Source: refurbed's protos, OpenAPI
documents and README.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from slackbridge.domain.errors import Code, Failure, other_ticket
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import HttpClient, credential
from slackbridge.providers.lenient import Shaped, same_id
from slackbridge.providers.refurbed.wire import Thread

PACKAGE = "refb.merchant.v1"
PATH = f"{PACKAGE}.TicketService"
INT64 = 2**63 - 1
# google.rpc.Code to the HTTP status that says the same to `errors.of_status`. The status of the
# answer itself is not enough: 3, 9 and 11 share 400, and 1 comes as 499.
STATUS_OF_CODE = {
    **{1: 500, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429},
    **{9: 400, 10: 409, 11: 400, 12: 501, 13: 500, 14: 503, 15: 500, 16: 401},
}
CODES = {404: Code.NOT_FOUND, 403: Code.FORBIDDEN}
READS = {
    "ListTickets": "merchant.ticket:list",
    "GetTicket": "merchant.ticket:view",
    "ListTicketHelpRequests": "merchant.ticket.helpRequest:list",
    "GetTicketHelpRequest": "merchant.ticket.helpRequest:view",
    "GetOrderItem": "merchant.orderItem:view",
    "CalculateRefundOrderItem": "merchant.orderItem:view",
    "GetOrder": "merchant.order:view",
    "ListOrderItemReturns": "merchant.orderItemReturn:list",
}
WRITES = {
    "UpdateTicket": "merchant.ticket:update",
    "CreateTicket": "merchant.ticket:create",
    "RequestTopicChange": "merchant.ticket.topic:requestChange",
    "GenerateReturnShippingLabel": "merchant.ticket:update",
    "CreateTicketHelpRequest": "merchant.ticket.helpRequest:create",
    "UpdateTicketHelpRequest": "merchant.ticket.helpRequest:update",
    "RefundOrderItem": "merchant.orderItem:refund",
}
PERMISSIONS = {**READS, **WRITES}
SERVICES = {  # of the methods that are not the ticket service's
    "GetOrderItem": "OrderItemService",
    "CalculateRefundOrderItem": "OrderItemService",
    "RefundOrderItem": "OrderItemService",
    "GetOrder": "OrderService",
    "ListOrderItemReturns": "OrderItemReturnService",
}
Body = Mapping[str, Any]
headers = partial(credential, "Plain")
Shape = TypeVar("Shape", bound=Shaped)
Parsed = TypeVar("Parsed")


class Api:
    """The calls of one account. Raises the four failures only."""

    def __init__(self, client: HttpClient) -> None:
        self.client = client

    async def call(
        self, method: str, body: Body, shape: type[Shape], deadline: float | None = None
    ) -> Shape:
        """Make one call, once, and read its answer."""
        return await self.made(method, body, shape.of, deadline)

    async def made(
        self,
        method: str,
        body: Body,
        parse: Callable[[object], Parsed | None],
        deadline: float | None = None,
    ) -> Parsed:
        """The same, with what `parse` makes of the answer; None = it does not show it."""
        write = method in WRITES
        answer = await self.client.send(
            "POST", path_of(method), json=body, write=write, deadline=deadline
        )
        if not answer.ok:
            raise _refusal(answer, method, write=write)
        return answer.read(parse, write=write)

    async def thread(self, method: str, body: Body, deadline: float | None = None) -> Thread:
        """Make a call that is answered with a ticket and its messages.

        Of another ticket than the one that `body` names, nothing must be shown.
        """
        thread = await self.made(method, body, _with_id, deadline)
        id = thread.ticket.id
        if not same_id(id, body.get("ticket_id", id)):
            raise other_ticket("refurbed", write=method in WRITES)
        return thread

    async def get(self, id: str, deadline: float | None = None) -> Thread:
        """Raises Rejected with the code NOT_FOUND where there is no such ticket."""
        return await self.thread("GetTicket", {"ticket_id": id}, deadline)


def path_of(method: str) -> str:
    service = f"{PACKAGE}.{SERVICES[method]}" if method in SERVICES else PATH
    return f"{service}/{method}"


def is_id(text: str) -> bool:
    """Whether refurbed could have given it: a positive int64."""
    return text.isascii() and text.isdigit() and 0 < int(text[:20]) <= INT64


def _with_id(data: object) -> Thread | None:
    found = Thread.of(data)
    return found if found is not None and found.ticket.id else None


def _refusal(answer: Answer, method: str, *, write: bool) -> Failure:
    """By google.rpc.Status where the body is one, else by the HTTP status."""
    code = _rpc_code(answer)
    status = STATUS_OF_CODE.get(code, answer.status)
    service = "help requests" if "HelpRequest" in method else "the ticket service"
    service = SERVICES.get(method, service)
    words = {
        401: "does not accept the token; ask your account manager for a new one",
        403: f"does not permit this: the token needs the permission {PERMISSIONS[method]}",
        501: f"has not switched {service} on for this token yet",
    }
    return refused(
        answer,
        write=write,
        status=status,
        words=words.get(status, ""),
        code=CODES.get(status, "") if code in STATUS_OF_CODE else "",
    )


def _rpc_code(answer: Answer) -> int:
    try:
        data = answer.json(write=False)
    except Failure:
        return 0
    code = data.get("code") if isinstance(data, dict) else None
    return code if isinstance(code, int) else 0
