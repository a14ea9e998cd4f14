"""What is read back from Slack when another Redis server answers.

Meets one fault: Redis was restarted, restored or promoted, and may have lost its last moments. Runs
at each start and whenever the server epoch changes, before any lease is taken. Threads active
lately are marked to be read again. Cards and notices that stand in Slack but in no record are put
into their records, so that no second one is posted. Posts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.domain.chat import CARD
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.thread import Post
from slackbridge.ports.archive import Archive
from slackbridge.ports.signal import Spawn
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rooms.recovery.catch_up import MARGIN_SECONDS, CatchUp
from slackbridge.rooms.recovery.unrecorded_posts import unrecorded_words
from slackbridge.rules import incident

log = structlog.get_logger(__name__)


class Failover:
    """Reads one page of each channel: only the last seconds can be lost.

    `channels` are those configured: in others no bridge with these settings has posted a card or a
    notice in the last seconds, and what it posted in their threads is found before the next post
    there (`unrecorded_posts`).
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        desk: InboundDesk,
        catch_up: CatchUp,
        accounts: Sequence[str],
        channels: Sequence[str],
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._archive = archive
        self._desk = desk
        self._catch_up = catch_up
        self._accounts = accounts
        self._channels = channels
        self._spawn = spawn
        self._started = False

    async def run(self) -> None:
        """To be awaited before any lease is taken. Raises Later while Redis or Slack is away.

        After the start it also catches up in the background, as any gap in Slack is.
        """
        await self._read_back()
        if self._started:
            self._spawn(self._catch_up.run())
        self._started = True

    async def _read_back(self) -> None:
        await self._catch_up.mark_recent()
        since = {account: await self._listened(account) for account in self._accounts}
        for channel in self._channels:
            posts = await self._archive.latest(channel)
            for post in posts:
                if post.mark.effect == CARD and post.mark.key.account in since:
                    await self._card(channel, post, since[post.mark.key.account])
            for account in self._accounts:
                await self._notices(TicketKey.of_account(account), channel, posts, since[account])

    async def _listened(self, account: str) -> float:
        """When a process certainly worked last: nothing older can be lost."""
        return (await self._store.facts(account)).listened_at - MARGIN_SECONDS

    async def _notices(
        self, key: TicketKey, channel: str, posts: Sequence[Post], since: float
    ) -> None:
        standing = [(p.mark.effect, p.ts) for p in reversed(posts) if p.mark.key == key]
        if not standing:
            return
        intents = (await self._store.load(key)).intents
        for swap in unrecorded_words(intents, standing, channel):
            log.warning("notice.not_recorded", account=key.account)
            await self._store.write(key, Change(swaps=(swap,)))
        for found in incident.lost(intents, standing, channel, since):
            log.warning("notice.not_recorded", account=key.account)
            await self._store.write(key, Change(swaps=((None, found),), due=self._store.now()))

    async def _card(self, channel: str, post: Post, since: float) -> None:
        key = post.mark.key
        if float(post.answered or post.ts) < since:
            return
        stored = (await self._store.load(key)).stored
        if not stored.root and float(post.ts) >= since:
            log.warning("card.not_recorded", ticket=str(key))
            now = self._store.now()
            put = Patch(channel=channel, root=post.ts, unread_at=now)
            await self._store.bind(channel, post.ts, key)
            await self._store.write(key, Change(put=put, due=now))
        if post.answered:
            await self._desk.look_again(key)
