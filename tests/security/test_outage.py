"""While users.info fails, nothing is shown or done for anybody; a queued reply is kept, and its
author is checked again before it is sent (tests/bridge/test_permissions.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slackbridge.demo.world import ACCOUNT, CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.people import Person
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

NAME = "Marie Huber"
UNCERTAIN = "does not tell me just now who you are"


@pytest.fixture
async def blind(instant: Stage) -> Stage:
    """A ticket exists, and users.info fails."""
    await instant.opened(f"<p>{NAME} writes</p>", name=NAME)
    for status in (503, 429):
        instant.slack.faults.add(
            Fault("users.info", Phase.ARRIVAL, Action.STATUS, status=status, times=None)
        )
    return instant


def only(stage: Stage) -> int:
    return int(next(iter(stage.market.tickets)))


async def tries_all(stage: Stage, who: Person) -> list[Any]:
    """Every gesture that shows something or acts at once."""
    root = stage.root(only(stage))
    asked = (f"{ACCOUNT}:{only(stage)}", "list", "stats", "find email:x@example.com", "new", "help")
    answers = [await who.command("/ticket", words, channel=CHANNEL) for words in asked]
    for action in ("reply", "claim"):
        await who.click(CHANNEL, root, f"ticket:{action}")
    for option in ("internal", "private", "return_label"):
        await who.click(CHANNEL, root, "ticket:more", selected_option=option)
    return answers


@pytest.mark.parametrize("name", ["gil", "ext"])
async def test_an_outage_opens_nothing_to_guests_and_strangers(blind: Stage, name: str) -> None:
    who = blind.slack.person(name)
    answers = await tries_all(blind, who)
    await blind.quiet(0.4)
    assert all(UNCERTAIN in str(answer) for answer in answers)
    assert not who.modals()
    assert NAME not in str([answers, who.ephemerals(CHANNEL)])
    assert "Held by" not in blind.card(only(blind))
    assert blind.market.calls["UpdateTicket"] == 0


async def test_somebody_else_s_modal_is_not_submitted_by_a_guest(
    place: World, run: Running
) -> None:
    """Who was an agent when the form opened and is a guest when it is submitted."""
    async with run(replies={"undo_seconds": 0}) as bridge:
        stage = Stage(place)
        ticket = await stage.opened()
        await stage.ben.click(CHANNEL, stage.root(ticket), "ticket:reply")
        users = place.slack.workspace.users
        users["U0BEN"] = replace(users["U0BEN"], is_restricted=True)
        bridge.chat.directory._members._known.clear()  # as after ten minutes
        view = stage.ben.modals()[-1]
        answer = await stage.ben.submit(view["id"], {"text": {"text": "not by me"}})
        assert "Guests cannot" in str(answer)
        await stage.quiet(0.3)
        assert stage.replies(ticket) == []
