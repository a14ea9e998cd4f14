"""ClickBank's calls over HTTP: the shared daily budget, and what a refusal means.

ClickBank answers 403 for a used-up quota, a bad key, a missing role and a missing ticket alike. So
a read is retried once after a delay, and then `/debug`, which any working key may call, tells
whether the key or the request is at fault. A write is never repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Unpack

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Unauthorized
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.clickbank.budget import Budget, until
from slackbridge.providers.clickbank.wire import PACIFIC
from slackbridge.providers.http import Content, HttpClient
from slackbridge.providers.pacing import Spend

SLOW_SECONDS = 2.0
LONGEST_ID = 12
RETURNED = "/returned"
REFUSALS = {401: "does not accept the key; make a new one in its settings"}


def headers(token: str) -> dict[str, str]:
    """The key itself, without a scheme; a legacy pair is `DEV-...:API-...`."""
    return {"Authorization": token.strip()}


class Api:
    """The calls of one account, counted. Raises the four failures only.

    `spend` counts one call and returns the day's sum of all processes. `slow_seconds` is the delay
    before a read is retried after 403.
    """

    def __init__(
        self, account: str, client: HttpClient, spend: Spend | None, slow_seconds: float
    ) -> None:
        self.client = client
        self.budget = Budget(account, spend, client.clock)
        self._slow = slow_seconds
        self._worked = False
        self._shut_until = float("-inf")

    async def read(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        page: int = 0,
        deadline: float | None = None,
        patient: bool = True,
        accept: str = "",
        spare: bool = False,
    ) -> Answer:
        """GET; if `patient`, retried once after a 403. `spare`: when calls run short, it waits.

        Rejected has the code NOT_FOUND for a 403 that is the ticket's, MALFORMED for a 400.
        """
        given = {"Page": str(page) if page else "", "Accept": accept}
        content = Content(params=params, headers={k: v for k, v in given.items() if v})
        if patient:
            self._check_open()
        answer = await self._send("GET", path, deadline=deadline, spare=spare, **content)
        if answer.status == 403 and patient:
            await asyncio.sleep(self._slow)
            answer = await self._send("GET", path, deadline=deadline, spare=spare, **content)
        if not answer.ok:
            raise await self._refusal(answer, path, write=False)
        return answer

    async def write(
        self, method: str, path: str, params: Mapping[str, str], deadline: float
    ) -> Answer:
        """PUT or POST, once, without a body."""
        self._check_open()
        answer = await self._send(method, path, params=params, write=True, deadline=deadline)
        if answer.status == 403:  # one call too many in a second would refuse `/debug` as well
            left = deadline - self.client.deadline(0)
            await asyncio.sleep(min(self._slow, max(0.0, left)))
        if not answer.ok:
            raise await self._refusal(answer, path, write=True)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        *,
        write: bool = False,
        deadline: float | None = None,
        spare: bool = False,
        **content: Unpack[Content],
    ) -> Answer:
        await self.budget.take(spare=spare)
        answer = await self.client.send(method, path, write=write, deadline=deadline, **content)
        if answer.ok:
            self._worked = True
            self._shut_until = float("-inf")
        return answer

    def _check_open(self) -> None:
        left = self._shut_until - self.client.clock()
        if left > 0:
            raise Later("ClickBank refuses every call for now", left, code=Code.QUOTA)

    async def _refusal(self, answer: Answer, path: str, *, write: bool) -> Failure:
        if answer.status != 403:
            code = Code.MALFORMED if answer.status == 400 else ""
            words = REFUSALS.get(answer.status, "")
            if answer.status == 400 and path.endswith(RETURNED):
                words = "takes this only for goods that were shipped"
            return refused(answer, write=write, words=words, code=code)
        debug = await self._send("GET", "debug")
        if debug.status == 403:
            return self._shut(answer)
        if debug.status == 401 or debug.status == 429 or debug.status >= 500:
            return refused(debug, write=False, words=REFUSALS.get(debug.status, ""))
        said = answer.said()
        words = f"ClickBank does not permit this (403): {_blamed(path, write)}"
        of_ticket = not write and path.removeprefix("tickets/").isdigit()
        code = Code.NOT_FOUND if of_ticket else Code.FORBIDDEN
        failure = Rejected(f"{words}; it says: {said}" if said else words, code=code)
        failure.loggable = words
        return failure

    def _shut(self, answer: Answer) -> Failure:
        """The failure if `/debug` is refused too: the quota is used up, or the key is bad."""
        tail = f" It says: {said}" if (said := answer.said()) else ""
        if not self._worked:
            reason = (
                "ClickBank refuses every call with this key (403): the key is wrong or not "
                "active, or the account's calls of the day are used up."
            )
            return Unauthorized(reason + tail, code=Code.FORBIDDEN)
        pause = self._pause()
        self._shut_until = self.client.clock() + pause
        reason = (
            "ClickBank refuses every call for now (403): the account's calls of the day are used "
            "up, by us or by others, or the key was withdrawn."
        )
        return Later(reason + tail, pause, code=Code.QUOTA)

    def _pause(self) -> float:
        """Seconds to the next day in ClickBank's zone, at most LONGEST_PAUSE."""
        now = datetime.fromtimestamp(self.client.clock(), UTC).astimezone(PACIFIC)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return until(midnight, now.timestamp())


def check_id(id: str) -> None:
    """Raises Rejected NOT_FOUND for what cannot be the number of a ticket."""
    if not (id.isascii() and id.isdigit() and len(id) <= LONGEST_ID):
        reason = f"{id[:40]!r} is not the number of a ClickBank ticket"
        raise Rejected(reason, code=Code.NOT_FOUND)


def _blamed(path: str, write: bool) -> str:
    """What is at fault if the key itself works."""
    if path.startswith("tickets/refundAmounts/"):
        return "partial refunds are not enabled for this account, or the receipt is another's"
    if write:
        return (
            "the key needs the role api_order_write, the ticket must be yours, and partial "
            "refunds must be enabled by ClickBank; or it was one call too many in a second"
        )
    if path.startswith("orders2/"):
        return "the key needs the role api_order_read, and the receipt must be yours"
    if path in ("tickets/list", "tickets/count"):
        return "the key needs the role api_order_read"
    return "there is no such ticket, or it is another vendor's"
