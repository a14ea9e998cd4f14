"""An account is bound to its store: a name that points elsewhere, and two names of one store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbridge.config import load
from slackbridge.config.errors import ConfigError
from slackbridge.config.settings import Settings
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, World, secrets_of
from slackbridge.domain.account import BoundStore
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.store.redis import RedisStore
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.bridge.test_accounts import notices
from tests.serving import serving

AT_ONCE = {"undo_seconds": 0}
TWIN = """
[[accounts]]
name = "refurbed-2"
provider = "refurbed"
base_url = "{url}"
token_env = "OTHER_TOKEN"
poll_seconds = 0.2
full_walk_seconds = 0.2
"""


@pytest.fixture
async def production() -> AsyncIterator[RefurbedSandbox]:
    """Another marketplace, whose tickets have the same numbers."""
    sandbox = await RefurbedSandbox.start(seed=False)
    sandbox.rate_per_second = 0
    sandbox.customer_opens(name="Alex Real", html="<p>production: Alex's question</p>")
    yield sandbox
    await sandbox.stop()


def repointed(place: World, other: RefurbedSandbox) -> Settings:
    """The world's configuration with the other marketplace under the same name."""
    configured(place, {"replies": AT_ONCE})
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text("utf-8").replace(place.refurbed.url, other.url), "utf-8")
    env = {**secrets_of(place.slack, place.refurbed), "REFURBED_TOKEN": other.token}
    return load.load(path, env)


async def test_a_name_that_points_elsewhere_does_not_start(
    place: World, run: Running, production: RefurbedSandbox
) -> None:
    stage = Stage(place)
    async with run(replies=AT_ONCE):
        ticket = await stage.opened("<p>staging: Kim's question</p>")
    assert ticket in production.tickets, "marketplaces count from small numbers"
    with pytest.raises(ConfigError) as raised:
        async with serving(repointed(place, production), place.redis_url, place.slack):
            pass
    said = str(raised.value)
    assert f"refurbed at {place.refurbed.url}" in said
    assert f"refurbed at {production.url}" in said
    assert f"slackbridge adopt {ACCOUNT}" in said
    assert not production.calls
    async with run(replies=AT_ONCE):  # as it was
        await stage.say(ticket, "Dear Kim")
        await stage.replied(ticket, "Dear Kim")


async def test_nothing_else_asks_the_other_store_either(
    place: World, run: Running, production: RefurbedSandbox
) -> None:
    """Every call of every command is held back."""
    from slackbridge.cli.context import opened
    from slackbridge.cli.inspect import poll_lines

    async with run():
        await Stage(place).opened()
    async with opened(repointed(place, production)) as bridge:
        for dry in (True, False):
            (line,) = await poll_lines(bridge, dry_run=dry)
            assert "is bound to refurbed at" in line
        assert not (await bridge.providers[ACCOUNT].probe()).ok
    assert not production.calls


async def test_an_account_of_an_earlier_version_is_bound_silently(
    place: World, run: Running, store: RedisStore
) -> None:
    async with run():
        await Stage(place).opened()
    key = next(iter(await store.redis.keys("*facts*")))
    assert await store.redis.hdel(key, "store") == 1
    async with run():
        pass
    url = place.refurbed.url
    assert (await store.facts(ACCOUNT)).store == BoundStore(provider="refurbed", address=url)
    assert notices(place) == []


async def test_spellings_of_one_address_are_one_store(place: World, run: Running) -> None:
    async with run():
        pass
    url = place.refurbed.url
    async with run(account={"base_url": f"{url}/"}):
        pass


async def test_two_accounts_with_one_token_are_refused(place: World) -> None:
    configured(place, {})
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text("utf-8") + TWIN.format(url=place.refurbed.url), "utf-8")
    env = {**secrets_of(place.slack, place.refurbed), "OTHER_TOKEN": place.refurbed.token}
    with pytest.raises(ConfigError, match=rf"accounts '{ACCOUNT}' and 'refurbed-2' have the same"):
        load.load(path, env)


async def test_two_accounts_that_list_the_same_ticket_are_told_of_once(
    place: World, run: Running
) -> None:
    """Two tokens of one store, at a marketplace that does not tell whose they are."""
    stage = Stage(place)
    async with run(replies=AT_ONCE):
        ticket = await stage.opened()
    place.refurbed.allow("another-token")
    configured(place, {"replies": AT_ONCE})
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text("utf-8") + TWIN.format(url=place.refurbed.url), "utf-8")
    env = {**secrets_of(place.slack, place.refurbed), "OTHER_TOKEN": "another-token"}
    async with serving(load.load(path, env), place.redis_url, place.slack) as bridge:
        await stage.until("it is said", lambda: notices(place))
        assert f"Accounts '{ACCOUNT}' and 'refurbed-2' are of one store" in notices(place)[0]
        assert "nothing of *refurbed-2* is polled" in notices(place)[0]
        before = place.refurbed.calls["ListTickets"]
        await stage.until("more polls", lambda: place.refurbed.calls["ListTickets"] > before + 5)
        assert len(views.cards(place.slack, ticket)) == 1
        assert len(notices(place)) == 1
        assert not (await bridge.providers["refurbed-2"].probe()).ok
        await stage.say(ticket, "Hello")
        await stage.replied(ticket, "Hello")


async def test_a_store_that_knows_nothing_on_record_is_told_of_once(
    place: World, run: Running
) -> None:
    """Another merchant's token at the same address, where the marketplace does not tell."""
    stage, market = Stage(place), place.refurbed
    async with run():
        old = [await stage.opened() for _ in range(3)]
    for ticket in old:
        del market.tickets[ticket]
    theirs = market.customer_opens()
    async with run(account={"full_walk_seconds": 0.2}):
        await stage.until("it is said", lambda: notices(place))
        await stage.until("their ticket", lambda: stage.mirrored(theirs))
        assert "knows none of the 3 open tickets on record" in notices(place)[0]
        assert "`REFURBED_TOKEN` holds another store's token" in notices(place)[0]
        before = market.calls["ListTickets"]
        await stage.until("more polls", lambda: market.calls["ListTickets"] > before + 5)
        assert len(notices(place)) == 1
