"""Our own last steps in Slack, for when Redis may have forgotten them: at each start, and whenever
another server answers.

What people may have written is looked for in the threads active lately. A card that stands in Slack
and in no record is put into its ticket's, and a notice into its account's, so that no second one is
posted. Posts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from slackbridge.catchup import MARGIN_SECONDS, CatchUp
from slackbridge.door import Desk
from slackbridge.mirror import CARD
from slackbridge.model import TicketKey
from slackbridge.ports import Change, Store
from slackbridge.rebuild import Archive
from slackbridge.recall import Post
from slackbridge.recorded import words

log = structlog.get_logger(__name__)


class Retrace:
    """Reads one page of each channel: what may be forgotten is seconds old."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        desk: Desk,
        catch_up: CatchUp,
        accounts: Sequence[str],
        channels: Sequence[str],
    ) -> None:
        self._store = store
        self._archive = archive
        self._desk = desk
        self._catch_up = catch_up
        self._accounts = accounts
        self._channels = channels

    async def run(self) -> None:
        """To be awaited before anything is claimed. Raises Later while Redis or Slack is away."""
        await self._catch_up.lately()
        since = {account: await self._listened(account) for account in self._accounts}
        for channel in self._channels:
            posts = await self._archive.latest(channel)
            for post in posts:
                if post.mark.effect == CARD and post.mark.key.account in since:
                    await self._card(channel, post, since[post.mark.key.account])
            for account in self._accounts:
                await self._notices(TicketKey.of_account(account), posts)

    async def _listened(self, account: str) -> float:
        """When a process of ours certainly was at work; nothing before can be forgotten."""
        facts = await self._store.facts(account)
        return float(facts.get("listened", "0")) - MARGIN_SECONDS

    async def _notices(self, key: TicketKey, posts: Sequence[Post]) -> None:
        standing = [(p.mark.effect, p.ts) for p in reversed(posts) if p.mark.key == key]
        if not standing:
            return
        for swap in words((await self._store.load(key)).intents, standing):
            log.warning("a notice was forgotten", account=key.account)
            await self._store.write(key, Change(swaps=(swap,)))

    async def _card(self, channel: str, post: Post, since: float) -> None:
        key = post.mark.key
        if float(post.answered or post.ts) < since:
            return
        record = await self._store.load(key)
        if not record.fields.get("ts") and float(post.ts) >= since:
            log.warning("a card was forgotten", ticket=str(key))
            put = {"ch": channel, "ts": post.ts, "unread": "1"}
            await self._store.bind(channel, post.ts, key)
            await self._store.write(key, Change(put=put, due=self._store.now()))
        if post.answered:
            await self._desk.look_again(key)
