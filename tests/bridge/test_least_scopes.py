"""The app as its manifest creates it, with no scope and no event more, is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from slackbridge import wiring
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.slack.app_manifest import AppManifest
from slackbridge.slack.manifest import EVENTS, scopes
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage

CHANGES: dict[str, dict[str, Any]] = {
    "replies": {"undo_seconds": 0},
    "agents": {"allow": ["U0ANNA", "U0BEN"]},
}


def granted(place: World) -> set[str]:
    return {*scopes(wiring.slack_uses(configured(place, CHANGES)))}


@pytest.fixture
async def least(place: World, run: Running) -> AsyncIterator[Stage]:
    place.slack.app.scopes = granted(place)
    place.slack.app.subscriptions = {*EVENTS}
    async with run(**CHANGES):
        yield Stage(place)


async def test_everything_works_with_what_the_manifest_asks_for(least: Stage) -> None:
    least.market.add_agent("anna@sandbox.example", "Anna Auer")
    ticket = await least.opened(name="Marie Huber")
    await least.reaction(await least.say(ticket, "an answer"), "white_check_mark")
    await least.anna.click(CHANNEL, least.root(ticket), "ticket:claim")
    await least.until("its assignee", lambda: least.market.ticket(ticket).assignee)
    await least.anna.click(CHANNEL, least.root(ticket), "ticket:reply")
    await least.until("the form", least.anna.modals)
    await least.anna.command("/ticket", "list", channel=CHANNEL)
    await least.anna.open_home()
    await least.until("Home", lambda: "Marie" in views.shown(least.anna.home() or {}))


async def test_these_settings_need_fewer_than_all(place: World) -> None:
    asked = AppManifest("/ticket", uses=wiring.slack_uses(configured(place, CHANGES)))
    assert "usergroups:read" not in asked.as_yaml()
    assert "users:read.email" in asked.as_yaml(), "refurbed assigns by it"
