"""Channels that no route names: whether our cards stand there, and what if Slack does not tell."""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.domain.chat import Mark
from slackbridge.domain.errors import Code, Failure, Later, Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.domain.thread import Post
from slackbridge.rooms.recovery.former_channels import FormerChannels
from slackbridge.rooms.recovery.map_guard import STRANGE, MapGuard

REFUSED = Rejected("Slack answered missing_scope", code="missing_scope")
AWAY = Later("Slack did not answer", 1.0, code=Code.UNREACHABLE)


def card(account: str) -> Post:
    return Post("1.1", Mark(TicketKey(account, "7"), "card"))


class Slack:
    """The bot is in `found`; in each of them these posts are the latest."""

    def __init__(self, **found: tuple[Post, ...]) -> None:
        self.found = found
        self.fault: Failure | None = None
        self.silent = ""
        self.asked: list[str] = []

    async def channels(self) -> tuple[str, ...]:
        self.asked.append("channels")
        if self.fault:
            raise self.fault
        return tuple(self.found)

    async def latest(self, channel: str) -> tuple[Post, ...]:
        self.asked.append(channel)
        if self.silent == channel:
            raise AWAY
        return self.found.get(channel, ())


class Emptied:
    """A store that holds no map."""

    async def map_began(self) -> str:
        return ""

    async def ticket_of(self, channel: str, ts: str) -> None:
        return None


async def test_only_channels_with_cards_are_former_ones_and_slack_is_asked_once() -> None:
    slack: Any = Slack(C1=(card("shop"),), C2=(), C3=(card("other"),))
    former = FormerChannels(slack, ("C1",))
    assert [await former.read() for _ in range(3)] == [("C3",)] * 3
    assert slack.asked == ["channels", "C2", "C3"]


async def test_while_slack_refuses_there_is_none_and_it_is_asked_again() -> None:
    slack: Any = Slack(C3=(card("shop"),))
    former = FormerChannels(slack, ("C1",))
    slack.fault = REFUSED
    assert await former.read() == ()
    slack.fault = None
    assert await former.read() == ("C3",)


async def test_what_slack_has_told_is_not_asked_again_after_a_fault() -> None:
    """Until now one fault left all such channels out, and the gap counted as covered."""
    slack: Any = Slack(C2=(card("shop"),), C3=(), C4=(card("shop"),))
    former = FormerChannels(slack, ("C1",))
    slack.silent = "C3"
    with pytest.raises(Later):
        await former.read()
    slack.silent = ""
    assert await former.read() == ("C2", "C4")
    assert slack.asked == ["channels", "C2", "C3", "C3", "C4"]


@pytest.mark.parametrize(
    ("posts", "fault", "refused"),
    [
        ((card("shop"),), None, True),
        ((card("other"),), None, False),
        ((), None, False),
        ((card("shop"),), REFUSED, False),  # only the configured channels can be asked
    ],
)
async def test_a_card_in_any_channel_of_the_bot_shows_that_the_map_is_lost(
    posts: tuple[Post, ...], fault: Failure | None, refused: bool
) -> None:
    slack: Any = Slack(C1=(), C3=posts)
    slack.fault = fault
    store: Any = Emptied()
    assert await MapGuard(store, slack, ("C1",), ("shop",)).refusal() == STRANGE * refused
    assert slack.asked[0] == "channels"
