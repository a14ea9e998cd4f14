"""What the providers of all marketplaces have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar, Protocol, TypeVar

import structlog

from slackbridge.domain.errors import Code, Failure, Rejected, Unsupported, unreadable
from slackbridge.domain.model import Act, Capabilities, Conversation, Ticket
from slackbridge.domain.page import Page
from slackbridge.ports.provider import ProbeResult, Provider
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.http import HttpClient

FOUND = 20  # the most tickets that a search returns
LONGEST_ID = 200  # characters
log = structlog.get_logger(__name__)


class Row(Protocol):
    """A ticket of a list, as the marketplace sends it; `id` is '' where it sent none."""

    @property
    def id(self) -> str: ...

    def ticket(self, account: str, url: str) -> Ticket: ...


T = TypeVar("T")
R = TypeVar("R", bound=Row)


class BaseProvider(Provider):
    """One account, with defaults for what a marketplace may lack.

    A subclass adds `capabilities`, `list_active`, `get`, `perform` and `search`; the methods with
    one underscore are for its use. `title` is the marketplace's name in sentences.
    """

    title: ClassVar[str]

    def __init__(self, account: str, settings: AccountSettings, client: HttpClient) -> None:
        self._account = account
        self._ticket_url = settings.ticket_url
        self._client = client

    async def list_recent(self) -> Page:
        """Unsupported; override it where `recent_first` is declared."""
        raise Unsupported(f"{self.title} cannot list the tickets that changed last")

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        """One `get` for each; override it where the marketplace lists tickets by their ids."""
        return tuple(one.ticket for one in await existing(ids, self.get))

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return ()

    async def probe(self) -> ProbeResult:
        try:
            detail = await self._probe()
        except Failure as failure:
            return ProbeResult(False, failure.reason)
        return ProbeResult(True, detail, self._client.skew)

    async def close(self) -> None:
        await self._client.close()

    async def _probe(self) -> str:
        """Make one cheap call; returns what `check` shows of an account that works."""
        await self.list_active("")
        return f"{self.title} answers"

    async def _read_back(self, reading: Awaitable[Conversation]) -> Conversation | None:
        """The ticket after a write; None if this read fails: it is not a failure of the write."""
        try:
            return await reading
        except Failure as failure:
            log.warning("ticket.not_read_back", account=self._account, why=failure.loggable)
            return None

    def _ticket(self, row: Row) -> Ticket:
        return row.ticket(self._account, self._url(row.id))

    def _tickets(self, rows: Iterable[Row]) -> tuple[Ticket, ...]:
        return tuple(map(self._ticket, self._with_id(rows)))

    def _with_id(self, rows: Iterable[R], beside: int = 0) -> list[R]:
        """The rows with an id; the number of the others, plus `beside`, is logged.

        Raises Later if none has one: that is no list of tickets.
        """
        rows = list(rows)
        good = [row for row in rows if row.id and row.id != "~" and len(row.id) <= LONGEST_ID]
        if lost := len(rows) - len(good) + beside:
            log.warning("list.rows_without_id", account=self._account, rows=lost)
        if lost and not good:
            raise unreadable(
                f"{self.title} sent a list of tickets of which none has an id", write=False
            )
        return good

    def _url(self, id: str) -> str:
        return self._ticket_url.replace("{id}", id)


async def existing(ids: Iterable[str], read: Callable[[str], Awaitable[T]]) -> list[T]:
    """What `read` returns for each id, once each; without those that raise Rejected NOT_FOUND."""
    found = []
    for id in dict.fromkeys(ids):
        try:
            found.append(await read(id))
        except Rejected as failure:
            if failure.code != Code.NOT_FOUND:
                raise
    return found


def unsupported(title: str, can: Capabilities, act: Act) -> Unsupported:
    """The failure of an act that is not offered, in the words of `why_not` if it has any."""
    word = act.action or str(act.status or act.kind)
    return Unsupported(can.why_not.get(word, f"{title} does not offer this ({word})"))
