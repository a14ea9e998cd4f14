"""The model's Slack: every message ever posted, and a `Chat` for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from slackbridge.domain.chat import Heard, Mark, Member, edit_of, part_of
from slackbridge.domain.model import TicketKey
from slackbridge.domain.roots import Place, RootsPage
from slackbridge.domain.thread import Post
from slackbridge.domain.view import Card, Form, Item, Part
from slackbridge.text.document import plain
from tests.model.world import What, World

CHANNEL = "C1"
LAG = 4.5  # seconds by which a read of Slack may be behind


@dataclass
class Row:
    """One message; ours carry a mark and an item, people's a user and a text."""

    ts: str
    thread: str
    mark: Mark | None = None
    item: Item | None = None
    said: Heard | None = None
    gone: bool = False
    reactions: set[str] = field(default_factory=set)


class Workspace:
    """What stands in the channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[str, Row] = {}

    def ts(self) -> str:
        return f"{self.world.tick():.6f}"

    def add(self, row: Row) -> str:
        self.rows[row.ts] = row
        return row.ts

    def standing(self) -> list[Row]:
        """What can be seen, oldest first."""
        return [row for row in self.rows.values() if not row.gone]

    def marked(self, mark: Mark) -> list[Row]:
        return [row for row in self.standing() if row.mark == mark]

    def cards(self) -> list[Row]:
        return [row for row in self.standing() if isinstance(row.item, Card)]

    def parts(self, thread: str, but: Collection[str] = ()) -> list[Part]:
        """The marketplace's messages in a thread, in order, without these effects."""
        rows = [row for row in self.standing() if row.thread == thread]
        rows = [row for row in rows if row.mark is None or row.mark.effect not in but]
        return [row.item for row in rows if isinstance(row.item, Part)]

    def told(self, thread: str, but: Collection[str] = ()) -> dict[str, list[str]]:
        """The marketplace's messages of a thread, by id, in the order in which each began.

        Each with what its posts say, edits included.
        """
        found: dict[str, list[str]] = {}
        for row in self.standing():
            if row.thread == thread and row.mark and isinstance(row.item, Part):
                of = part_of(row.mark.effect) or edit_of(row.mark.effect)
                if of is not None and row.mark.effect not in but:
                    found.setdefault(of.message, []).append(plain(row.item.body))
        return found

    def people(self) -> list[Heard]:
        """What people's messages say now."""
        return [row.said for row in self.standing() if row.said is not None]

    # -- people --------------------------------------------------------------------------------

    def says(self, thread: str, text: str, client_msg_id: str) -> Heard:
        ts = self.ts()
        heard = Heard(CHANNEL, ts, thread, "U1", text, client_msg_id=client_msg_id)
        self.add(Row(ts, thread, said=heard))
        return heard

    def edits(self, ts: str, text: str) -> Heard:
        row = self.rows[ts]
        assert row.said is not None
        row.said = replace(row.said, text=text, edited=self.ts())
        return row.said


class FakeChat:
    """Implements `ports.Chat`."""

    def __init__(self, slack: Workspace) -> None:
        self.slack = slack

    async def turn(self, channel: str, who: str, live: bool) -> None:
        return

    async def post(self, channel: str, thread: str, item: Item, mark: Mark, form: Form) -> str:
        return self.slack.add(Row(self.slack.ts(), thread, mark, item))

    async def edit(self, channel: str, ts: str, item: Item, form: Form) -> None:
        self.slack.rows[ts].item = item

    async def delete(self, channel: str, ts: str, key: TicketKey) -> bool:
        self.slack.rows[ts].gone = True
        return True

    async def react(self, channel: str, ts: str, add: str, remove: str) -> None:
        reactions = self.slack.rows[ts].reactions
        reactions |= {add} - {""}
        reactions -= {remove}

    async def find(self, channel: str, thread: str, mark: Mark, since: float) -> tuple[str, ...]:
        found = self.slack.marked(mark)
        return tuple(row.ts for row in found if float(row.ts) > since and row.thread == thread)

    async def standing(
        self, channel: str, thread: str, key: TicketKey
    ) -> tuple[tuple[str, str], ...]:
        rows = [row for row in self.slack.standing() if row.thread == thread]
        return tuple((row.mark.effect, row.ts) for row in rows if row.mark and row.mark.key == key)

    async def heard(
        self, channel: str, thread: str, since: str, live: bool, befalls: What | None = None
    ) -> tuple[Heard, ...]:
        upto = self.slack.world.now - (LAG if befalls is What.STALE else 0.0)
        people = [h for h in self.slack.people() if h.thread_ts == thread]
        return tuple(h for h in people if float(since) < float(h.ts) <= upto)

    async def roots(self, channel: str, oldest: float, place: Place) -> RootsPage:
        """A thread a page: what comes in between two calls must not be lost."""
        answered = {row.thread: float(row.ts) for row in self.slack.standing() if row.thread}
        below = float(place.ts or "inf")
        left = sorted((r for r in answered if oldest < float(r) < below), key=float, reverse=True)
        page = tuple((root, answered[root]) for root in left[:1])
        return RootsPage(page, len(page), Place(ts=left[0]) if left[1:] else None)

    def link(self, channel: str, ts: str) -> str:
        return f"https://slack.test/{channel}/{ts}"

    async def member(self, user: str) -> Member:
        return Member(user, user)

    async def in_group(self, user: str, group: str) -> bool:
        return False


class FakeArchive:
    """Of `rebuild.Archive` what retracing needs."""

    def __init__(self, chat: FakeChat) -> None:
        self._slack = chat.slack

    async def latest(self, channel: str) -> tuple[Post, ...]:
        rows = self._slack.standing()
        answered = {row.thread: row.ts for row in rows if row.thread}
        ours = [row for row in reversed(rows) if row.mark and not row.thread]
        return tuple(Post(r.ts, r.mark, answered=answered.get(r.ts, "")) for r in ours if r.mark)
