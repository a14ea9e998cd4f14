"""Which Home tabs are drawn again, and that nothing is asked for while none is looked at."""

from __future__ import annotations

import asyncio

from slackbridge.domain.errors import Later
from slackbridge.slack import home_tabs
from slackbridge.slack.home_tabs import HomeTabs, Tab, Texts

EVERY = 0.001


class Board:
    """Notices that change with every asking, until none is left; and what was drawn."""

    def __init__(self, *answers: tuple[str, ...] | None) -> None:
        self.answers = list(answers)
        self.asked = self.times = 0
        self.enough = asyncio.Event()
        self.drawn: list[tuple[str, Texts]] = []

    async def notices(self) -> Texts:
        self.asked += 1
        if self.asked == self.times:
            self.enough.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise Later("Redis is away", 1.0)
        return answer

    async def draw(self, tab: Tab, notices: Texts) -> None:
        self.drawn.append((tab.user, notices))


async def test_a_tab_follows_the_notices_until_none_is_left() -> None:
    board = Board(("one",), ("one",), None, ("one", "two"), ())
    tabs = HomeTabs(board.notices, board.draw, EVERY)
    tabs.opened("U1", ("one",), ())
    tabs.opened("U2", (), ())
    await asyncio.wait_for(_until_asked(tabs, board, 6), 5)
    assert board.drawn == [
        ("U2", ("one",)),
        ("U1", ("one", "two")),
        ("U2", ("one", "two")),
        ("U1", ()),
        ("U2", ()),
    ]


async def _until_asked(tabs: HomeTabs, board: Board, times: int) -> None:
    board.times = times
    watching = asyncio.create_task(tabs.watch())
    await asyncio.sleep(0)
    await tabs.watch()  # it is done already
    await board.enough.wait()
    watching.cancel()


async def test_nothing_is_asked_when_no_tab_is_looked_at() -> None:
    board = Board(())
    tabs = HomeTabs(board.notices, board.draw, EVERY)
    await asyncio.wait_for(tabs.watch(), 5)
    tabs.opened("U1", (), ())
    tabs.forget("U1")
    await asyncio.wait_for(tabs.watch(), 5)
    assert board.asked == 0


async def test_the_oldest_of_too_many_tabs_is_forgotten() -> None:
    board = Board(("new",))
    tabs = HomeTabs(board.notices, board.draw, EVERY)
    for n in range(home_tabs.MOST + 5):
        tabs.opened(f"U{n}", (), ())
    await asyncio.wait_for(_until_asked(tabs, board, 2), 5)
    assert len(board.drawn) == home_tabs.MOST
    assert ("U4", ("new",)) not in board.drawn
