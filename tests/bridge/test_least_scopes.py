"""The app as its manifest creates it, with no scope and no event more, is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from slackbridge import wiring
from slackbridge.config.sections import SLASH
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.slack.app_manifest import AppManifest
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage

CHANGES: dict[str, dict[str, Any]] = {
    "replies": {"undo_seconds": 0},
    "agents": {"allow": ["U0ANNA", "U0BEN"]},
}


def manifest(place: World) -> dict[str, Any]:
    """What the command writes for these settings."""
    uses = wiring.slack_uses(configured(place, CHANGES))
    told: dict[str, Any] = yaml.safe_load(AppManifest(SLASH, uses=uses).as_yaml())
    return told


@pytest.fixture
async def least(place: World, run: Running) -> AsyncIterator[Stage]:
    told = manifest(place)
    place.slack.app.scopes = {*told["oauth_config"]["scopes"]["bot"]}
    place.slack.app.subscriptions = {*told["settings"]["event_subscriptions"]["bot_events"]}
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
    await least.anna.command(SLASH, "list", channel=CHANNEL)
    await least.anna.open_home()
    await least.until("Home", lambda: "Marie" in views.shown(least.anna.home() or {}))


async def test_these_settings_need_fewer_than_all(place: World) -> None:
    asked = manifest(place)["oauth_config"]["scopes"]["bot"]
    assert "usergroups:read" not in asked
    assert "users:read.email" in asked, "refurbed assigns by it"
