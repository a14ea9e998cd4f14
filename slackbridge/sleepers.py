"""What a lane did after another had taken its ticket over, because it slept before a call to Slack.

It knows nothing of what stands by then: it writes down what may stand too much, and the lane that
goes on puts it right under its lease.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from slackbridge import receipt
from slackbridge.errors import Failure
from slackbridge.intent import Intent
from slackbridge.mirror import OpenPost
from slackbridge.ports import Change, Chat, Mark, Store
from slackbridge.work import Work

log = structlog.get_logger(__name__)
STRAY = "stray:"


class Sleepers:
    """`over` is after how many seconds a call that begins now has certainly come in."""

    def __init__(self, store: Store, chat: Chat, over: float) -> None:
        self._store = store
        self._chat = chat
        self._over = over

    async def wake(self, work: Work) -> None:
        """A pass has found that its lease was lost. Raises Later if Redis is away."""
        now = work.now()
        over = now + self._over
        put = {"late": f"{over:.3f}"}  # it may have been at the card
        if (note := work.shown.open) is not None:
            put[STRAY + note.effect] = note.model_copy(update={"deadline": over}).model_dump_json()
        await self._store.write(work.key, Change(put=put, due=now))
        current = {i.id: i for i in (await self._store.load(work.key)).intents}
        for mine in work.intents:
            if (theirs := current.get(mine.id)) is not None:
                await self._unreact(work, mine, *receipt.overtaken(mine, theirs, now))
                await self._say_again(work, mine, theirs, over)

    async def _unreact(self, work: Work, intent: Intent, add: str, remove: str) -> None:
        if not remove:
            return
        try:
            await self._chat.react(intent.channel, intent.ts, add, remove)
        except Failure as failure:
            log.warning("a late reaction may stand", ticket=str(work.key), why=failure.code)

    async def _say_again(self, work: Work, mine: Intent, theirs: Intent, over: float) -> None:
        if not mine.receipt.ts or mine.receipt.shown:
            return  # its words were not being edited
        redo = theirs.but(receipt=theirs.receipt.model_copy(update={"redo": over}))
        await self._store.write(work.key, Change(swaps=((theirs, redo),), due=work.now()))

    async def clear(self, work: Work) -> None:
        """Take away the posts of sleepers that nobody remembers. No post of ours is open."""
        for name in [name for name in work.fields if name.startswith(STRAY)]:
            note = OpenPost.model_validate_json(work.fields[name])
            mark = Mark(work.key, note.effect)
            found = await self._chat.find(note.channel, note.thread, mark, note.since)
            # Whoever has lost the lease does not know who posted what was found.
            await work.write(Change(put={name: work.fields[name]}))
            await self._take_away(work, note.channel, found)
            if work.now() >= note.deadline:
                await work.write(Change(drop=(name,)))
            else:
                work.wake_at(note.deadline)

    async def _take_away(self, work: Work, channel: str, found: Iterable[str]) -> None:
        known = {*" ".join(work.fields.values()).split(), *(i.receipt.ts for i in work.intents)}
        for ts in found:
            if ts not in known:
                log.error("posted too late; it is taken away", channel=channel, ts=ts)
                await self._chat.delete(channel, ts)
