"""Posts to Slack: complete, in order, once, under every fault of Slack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.files import sample
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.store.keys import DEFAULT
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
INTERNAL_ERROR = '{"ok":false,"error":"internal_error"}'
LIMITED = '{"ok":false,"error":"ratelimited"}'
PATIENT = {"call_timeout_seconds": 1, "settle_seconds": 0.4}


def notices(place: World) -> list[str]:
    """What the bridge itself said in the ops channel."""
    rows = place.slack.workspace.history("C0OPS")
    return [views.shown(row) for row in rows if views.effect_of(row).startswith("w:")]


def fault(phase: Phase, action: Action, **more: Any) -> Fault:
    return Fault("chat.postMessage", phase, action, **more)


# -- who says what -----------------------------------------------------------------------------


async def test_everybody_is_told_apart_in_order(instant: Stage) -> None:
    market = instant.market
    ticket = market.customer_opens(name="Kim Muster", html="<p>one</p>")
    market.merchant_writes(ticket, "<p>two</p>")
    market.refurbed_writes(ticket, "<p>three</p>")
    market.refurbed_writes(ticket, "<p>four</p>", internal=True)
    market.merchant_writes(ticket, "<p>five</p>", internal=True)
    market.system_writes(ticket, "<p>six</p>")
    market.someone_writes(ticket, Author("ROBOT", "R2"), "<p>seven</p>", "SECRET")
    await instant.until("all of it", lambda: len(instant.mirrored(ticket)) == 7)
    rows = instant.mirrored(ticket)
    said = [row["username"] for row in rows]
    assert said == [
        "Kim Muster",
        "Ines Weber (on the marketplace)",
        "refurbed Support · marketplace",
        "refurbed Support · marketplace",
        "Ines Weber (on the marketplace)",
        "System · system",
        "R2 · system",
    ]
    inside = ["Internal" in views.shown(row) for row in rows]
    assert inside == [False, False, False, True, True, False, True]
    words = ["one", "two", "three", "four", "five", "six", "seven"]
    assert all(word in views.shown(row) for word, row in zip(words, rows, strict=True))
    instant.balanced(ticket)


async def test_files_are_named_links_and_no_post_unfurls_or_lacks_its_mark(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, calls = Stage(place), []
    async with run(replies={"undo_seconds": 0}) as bridge:
        web = bridge.chat.client.web
        send: Callable[..., Any] = web.chat_postMessage

        async def recorded(**args: Any) -> Any:
            calls.append(args)
            return await send(**args)

        monkeypatch.setattr(web, "chat_postMessage", recorded)
        files = [sample("invoice.pdf"), sample("crack.png")]
        ticket = place.refurbed.customer_opens(html="<p>See</p>", attachments=files)
        await stage.until("the message", lambda: stage.mirrored(ticket))
        shown = views.shown(stage.mirrored(ticket)[0])
        assert "invoice.pdf" in shown
        assert f"{place.refurbed.url}/files/000002/crack.png" in shown
        ts = await stage.say(ticket, "/ hm")
        await stage.receipt(ticket, ts, "❔")
    assert len(calls) == 3
    for args in calls:
        assert args["unfurl_links"] is False
        assert args["unfurl_media"] is False
        assert args["metadata"]["event_payload"]["effect"]


# -- the card ----------------------------------------------------------------------------------


async def test_many_changes_are_few_edits_and_the_last_one_shows(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(account={"poll_seconds": 0.05}, timing={"edit_seconds": 0.5}):
        ticket = await stage.opened()
        begun = time.monotonic()
        for number in range(20):
            place.refurbed.set_urgency(ticket, f"LEVEL {number}")
            await asyncio.sleep(0.05)
        await stage.until("the last", lambda: "LEVEL 19" in stage.card(ticket))
        seconds = time.monotonic() - begun
    edits = [e.at for e in place.slack.ledger.all("update") if e.data["ts"] == stage.root(ticket)]
    assert 2 <= len(edits) <= seconds / 0.5 + 2
    # They start half a second apart; on a busy machine they may arrive closer.
    assert all(later - sooner > 0.2 for sooner, later in pairwise(edits))
    assert len(views.cards(place.slack, ticket)) == 1


async def test_two_bridges_on_one_redis_make_one_card_a_ticket(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run(), run():
        tickets = place.refurbed.bulk(12, messages=2)
        await stage.until(
            "all of it", lambda: all(len(stage.mirrored(each)) == 2 for each in tickets)
        )
        await stage.quiet()
        for ticket in tickets:
            stage.balanced(ticket)


# -- Slack declines, breaks off, lies ----------------------------------------------------------


async def test_a_storm_of_429_loses_nothing_and_keeps_the_order(place: World, run: Running) -> None:
    stage = Stage(place)
    timed = {"status": 429, "headers": {**JSON, "Retry-After": "1"}, "body": LIMITED}
    timeless = {**timed, "headers": JSON, "skip": 6}
    place.slack.faults.add(fault(Phase.COMMIT, Action.STATUS, **timed, skip=1, times=2))
    place.slack.faults.add(fault(Phase.COMMIT, Action.STATUS, **timeless))
    async with run():
        tickets = place.refurbed.bulk(3, messages=4)
        await stage.until(
            "all of it", lambda: all(len(stage.mirrored(each)) == 4 for each in tickets), 18
        )
        for ticket in tickets:
            stage.balanced(ticket)
    posts = place.slack.ledger.all("post")
    waits = [later.at - sooner.at for sooner, later in pairwise(posts)]
    assert max(waits) > 4
    after = posts[waits.index(max(waits)) + 1 :]
    waited = {e.data["metadata"]["event_payload"]["ticket"] for e in after}
    assert len(waited) > 1, "all of the channel waited, not only who was refused"


@pytest.mark.parametrize(
    "broken",
    [
        {"action": Action.STATUS, "status": 200, "headers": JSON, "body": INTERNAL_ERROR},
        {"action": Action.STATUS, "status": 500, "headers": HTML, "body": "<h1>Oops</h1>"},
        {"action": Action.STATUS, "status": 200, "headers": HTML, "body": "<h1>Hello</h1>"},
        {"action": Action.STATUS, "status": 200, "body": "ok"},
        {"action": Action.STATUS, "status": 200, "headers": JSON, "body": '{"ok":true}'},
        {"action": Action.RESET},
        {"action": Action.DELAY, "seconds": 1.2},
    ],
    ids=["internal_error", "500", "html", "text", "no ts", "reset", "timeout"],
)
async def test_what_was_posted_although_slack_did_not_say_so_stands_once(
    place: World, run: Running, broken: dict[str, Any]
) -> None:
    stage = Stage(place)
    async with run(timing=PATIENT):
        place.slack.faults.add(fault(Phase.ANSWER, times=2, **broken))
        ticket = await stage.opened()
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        stage.balanced(ticket)
    assert len(place.slack.ledger.all("post")) == 3


async def test_a_cut_answer_stands_once_and_a_lost_request_is_repeated(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(timing=PATIENT):
        place.slack.faults.add(fault(Phase.HALF, Action.RESET))
        place.slack.faults.add(fault(Phase.COMMIT, Action.RESET, skip=1))
        ticket = await stage.opened()
        stage.balanced(ticket)
    assert len(place.slack.ledger.all("post")) == 2


async def test_a_read_back_that_is_refused_repeats_nothing(place: World, run: Running) -> None:
    stage, scopes = Stage(place), place.slack.app.scopes
    async with run(timing={**PATIENT, "quarantine_after": 2}):
        ticket = await stage.opened()
        scopes -= {"channels:history", "groups:history", "im:history"}
        place.slack.faults.add(fault(Phase.ANSWER, Action.RESET))
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        said = await stage.until("it is said", lambda: notices(place))
        assert "needs the scope" in said[0]
        await stage.quiet()
        assert len(stage.mirrored(ticket)) == 2
        scopes |= {"channels:history"}
        place.refurbed.customer_writes(ticket, "<p>and more</p>")
        await stage.until("the next one", lambda: len(stage.mirrored(ticket)) == 3)
        stage.balanced(ticket)
    assert len(notices(place)) == 1


# -- people do things to the channel -----------------------------------------------------------


@pytest.mark.parametrize("how", ["archived", "removed"])
async def test_a_shut_channel_is_said_once_and_goes_on_when_open(stage: Stage, how: str) -> None:
    place = stage.place
    tickets = [await stage.opened() for _ in range(3)]
    channel = stage.slack.workspace.channels[CHANNEL]
    if how == "archived":
        stage.slack.workspace.archive(channel, stage.anna.id)
    else:
        channel.members.remove(stage.slack.bot_user_id)
    for ticket in tickets:
        stage.market.customer_writes(ticket, "<p>more</p>")
    said = await stage.until("it is said", lambda: notices(place))
    assert ("Unarchive" if how == "archived" else "Invite") in said[0]
    await stage.quiet()
    if how == "archived":
        stage.slack.workspace.archive(channel, stage.anna.id, archived=False)
    else:
        channel.members.append(stage.slack.bot_user_id)
    await stage.until("more", lambda: all(len(stage.mirrored(each)) == 2 for each in tickets))
    for ticket in tickets:
        stage.balanced(ticket)
    assert len(notices(place)) == 1


def remove(stage: Stage, ts: str) -> None:
    """A workspace admin deletes a message."""
    found = stage.slack.workspace.timeline(CHANNEL).get(ts)
    assert found is not None
    stage.slack.workspace.remove(found, "delete")


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
async def test_a_deleted_thread_is_begun_anew_and_nothing_strays(
    place: World, run: Running, lost: bool
) -> None:
    stage = Stage(place)
    async with run(timing=PATIENT, replies={"undo_seconds": 0}):
        ticket = await stage.opened("<p>first</p>")
        for row in reversed(place.slack.workspace.thread(CHANNEL, stage.root(ticket))):
            remove(stage, row["ts"])
        if lost:
            place.slack.faults.add(fault(Phase.ANSWER, Action.RESET))
        place.refurbed.customer_writes(ticket, "<p>second</p>")
        await stage.until("a new card", lambda: views.cards(place.slack, ticket))
        await stage.until("the message", lambda: stage.mirrored(ticket))
        assert "second" in views.shown(stage.mirrored(ticket)[0])
        rows = place.slack.workspace.history(CHANNEL)
        assert [views.effect_of(row) for row in rows] == ["card"]
        ts = await stage.say(ticket, "Hello again")
        await stage.replied(ticket, "Hello again")
        await stage.reaction(ts, "white_check_mark")
        assert len(stage.mirrored(ticket)) == 1


async def test_a_deleted_card_with_replies_leaves_the_thread(instant: Stage) -> None:
    ticket = await instant.opened("<p>first</p>")
    root = instant.root(ticket)
    remove(instant, root)
    instant.market.customer_writes(ticket, "<p>second</p>")
    await instant.until(
        "the thread", lambda: len(instant.slack.workspace.thread(CHANNEL, root)) == 3
    )
    await instant.quiet(0.5)
    assert not views.cards(instant.slack, ticket)


# -- long, and paced ---------------------------------------------------------------------------


async def test_40_000_characters_arrive_whole_although_the_line_breaks(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    words = [f"<w{number}&>" for number in range(9000)]
    text = " ".join(words)[:40_000]
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    async with run(timing=PATIENT):
        place.slack.faults.add(fault(Phase.ANSWER, Action.RESET, skip=4))
        place.slack.faults.add(fault(Phase.COMMIT, Action.RESET, skip=8))
        ticket = place.refurbed.customer_opens(html=f"<p>{html}</p>")
        await stage.until("all parts", lambda: len(stage.mirrored(ticket)) >= 14)
        await stage.until("the last", lambda: whole(stage, ticket))
        stage.balanced(ticket)
    said = "".join(body(row) for row in stage.mirrored(ticket))
    assert "".join(said.split()) == "".join(text.split())
    for row in stage.mirrored(ticket):
        assert len(row["blocks"]) <= 50
        assert len(row["text"]) <= 4_000


def whole(stage: Stage, ticket: int) -> bool:
    last = views.effect_of(stage.mirrored(ticket)[-1]).rpartition(":")[2]
    number, _, total = last.partition("/")
    return number == total


def body(row: dict[str, Any]) -> str:
    blocks = [block for block in row["blocks"] if block["type"] == "rich_text"]
    return " ".join(views.texts(blocks))


async def test_posts_never_exceed_the_rate_of_a_channel(place: World, run: Running) -> None:
    stage, limits = Stage(place), place.slack.limits
    limits.scale, limits.burst = 4.0, 1  # four a second after a burst of four
    async with run(slack={"post_seconds": 0.26, "post_burst": 3}):
        tickets = place.refurbed.bulk(4, messages=2)
        await stage.until(
            "all of it", lambda: all(len(stage.mirrored(each)) == 2 for each in tickets)
        )
        for ticket in tickets:
            stage.balanced(ticket)
    assert limits.refused == {}
    assert place.refurbed.calls["GetTicket"] == 4, "a lane that waited did not read again"


async def test_a_thread_is_known_as_long_as_its_ticket_lives(
    instant: Stage, redis_url: str
) -> None:
    ticket = await instant.opened()
    bucket = DEFAULT.threads(CHANNEL, instant.root(ticket))
    async with Redis.from_url(redis_url) as redis:
        await redis.expire(bucket, 100)  # it was opened half a year ago
        instant.market.customer_writes(ticket, "<p>Still there?</p>")
        await instant.until("it", lambda: len(instant.mirrored(ticket)) == 2)
        await instant.quiet()
        assert await redis.ttl(bucket) > 100
