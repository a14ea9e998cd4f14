"""Our paces stay below Slack's limits, whoever calls and whatever was refused before."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from slackbridge.sandbox.slack.catalogue import CATALOGUE
from slackbridge.sandbox.slack.errors import RateLimited
from slackbridge.sandbox.slack.limits import Limits, Tier
from slackbridge.slack.manifest import METHODS
from slackbridge.slack.pacing import DISTRIBUTED, Pace, per_minute
from slackbridge.store.common import awaited, script
from slackbridge.store.connection import connect
from slackbridge.store.redis import RedisStore

# Source: slackapi/java-slack-sdk, metadata/web-api/rate_limit_tiers.json, and the pages of the
# methods. Of apps.connections.open the page of the method says 3, the list 1: the lower one counts.
DOCUMENTED = {
    name: tier
    for tier, names in {
        Tier.ONE: "apps.connections.open",
        Tier.TWO: """
            conversations.list reactions.remove usergroups.list usergroups.users.list
            users.conversations users.list""",
        Tier.THREE: """
            bots.info chat.delete chat.update conversations.history conversations.info
            conversations.join conversations.open conversations.replies reactions.add reactions.get
            team.info users.lookupByEmail""",
        Tier.FOUR: """
            api.test chat.postEphemeral conversations.members files.completeUploadExternal
            files.getUploadURLExternal files.info users.info
            views.open views.publish views.push views.update""",
        Tier.SPECIAL: "auth.test chat.getPermalink chat.postMessage",
    }.items()
    for name in names.split()
}
PACED = {name: method.pace for name, method in METHODS.items() if method.pace}
CLOCK = "test:clock"
BEGIN = 1_000_000.0


def test_the_sandbox_has_slacks_tiers() -> None:
    assert {name: method.tier for name, method in CATALOGUE.items()} == DOCUMENTED
    assert set(METHODS) <= set(DOCUMENTED)


@pytest.mark.parametrize("name", PACED)
def test_a_burst_and_the_calls_of_a_minute_stay_within_the_tier(name: str) -> None:
    assert per_minute(PACED[name]) <= DOCUMENTED[name].value


def test_what_is_called_for_each_ticket_or_person_is_paced() -> None:
    """The others are made once, or at a person's press, which cannot wait."""
    once = {"apps.connections.open", "auth.test", "conversations.info"}
    pressed = {"chat.postEphemeral", "views.open", "views.publish", "views.update"}
    assert set(METHODS) - set(PACED) == once | pressed | {"chat.postMessage"}  # by channel


class Turned(RedisStore):
    """The real scripts, with a clock that is turned by hand."""

    def __init__(self, url: str) -> None:
        super().__init__(connect(url))
        read = f"redis.call('HMGET', '{CLOCK}', 's', 'us')"
        for name in ("pace", "block"):
            text = script(name).replace("redis.call('TIME')", read)
            setattr(self, f"_{name}", self.redis.register_script(text))
        self.at = BEGIN

    async def turn(self, now: float) -> None:
        self.at = now
        micros = round(now * 1_000_000)
        at: Any = {"s": str(micros // 1_000_000), "us": str(micros % 1_000_000)}
        await awaited(self.redis.hset(CLOCK, mapping=at))


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Turned]:
    store = Turned(redis_url)
    yield store
    await store.close()


async def storm(store: Turned, limits: Limits, name: str, pace: Pace, channel: str = "") -> int:
    """Ten callers, every fifth a live one, call for two minutes without a pause; in the third
    minute nobody does, in the fourth all of them again. Returns how many calls Slack let pass.
    """
    random, passed = Random(name), 0
    callers = sorted((BEGIN + random.random(), n) for n in range(10))
    while callers and callers[0][0] < BEGIN + 240:
        now, n = heapq.heappop(callers)
        if BEGIN + 120 <= now < BEGIN + 180:
            heapq.heappush(callers, (BEGIN + 180, n))
            continue
        await store.turn(now)
        wait = await store.pace(f"{name}:{channel}", f"caller {n}", *pace, n % 5 == 0)
        if wait == 0:
            try:
                limits.check(name, CATALOGUE[name].tier, channel or None)
                passed += 1
            except RateLimited as limit:
                await store.block(f"{name}:{channel}", limit.retry_after)
        heapq.heappush(callers, (now + wait, n))
    return passed


@pytest.mark.parametrize("name", PACED)
async def test_in_a_storm_slack_refuses_nothing(store: Turned, name: str) -> None:
    """At true scale. A burst of 20 and a call each 1.2 s were refused three times."""
    limits = Limits(lambda: store.at)
    passed = await storm(store, limits, name, PACED[name])
    assert limits.refused == {}
    assert passed >= 3 * 0.7 * DOCUMENTED[name].value, "what Slack allows is used"


async def test_in_a_storm_no_channel_takes_more_posts_than_slack_allows(store: Turned) -> None:
    limits = Limits(lambda: store.at)
    passed = await storm(store, limits, "chat.postMessage", (1.0, 3), "C1")
    assert (limits.refused, passed >= 180) == ({}, True)


async def test_after_a_refusal_there_is_no_burst(store: Turned) -> None:
    """Slack's window is still full then: it would refuse the next call again."""
    limits = Limits(lambda: store.at)
    for _ in range(50):  # by another program with the same token, say
        limits.check("chat.update", Tier.THREE, None)
    await storm(store, limits, "chat.update", PACED["chat.update"])
    assert limits.refused == {"chat.update": 1}


async def test_an_app_that_is_distributed_reads_a_page_a_minute(store: Turned) -> None:
    limits = Limits(lambda: store.at)
    limits.restricted = True
    assert await storm(store, limits, "conversations.history", DISTRIBUTED) == 3
    assert limits.refused == {}


async def test_of_two_blocks_the_longer_one_counts(store: Turned) -> None:
    await store.turn(BEGIN)
    await store.block("chat.update", 30)
    await store.block("chat.update", 5)
    assert await store.pace("chat.update", "x", *PACED["chat.update"], True) == 30
