"""Accounts: how they fail, what is said of it and how often, and that none suffers from another."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from slackbridge.config import load
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, CHANNEL, World, secrets_of
from slackbridge.domain.intent import Receipt
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.store.redis import RedisStore
from tests.bridge.conftest import Running, configured
from tests.bridge.stage import Stage
from tests.serving import serving

PROBES = {"probe_seconds": 0.5, "unauthorized_probe_seconds": 0.5}
OTHER = "refurbed-de"


def notices(place: World, channel: str = "C0OPS") -> list[str]:
    """What the bridge itself said in the ops channel."""
    rows = place.slack.workspace.history(channel)
    return [views.shown(row) for row in rows if views.effect_of(row).startswith("w:")]


def broken(times: int | None = None, skip: int = 0) -> Fault:
    """The marketplace answers 503 with `Retry-After: 0`."""
    at_once = {"Retry-After": "0"}
    return Fault("*", Phase.ARRIVAL, Action.STATUS, skip, times, status=503, headers=at_once)


@contextlib.asynccontextmanager
async def bridged(place: World, more: str, **secrets: str) -> AsyncIterator[None]:
    """A bridge whose configuration says more."""
    configured(place, {"replies": {"undo_seconds": 0}})
    path = place.folder / "slackbridge.toml"
    path.write_text(f"{path.read_text('utf-8')}\n{more}", "utf-8")
    given = {**secrets_of(place.slack, place.refurbed), **secrets}
    async with serving(load.load(path, given), place.redis_url, place.slack):
        yield


@pytest.fixture
async def other() -> AsyncIterator[RefurbedSandbox]:
    """A second marketplace."""
    sandbox = await RefurbedSandbox.start(seed=False)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


# -- one account and its troubles ---------------------------------------------------------------


async def test_a_service_not_offered_is_said_once_and_begins_by_itself(
    place: World, run: Running
) -> None:
    stage, market = Stage(place), place.refurbed
    market.unimplemented.add("*")
    waiting = market.customer_opens()
    async with run(timing=PROBES):
        await stage.until("it is said", lambda: notices(place))
        await stage.until("probes", lambda: market.calls["ListTickets"] >= 3)
        assert len(notices(place)) == 1
        assert "does not offer its ticket service" in notices(place)[0]
        market.unimplemented.clear()
        await stage.until("the ticket", lambda: stage.mirrored(waiting))
        await stage.until("it is said", lambda: len(notices(place)) == 2)
    assert "works again" in notices(place)[1]


async def test_an_answer_that_is_no_list_is_a_failure(place: World, run: Running) -> None:
    """A proxy or a maintenance page answers 200 with JSON of another shape."""
    stage, market = Stage(place), place.refurbed
    async with run(timing={"retry_max_seconds": 0.5}) as bridge:
        ticket = await stage.opened()
        body = '{"error": "scheduled maintenance", "status": "down"}'
        odd = Fault("ListTickets", Phase.ARRIVAL, Action.STATUS, status=200, body=body, times=None)
        market.faults.add(odd)
        market.customer_writes(ticket, "<p>Hello?</p>")
        await stage.until("it is said", lambda: notices(place))
        assert "scheduled maintenance" in notices(place)[0]
        assert await bridge.store.active(ACCOUNT) == {str(ticket)}
        market.faults.clear()
        await stage.until("the message", lambda: len(stage.mirrored(ticket)) == 2)


async def test_a_ticket_is_forgotten_once_two_walks_have_missed_it(
    place: World, run: Running
) -> None:
    """An empty list of the right shape, and 404 for a while, may be a proxy's."""
    stage, market = Stage(place), place.refurbed
    async with run(account={"poll_seconds": 600}) as bridge:
        await stage.until("the first walk", lambda: market.calls["ListTickets"])
        ticket = market.customer_opens()
        (poller,) = bridge.pollers
        await poller.list_once(full=True)
        gone = '{"code": 5, "message": "not found"}'
        for operation, status, body in (("ListTickets", 200, "{}"), ("GetTicket", 404, gone)):
            fault = Fault(operation, Phase.ARRIVAL, Action.STATUS, status=status, body=body)
            fault.times = 2 if status == 200 else 1
            market.faults.add(fault)
        await poller.list_once(full=True)
        assert await bridge.store.active(ACCOUNT) == {str(ticket)}
        await poller.list_once(full=True)
        assert await bridge.store.active(ACCOUNT) == {str(ticket)}
        del market.tickets[ticket]
        for left in ({str(ticket)}, set()):
            await poller.list_once(full=True)
            assert await bridge.store.active(ACCOUNT) == left


async def test_a_notice_stays_as_it_was_said(place: World, run: Running) -> None:
    async with run(slack={"ops_channel": ""}) as bridge:
        await bridge.desk.announce(ACCOUNT, "1", "One thing.")
        await place.until("it is said", lambda: notices(place, CHANNEL))
        await bridge.desk.announce(ACCOUNT, "2", "Another.")
        await place.until("it is said", lambda: len(notices(place, CHANNEL)) == 2)
        await asyncio.sleep(0.5)
        assert notices(place, CHANNEL) == ["One thing.", "Another."]


async def test_a_notice_that_redis_has_forgotten_is_not_said_again(
    place: World, run: Running, store: RedisStore
) -> None:
    async with run() as bridge:
        await bridge.desk.announce(ACCOUNT, "1", "One thing.")
        await place.until("it is said", lambda: notices(place))
        await asyncio.sleep(0.3)
    (said,) = (await store.load(TicketKey.of_account(ACCOUNT))).intents
    forgotten = said.but(text="One thing.", receipt=Receipt())
    change = Change(swaps=((said, forgotten),), due=0)
    assert await store.write(TicketKey.of_account(ACCOUNT), change)
    async with run() as bridge:
        await bridge.desk.announce(ACCOUNT, "2", "Another.")
        await place.until("it is said", lambda: "Another." in notices(place))
        await asyncio.sleep(0.5)
    assert notices(place) == ["One thing.", "Another."]


async def test_what_was_said_long_ago_is_forgotten(place: World, run: Running) -> None:
    async with run() as bridge:
        key = TicketKey.of_account(ACCOUNT)
        await bridge.desk.announce(ACCOUNT, "new", "Something new.")
        (new,) = (await bridge.store.load(key)).intents
        old = new.but(id="old", created=new.created - 200 * 86_400, receipt=Receipt(ts="1.5"))
        await bridge.store.write(key, Change(swaps=((None, old),), due=bridge.store.now()))
        until = asyncio.get_running_loop().time() + 10
        while len((await bridge.store.load(key)).intents) > 1:
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.05)
        await Stage(place).until("it is said", lambda: notices(place))
        ((kept,), text) = (await bridge.store.load(key)).intents, notices(place)
        assert (kept.id, text) == ("new", ["Something new."])


async def test_a_hint_of_a_ticket_that_is_gone_is_no_trouble(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(timing={"quarantine_after": 2}) as bridge:
        await stage.opened()
        gone = TicketKey(ACCOUNT, "999999")
        reads = stage.market.calls["GetTicket"]
        await bridge.desk.hinted(gone)
        await stage.until("a read", lambda: stage.market.calls["GetTicket"] > reads)
        await stage.quiet(1.5)
        assert stage.market.calls["GetTicket"] == reads + 1
        assert notices(place) == []
        assert (await bridge.store.load(gone)).raw == {}


async def test_a_refused_token_stops_the_polls_until_it_works_again(
    place: World, run: Running
) -> None:
    stage, market = Stage(place), place.refurbed
    async with run(timing=PROBES, account={"poll_seconds": 0.05}, replies={"undo_seconds": 0}):
        ticket = await stage.opened()
        market.revoke(market.token)
        await stage.until("it is said", lambda: notices(place))
        market.calls.clear()
        ts = await stage.say(ticket, "Hello")
        await stage.receipt(ticket, ts, "was not sent")
        later = market.customer_opens()
        await stage.quiet(1.1)
        assert market.calls["ListTickets"] <= 4
        assert len(notices(place)) == 1
        assert "REFURBED_TOKEN" in notices(place)[0]
        market.allow(market.token)
        await stage.until("the ticket", lambda: stage.mirrored(later))
        await stage.until("it is said", lambda: len(notices(place)) == 2)
        await stage.press(ticket, ts, "retry")
        await stage.replied(ticket, "Hello")


async def test_a_marketplace_that_is_down_is_said_after_three_polls_and_back_once(
    place: World, run: Running
) -> None:
    async with run(timing={"retry_max_seconds": 0.4}):
        await _goes_down_and_comes_back(Stage(place))


async def _goes_down_and_comes_back(stage: Stage) -> None:
    place, faults = stage.place, stage.market.faults
    ticket = await stage.opened()
    brief = faults.add(broken(times=2))
    await stage.until("a short trouble", lambda: brief.struck == 2)
    stage.market.customer_writes(ticket, "<p>more</p>")
    await stage.until("it is over", lambda: len(stage.mirrored(ticket)) == 2)
    assert notices(place) == []
    long = faults.add(broken())
    await stage.until("it is said", lambda: notices(place))
    assert long.struck >= 3
    stage.market.customer_writes(ticket, "<p>and more</p>")
    await stage.until("two polls more", lambda: long.struck >= 5)
    faults.clear()
    await stage.until("it is back", lambda: len(stage.mirrored(ticket)) == 3)
    await stage.until("it is said", lambda: len(notices(place)) == 2)
    await stage.quiet(0.5)
    assert ["does not answer" in text for text in notices(place)] == [True, False]
    stage.balanced(ticket)


async def test_one_call_that_is_not_offered_is_said_once_for_all_tickets(
    place: World, run: Running
) -> None:
    stage, market = Stage(place), place.refurbed
    market.unimplemented.add("GetTicket")
    tickets = market.bulk(5)
    async with run(timing={"quarantine_after": 2}):
        await stage.until("it is said", lambda: notices(place))
        await stage.quiet()
        assert len(notices(place)) == 1
        market.unimplemented.clear()
        await stage.until("all", lambda: all(stage.mirrored(each) for each in tickets))


# -- two accounts, two channels -----------------------------------------------------------------


def mirrored(place: World, account: str, text: str, channel: str = CHANNEL) -> bool:
    """Whether a thread of this account shows the text."""
    workspace = place.slack.workspace
    for row in workspace.history(channel):
        mark = (row.get("metadata") or {}).get("event_payload") or {}
        if mark.get("account") == account and mark.get("effect") == "card":
            said = workspace.thread(channel, row["ts"])[1:]
            if any(text in views.shown(each) for each in said):
                return True
    return False


@pytest.mark.parametrize("trouble", ["down", "slow"])
async def test_an_account_in_trouble_delays_no_other(
    place: World, other: RefurbedSandbox, trouble: str
) -> None:
    account = (
        f'[[accounts]]\nname = "{OTHER}"\nprovider = "refurbed"\nbase_url = "{other.url}"\n'
        'token_env = "OTHER_TOKEN"\npoll_seconds = 0.3\nper_second = 200\n'
    )
    if trouble == "down":
        other.faults.add(broken(skip=3))
    else:
        other.faults.add(Fault("GetTicket", Phase.COMMIT, Action.DELAY, seconds=4, times=None))
    async with bridged(place, account, OTHER_TOKEN=other.token):
        other.bulk(12)
        await place.until("trouble", lambda: len(other.faults.seen) > 8)
        begun = time.monotonic()
        ticket = place.refurbed.customer_opens(html="<p>Hello from Austria</p>")
        await place.until("its thread", lambda: mirrored(place, ACCOUNT, "from Austria"))
        root = next(
            row
            for row in place.slack.workspace.history(CHANNEL)
            if (row.get("metadata") or {}).get("event_payload", {}).get("account") == ACCOUNT
        )
        await place.slack.person("anna").say(CHANNEL, "Servus", root["ts"])
        await place.until("the reply", lambda: len(place.refurbed.messages(ticket)) == 2)
        assert time.monotonic() - begun < 3
        assert not mirrored(place, OTHER, "Question 12.1") or trouble == "down"
        other.faults.clear()
        await place.until("the other", lambda: mirrored(place, OTHER, "Question 12.1"))


async def test_routes_lead_tickets_to_their_channels(place: World) -> None:
    route = '[[routes]]\nwhen = { topic = "refund", country = "fr" }\nchannel = "C0REFUNDS"\n'
    async with bridged(place, route):
        place.refurbed.customer_opens(topic="refund", country="FR", html="<p>argent</p>")
        place.refurbed.customer_opens(topic="refund", country="DE", html="<p>Geld</p>")
        await place.until("one", lambda: mirrored(place, ACCOUNT, "argent", "C0REFUNDS"))
        await place.until("other", lambda: mirrored(place, ACCOUNT, "Geld"))
        root = place.slack.workspace.history("C0REFUNDS")[0]["ts"]
        await place.slack.person("anna").say("C0REFUNDS", "Bonjour", root)
        await place.until("a reply", lambda: place.refurbed.ledger.all("reply"))
    assert len(place.slack.workspace.history(CHANNEL)) == 1
