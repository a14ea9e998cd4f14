"""The protocols that the rooms speak to. Adapters implement them; rooms never import an adapter.

Every method may raise the four kinds of `errors`; none raises anything else for a fault outside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slackbridge.intent import Intent
from slackbridge.model import (
    Act,
    Capabilities,
    Conversation,
    Page,
    Query,
    Ticket,
    TicketKey,
)
from slackbridge.view import Item

Clock = Callable[[], float]
May = Callable[[str, bool], Awaitable[str]]  # user, money -> why they may not; '' = they may
NOT_FOUND = "not-found"  # the code of Rejected where the marketplace has no such ticket
REBUILDING = "rebuilding"  # what `Store.born` says while the map is restored
THREAD_GONE = "thread_gone"  # the code of Rejected where a post's thread is there no more


@dataclass(frozen=True, slots=True)
class Health:
    """What a provider answers to `check`. `skew` is its clock minus ours, in seconds."""

    ok: bool
    detail: str
    skew: float | None = None


class Provider(Protocol):
    """One account at a marketplace."""

    capabilities: Capabilities

    async def list_active(self, cursor: str) -> Page:
        """A page of a walk over all active tickets that cannot skip one; '' begins it."""

    async def list_recent(self) -> Page:
        """The active tickets that changed last, one page. Only if `recent_first`."""

    async def read(self, ids: Sequence[str]) -> tuple[Ticket, ...]:
        """These tickets, whatever their status; a vanished one is left out."""

    async def get(self, id: str) -> Conversation:
        """A ticket with all its messages. Raises Rejected (code NOT_FOUND) if there is none."""

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        """Make one call, once; nothing leaves later than `timeout` seconds from now.

        Returns the ticket as the answer shows it, or None where the answer does not.
        """

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        """The tickets that follow up this one."""

    async def search(self, query: Query) -> tuple[Ticket, ...]:
        """Tickets that match, newest first, at most 20."""

    async def probe(self) -> Health:
        """One cheap call that tells whether the account works."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A message a person wrote in a thread, as Slack has it now.

    `text` is readable plain text, `addressed` says that it begins with a mention, `broadcast`
    that it holds one of the group or channel mentions, `edited` is the ts of its last edit ('' =
    never edited): Slack tells of edits in any order.
    """

    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    client_msg_id: str = ""
    addressed: bool = False
    broadcast: bool = False
    edited: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the workspace."""

    id: str
    name: str
    email: str = ""
    guest: bool = False
    bot: bool = False
    external: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What every post of ours carries: which ticket it is of, and which effect it is.

    Anybody in the workspace can read it: ids only.
    """

    key: TicketKey
    effect: str


class Chat(Protocol):
    """Slack, as the lane uses it."""

    async def turn(self, channel: str, who: str, live: bool) -> None:
        """Wait for the right to post in a channel; raises Later if that is not at once."""

    async def post(self, channel: str, thread: str, item: Item, mark: Mark) -> str:
        """Post one message with `mark` in its metadata; its ts.

        Raises Rejected with the code THREAD_GONE where somebody has deleted the thread's root.
        """

    async def edit(self, channel: str, ts: str, item: Item) -> None:
        """Show `item` in a message of ours."""

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message of ours; one that is gone already is fine."""

    async def react(self, channel: str, ts: str, add: str, remove: str) -> None:
        """Put one reaction and take another away; either may be ''."""

    async def find(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        """The ts of our messages that carry `mark`, oldest first.

        A thread that is gone has none: what strayed into the channel instead is taken away.
        """

    async def standing(
        self, channel: str, thread: str, key: TicketKey
    ) -> tuple[tuple[str, str], ...]:
        """What stands of a ticket in its thread, oldest first: effect and ts."""

    async def heard(self, channel: str, thread: str, since: str, live: bool) -> tuple[Heard, ...]:
        """What people wrote in a thread after `since`."""

    async def roots(self, channel: str, oldest: float) -> tuple[tuple[str, float], ...]:
        """The threads begun since `oldest` that were answered: (root ts, time of last answer)."""

    async def member(self, user: str) -> Member:
        """Who a user is; remembered for some minutes."""

    async def in_group(self, user: str, group: str) -> bool:
        """Whether a user belongs to a user group; remembered for some minutes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one ticket until the lease runs out.

    `token` fences every write: a stale one is refused. `generation` tells whether something new
    came while the lane worked.
    """

    key: TicketKey
    token: int
    generation: int


@dataclass(frozen=True, slots=True)
class Record:
    """All that is stored of one ticket: plain fields and intents, oldest first.

    `seen` is the revision that the poll saw last, None for a ticket that is not active.
    """

    fields: Mapping[str, str]
    intents: tuple[Intent, ...]
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic act on a ticket's record.

    Each swap is (before, after) and fails the whole act if `before` is not what is stored
    (None = nothing is). `names` are second names of an intent, such as its client_msg_id; one
    that is taken by another intent fails the act too. A field in `drop` that does not hold what
    `known` says any more stays: somebody has set it anew. Intents in `forget` are deleted. `seen`
    is remembered as the revision seen. `due` marks the ticket due at that time; `ttl` makes the
    whole record expire after so many seconds (0: no longer).
    """

    swaps: tuple[tuple[Intent | None, Intent], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    put: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    due: float | None = None
    seen: str = ""
    ttl: int | None = None


class Store(Protocol):
    """The journal and the map. Every write is one atomic act that is safe to run twice."""

    def now(self) -> float:
        """Unix seconds by the store's clock, the same for every process."""

    def since(self) -> float:
        """Since when this server answers us; what was done before, it may have forgotten."""

    async def load(self, key: TicketKey) -> Record: ...

    async def intent(self, key: TicketKey, id: str) -> Intent | None:
        """One intent, by its id or its second name."""

    async def write(self, key: TicketKey, change: Change, token: int | None = None) -> bool:
        """Do it all or nothing. False: a swap found something else.

        With a token the lease is renewed; raises Stale if the lease is another's by now.
        """

    async def claim(self, account: str, limit: int) -> tuple[list[Claim], float | None]:
        """Up to `limit` due tickets, and when the next one is due."""

    async def release(self, claim: Claim, due: float | None) -> None:
        """Give the lease back; the ticket is due again at `due` or if something came meanwhile."""

    async def mark(self, account: str, due: Mapping[str, float], seen: Mapping[str, str]) -> None:
        """Mark tickets due, and remember the revisions that were seen, in one act."""

    async def seen(self, account: str, ids: Sequence[str]) -> list[str | None]:
        """The remembered revisions, in one read."""

    async def active(self, account: str) -> set[str]:
        """The ids whose revision is remembered."""

    async def hasten(self, account: str, at: float) -> None:
        """Whatever waits for its time, and is not being worked on, is due at `at`."""

    async def forget_seen(self, account: str, ids: Sequence[str]) -> None:
        """These tickets are no longer active."""

    async def bind(self, channel: str, ts: str, key: TicketKey) -> None: ...
    async def ticket_of(self, channel: str, ts: str) -> TicketKey | None: ...
    async def touch(self, key: TicketKey, at: float) -> None: ...

    async def lately_keys(self, account: str, seconds: float) -> list[TicketKey]:
        """Active within `seconds` before the latest activity noted, however long ago that was."""

    async def note(self, account: str, **fields: str) -> None: ...
    async def facts(self, account: str) -> dict[str, str]: ...

    async def once(self, name: str, seconds: float) -> bool:
        """True the first time a name is said within that time."""

    async def born(self) -> str:
        """Since when a bridge keeps its map here; '' = nobody ever did, or everything is lost."""

    async def bear(self, state: str) -> None:
        """A bridge keeps its map here from now on; REBUILDING = it is being restored."""


class Stale(Exception):
    """The lease is another's by now: stop without touching anything."""
