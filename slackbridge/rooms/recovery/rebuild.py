"""Restores the map of threads and the journal from Slack, after Redis was lost.

Posts and sends nothing. It only adds to what is stored, so it may be interrupted and run again.
What it cannot prove becomes a question in the thread. Threads of accounts that are not configured
are restored as those of an account that does not answer: Redis may serve another configuration.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog

from slackbridge.domain.chat import CARD, part_of, words_effect
from slackbridge.domain.errors import Code, Failure, Later, Rejected
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Conversation, TicketKey
from slackbridge.domain.record import Change, Patch, Record
from slackbridge.domain.thread import Post, Thread
from slackbridge.ports.archive import Archive
from slackbridge.ports.chat import May
from slackbridge.ports.provider import Provider
from slackbridge.ports.store import REBUILDING, Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rules import restore
from slackbridge.rules.first_walk import BORN, FirstWalk
from slackbridge.rules.intake import IntakeSettings
from slackbridge.rules.restore import Restored

log = structlog.get_logger(__name__)
RECENT_SECONDS = 7 * 86_400.0
TRIES = 5
RACES = 8
T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What a rebuild found. `failures` are sentences; with one it is not complete.

    `passed_over` are messages that count as talk because a bridge had let them be; `others` the
    threads of accounts that are not configured; `unread` the accounts, `unseen` the channels that
    were not read, and why.
    """

    threads: int = 0
    messages: int = 0
    asked: int = 0
    passed_over: int = 0
    others: Counter[str] = field(default_factory=Counter)
    twins: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


class Rebuild:
    """`retention` is how far back Slack is read, `recent` how old an unseen ticket may be to get
    a thread, both in seconds."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        providers: Mapping[str, Provider],
        may: May,
        desk: InboundDesk,
        rules: IntakeSettings,
        *,
        retention: float,
        recent: float,
    ) -> None:
        self._store = store
        self._archive = archive
        self._providers = providers
        self._may = may
        self._desk = desk
        self._rules = rules
        self._retention = retention
        self._recent = recent
        self._tally = Tally()
        self._active: dict[str, dict[str, tuple[str, float]]] = {}
        self._shown: dict[str, float] = {}  # when a bridge showed an account's tickets last
        self._configured: frozenset[str] = frozenset()
        self._worked = 0.0  # when a bridge posted last, of any account
        self._refused: dict[str, str] = {}

    async def run(self, channels: Sequence[str]) -> Tally:
        """Rebuild everything. Raises Later while Redis or Slack is away: run it again then."""
        self._configured = frozenset(channels)
        began = self._store.now()
        born = await self._store.map_began()
        if born in ("", REBUILDING):
            await self._store.begin_map(REBUILDING)
        for account in self._providers:
            await self._list(account)
        roots, asking = await self._roots(channels, began - self._retention)
        for key, (channel, post) in roots.items():
            await self._thread(key, channel, post)
        for account, posts in asking.items():
            await self._account(account, posts)
        if not self._tally.failures:
            await self._end(roots, began)
            await self._store.begin_map(born if born not in ("", REBUILDING) else f"{began:.0f}")
        return self._tally

    # -- what there is -------------------------------------------------------------------------

    async def _list(self, account: str) -> None:
        """The active tickets: id -> revision and time of the last change."""
        found: dict[str, tuple[str, float]] = {}
        cursor = ""
        try:
            while True:
                page = await _patiently(partial(self._providers[account].list_active, cursor))
                found |= {t.key.id: (t.revision, t.updated_at.timestamp()) for t in page.tickets}
                cursor = page.cursor
                if not cursor:
                    break
        except Failure as failure:
            self._tally.unread.append(f"{account}: {failure.reason}")
        else:
            self._active[account] = found

    async def _roots(
        self, channels: Sequence[str], oldest: float
    ) -> tuple[dict[TicketKey, tuple[str, Post]], dict[str, list[Post]]]:
        """The card of every ticket, the oldest where two stand, and our posts of no ticket."""
        roots: dict[TicketKey, tuple[str, Post]] = {}
        asking: dict[str, list[Post]] = {}
        for channel in dict.fromkeys((*channels, *await self._others())):
            try:
                async for post in self._archive.posts(channel, oldest):
                    self._worked = max(self._worked, float(post.ts))
                    self._saw(post)
                    if post.mark.key.is_account:
                        asking.setdefault(post.mark.key.account, []).append(post)
                    elif post.mark.effect == CARD:
                        self._root(roots, channel, post)
            except Rejected as failure:
                self._missed(channel).append(f"channel {channel}: {failure.reason}")
        return roots, asking

    def _missed(self, channel: str) -> list[str]:
        """Where to say what could not be read there: only configured channels must be."""
        return self._tally.failures if channel in self._configured else self._tally.unseen

    async def _others(self) -> Sequence[str]:
        """The channels that the bot is in: routes may have named them once."""
        try:
            return await self._archive.channels()
        except Rejected as failure:
            self._tally.unseen.append(f"channels besides those configured: {failure.reason}")
            return ()

    def _saw(self, post: Post) -> None:
        """Note the youngest post that a bridge makes only of what the marketplace has told."""
        key, effect = post.mark.key, post.mark.effect
        told = effect == CARD or part_of(effect) is not None
        if key.is_account:
            told = effect.startswith(words_effect(BORN))
        if told:
            self._shown[key.account] = max(self._shown.get(key.account, 0.0), float(post.ts))

    def _root(self, roots: dict[TicketKey, tuple[str, Post]], channel: str, post: Post) -> None:
        key = post.mark.key
        before = roots.get(key)
        if before is None:
            roots[key] = (channel, post)
            return
        if float(post.ts) < float(before[1].ts):
            roots[key] = (channel, post)
            channel, post = before
        self._tally.twins.append((channel, post.ts))

    # -- one thread ----------------------------------------------------------------------------

    async def _thread(self, key: TicketKey, channel: str, root: Post) -> None:
        record = await self._store.load(key)
        stored = record.stored
        if stored.root not in ("", root.ts):
            self._tally.twins.append((channel, root.ts))
            return
        if key.account in self._providers:
            self._tally.threads += 1
        else:
            self._tally.others[key.account] += 1
        newest = root.answered or root.ts
        if float(stored.read_to or 0) >= float(newest):
            return  # restored by an earlier run, or kept by a bridge
        try:
            thread = await self._archive.thread(key, channel, root.ts)
        except Rejected as failure:
            if failure.code != Code.NO_THREAD:
                self._missed(channel).append(f"{key}: {failure.reason}")
            return
        await self._take(key, thread, due=self._due(key, root, thread))

    async def _take(self, key: TicketKey, thread: Thread, *, due: bool) -> None:
        for post in thread.posts:
            self._saw(post)
        strangers = [s.heard.user for s in thread.said if await self._refuses(s.heard.user)]
        conversation = await self._read(key) if due or thread.said else None
        now = self._store.now()
        found = restore.restore(thread, conversation, self._rules, strangers, now, self._worked)
        await self._store.bind(thread.channel, thread.root, key)
        await self._store.touch(key, float(thread.newest))
        await self._restore(key, found, due=due)
        self._reckon(key, found)

    def _reckon(self, key: TicketKey, found: Restored) -> None:
        if key.account in self._providers:
            self._tally.messages += found.messages
            self._tally.asked += found.asked
            self._tally.passed_over += found.passed_over
        if found.passed_over:
            log.info("messages.passed_over", ticket=str(key), messages=found.passed_over)

    def _due(self, key: TicketKey, root: Post, thread: Thread) -> bool:
        """Whether something may have come that the thread does not show."""
        active = self._active.get(key.account)
        if active is None or key.id in active or not root.ended:
            return True
        return float(thread.newest) > self._store.now() - RECENT_SECONDS

    async def _refuses(self, user: str) -> bool:
        """Whether a user may not act; while Slack does not say, they may."""
        if user not in self._refused:
            try:
                self._refused[user] = await _patiently(partial(self._may, user, False))
            except Failure:
                return False
        return bool(self._refused[user])

    async def _read(self, key: TicketKey) -> Conversation | None:
        if key.account not in self._active:
            return None
        try:
            return await _patiently(partial(self._providers[key.account].get, key.id))
        except Failure as failure:
            log.warning("ticket.unreadable", ticket=str(key), why=failure.code)
            return None

    async def _restore(self, key: TicketKey, found: Restored, *, due: bool) -> None:
        """Write what is not stored yet: what is stored knows more than Slack shows."""
        for _ in range(RACES):
            change = self._change(key, await self._store.load(key), found, due=due)
            if await self._store.write(key, change):
                return
        raise Later(f"{key} is very busy; is a bridge running?", 1.0, code=Code.BUSY)

    def _change(self, key: TicketKey, record: Record, found: Restored, *, due: bool) -> Change:
        known = {intent.id for intent in record.intents}
        new = [intent for intent in found.intents if intent.id not in known]
        put = record.stored.lacking(found.patch)
        due = due or any(_speaks(intent) for intent in new)
        # The records of an account that is never configured again must expire, too.
        foreign = key.account not in self._providers and not key.is_account
        ended = not record.raw and (not due or foreign)
        now = self._store.now()
        if due:
            put["unread_at"] = now
        if ended:
            put["ended"] = True
        return Change(
            swaps=tuple((None, intent) for intent in new),
            names=tuple((name, id) for name, id in found.names if id not in known),
            put=put,
            due=now if due else None,
            ttl=int(self._retention) if ended else None,
        )

    async def _account(self, account: str, posts: Sequence[Post]) -> None:
        """What was asked of an account itself, such as a ticket to open, and was not settled."""
        key = TicketKey.of_account(account)
        known = {intent.id for intent in (await self._store.load(key)).intents}
        lost = restore.orphans(posts, known, self._store.now())
        if lost:
            found = Restored(Patch(), lost)
            await self._restore(key, found, due=False)
            self._reckon(key, found)

    # -- the end -------------------------------------------------------------------------------

    async def _end(self, roots: Collection[TicketKey], began: float) -> None:
        """As after the first walk of a poll: what is new or open is due, older tickets rest."""
        for account in {*self._providers, *(key.account for key in roots)}:
            facts = await self._store.facts(account)
            listened = max(facts.listened_at, began)
            shown = self._shown.get(account, 0.0)
            await self._store.note(account, {"listened_at": listened, "shown_at": shown})
            if account in self._active:
                threads = frozenset(key.id for key in roots if key.account == account)
                walk = FirstWalk(began, self._recent, shown, threads)
                await self._walked(account, walk, first=not facts.born_at)

    async def _walked(self, account: str, walk: FirstWalk, *, first: bool) -> None:
        """Of an account that did not answer, the poll walks over the tickets once it does."""
        now = self._store.now()
        tickets = self._active[account]
        due = {id: now for id, (_, at) in tickets.items() if not walk.rests(id, at)}
        seen = {id: revision for id, (revision, _) in tickets.items()}
        await self._store.make_due(account, due, seen)
        if first and (resting := len(tickets) - len(due)):
            await self._desk.announce(account, *walk.summary(account, resting))
        await self._store.note(account, {"born_at": now})


def _speaks(intent: Intent) -> bool:
    """Whether a thread must be told of it."""
    stale = bool(intent.receipt.ts) and not intent.receipt.shown
    return stale or intent.state in (State.HELD, State.UNKNOWN)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Try a read again while it is said to be worth it."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except Later as failure:
            if failure.code == Code.REDIS:
                raise
            await asyncio.sleep(min(failure.seconds, 30.0))
    return await call()
