"""Faults of Slack or of a proxy: nothing is lost, doubled or silent."""

from __future__ import annotations

import time
from typing import Any

import pytest
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slackbridge.config.errors import ConfigError
from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.shapes import Json
from tests.bridge import conftest as bridge
from tests.bridge.conftest import UNDO_SECONDS, Running
from tests.bridge.stage import Stage

place, run, stage, instant = bridge.place, bridge.run, bridge.stage, bridge.instant

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
SOON = {"Retry-After": "1"}
PATIENT = {"call_timeout_seconds": 1, "settle_seconds": 0.3}


def fault(operation: str, phase: Phase, status: int = 0, **more: Any) -> Fault:
    """With a status it is answered instead; else the line is cut."""
    action = Action.STATUS if status else Action.RESET
    return Fault(operation, phase, action, status=status or 500, **more)


def refusal(operation: str, error: str, **more: Any) -> Fault:
    """Slack's `"ok": false`."""
    body = f'{{"ok":false,"error":"{error}"}}'
    return fault(operation, Phase.COMMIT, 200, headers=JSON, body=body, **more)


def notices(place: World) -> list[str]:
    """What the bridge itself said in the ops channel."""
    rows = place.slack.workspace.history("C0OPS")
    return [views.shown(row) for row in rows if views.effect_of(row).startswith("w:")]


# -- something between us and Slack ------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (502, JSON, '{"error":"bad gateway"}'),
        (504, JSON, '{"ok":false,"error":"gateway_timeout"}'),
        (408, JSON, '{"ok":false,"error":"timeout"}'),
        (200, JSON, '{"error":"no_service"}'),
        (503, {**HTML, **SOON}, "<h1>Maintenance</h1>"),
        (429, {**HTML, **SOON}, "<h1>Slow down</h1>"),
        (429, {**JSON, **SOON}, '{"ok":false,"error":"ratelimited"}'),
    ],
    ids=["502", "504", "408", "no ok", "503", "429 by a proxy", "429 by Slack"],
)
async def test_what_a_proxy_answers_after_the_commit_stands_once(
    place: World, run: Running, status: int, headers: dict[str, str], body: str
) -> None:
    """I2, I3, I21."""
    stage = Stage(place)
    times = 1 if "Retry-After" in headers else 2
    lies = fault("chat.postMessage", Phase.ANSWER, status, headers=headers, body=body, times=times)
    async with run(timing=PATIENT):
        place.slack.faults.add(lies)
        ticket = await stage.opened()
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        stage.balanced(ticket)
    assert len(place.slack.ledger.all("post")) == 3


async def test_a_wait_may_have_a_fraction(place: World, run: Running) -> None:
    """I1; F2."""
    stage, began = Stage(place), time.time()
    body = '{"ok":false,"error":"rate_limited"}'
    headers = {**JSON, "Retry-After": "1.5"}
    storm = fault("chat.postMessage", Phase.COMMIT, 429, headers=headers, body=body)
    place.slack.faults.add(storm)
    async with run(timing=PATIENT):
        ticket = await stage.opened()
        stage.balanced(ticket)
    card, _ = place.slack.ledger.all("post")
    assert 1.5 < card.at - began < 4.5
    assert place.slack.faults.seen.count("chat.postMessage") == 3


@pytest.mark.parametrize(
    "blind",
    [
        fault("conversations.replies", Phase.COMMIT, 429, headers=SOON),
        fault("conversations.replies", Phase.COMMIT, 500),
        fault(
            "conversations.replies",
            Phase.ANSWER,
            200,
            times=2,
            headers=JSON,
            body='{"ok":true,"messages":[],"has_more":true}',
        ),
    ],
    ids=["429", "500", "a part"],
)
async def test_a_look_that_shows_nothing_proves_nothing(
    place: World, run: Running, blind: Fault
) -> None:
    """I2, I21; F5."""
    stage, blind.struck = Stage(place), 0
    async with run(timing={**PATIENT, "retry_seconds": 0.1, "retry_max_seconds": 0.2}):
        ticket = await stage.opened()
        place.slack.faults.add(fault("chat.postMessage", Phase.ANSWER))
        place.slack.faults.add(blind)
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("it is looked for", lambda: blind.struck == blind.times)
        place.refurbed.customer_writes(ticket, "<p>and more</p>")
        await stage.until("the next", lambda: len(stage.mirrored(ticket)) == 3)
        stage.balanced(ticket)
    assert len(place.slack.ledger.all("post")) == 4


@pytest.mark.parametrize("readable", [True, False])
async def test_an_answer_without_the_message_is_enough(
    place: World, run: Running, readable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2, I3: of a post's answer, only `ok` and `ts` are promised."""
    stage, app = Stage(place), place.slack.app
    history = {"channels:history", "groups:history"}
    async with run(timing=PATIENT) as running:
        web = running.chat.client.web
        send = web.chat_postMessage

        async def brief(**args: Any) -> AsyncSlackResponse:
            answer = await send(**args)
            assert isinstance(answer.data, dict)
            answer.data.pop("message", None)
            return answer

        monkeypatch.setattr(web, "chat_postMessage", brief)
        ticket = await stage.opened()
        await stage.quiet(0.5)  # the bridge may still be reading back its own post
        if not readable:
            app.scopes -= history
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        await stage.quiet(0.6)
        app.scopes |= history
        place.refurbed.customer_writes(ticket, "<p>and more</p>")
        await stage.until("and more", lambda: len(stage.mirrored(ticket)) == 3)
        stage.balanced(ticket)
    posts = [post for post in place.slack.ledger.all("post") if post.data["channel"] == CHANNEL]
    assert len(posts) == 4  # a notice may say elsewhere that the scope is missing


# -- what cannot be changed any more -----------------------------------------------------------


@pytest.mark.parametrize(
    "error", ["message_not_found", "edit_window_closed", "cant_update_message"]
)
async def test_what_slack_will_not_edit_stops_no_thread(instant: Stage, error: str) -> None:
    """I1, I7; F23."""
    ticket = await instant.opened()
    refused = '{"code":9,"message":"not now"}'
    instant.market.faults.add(fault("UpdateTicket", Phase.COMMIT, 400, body=refused))
    ts = await instant.say(ticket, "Hello")
    await instant.receipt(ticket, ts, "was not sent")
    instant.slack.faults.add(refusal("chat.update", error, times=None))
    instant.market.customer_writes(ticket, "<p>more</p>")
    await instant.until("more", lambda: len(instant.mirrored(ticket)) == 2)
    await instant.press(ticket, ts, "retry")
    await instant.reaction(ts, "white_check_mark")
    await instant.until("no false word", lambda: not views.receipt(instant.slack, ticket, ts))
    await instant.quiet(0.3)
    assert instant.replies(ticket) == ["Hello"]
    told = notices(instant.place)
    assert len(told) == (error != "message_not_found")
    assert all(error in text for text in told)


@pytest.mark.parametrize("error", ["already_reacted", "message_not_found", "too_many_reactions"])
async def test_a_reaction_that_slack_declines_stops_no_reply(instant: Stage, error: str) -> None:
    """I7, I9."""
    ticket = await instant.opened()
    instant.slack.faults.add(refusal("reactions.*", error, times=None))
    await instant.say(ticket, "first")
    await instant.say(ticket, "second")
    await instant.replied(ticket, "first", "second")
    instant.market.customer_writes(ticket, "<p>more</p>")
    await instant.until("more", lambda: len(instant.mirrored(ticket)) == 2)
    instant.balanced(ticket)
    assert notices(instant.place) == []


# -- the token ---------------------------------------------------------------------------------


async def test_a_token_revoked_in_mid_run_shows_and_loses_nothing(
    place: World, run: Running
) -> None:
    """I1, I2, I7, I8; F23: what is asked for goes out, and Slack learns of it later."""
    stage, app = Stage(place), place.slack.app
    async with run(replies={"undo_seconds": 1.0}) as running:
        ticket = await stage.opened()
        assert await running.pulse.ready() == ""
        ts = await stage.say(ticket, "Hello")
        await stage.receipt(ticket, ts, "goes out")
        app.revoked = True
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.replied(ticket, "Hello")
        await stage.until("it shows", lambda: "refuses the token" in running.chat.client.refused)
    with pytest.raises(ConfigError, match="token_revoked"):
        async with run():
            pass
    meanwhile = await stage.say(ticket, "written meanwhile")
    app.bot_token, app.revoked = "xoxb-another", False
    async with run(replies={"undo_seconds": 0}) as running:
        await stage.reaction(ts, "white_check_mark")
        await stage.reaction(meanwhile, "white_check_mark")
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        assert await running.pulse.ready() == ""
    assert stage.replies(ticket) == ["Hello", "written meanwhile"]
    stage.balanced(ticket)


async def test_a_token_that_works_again_needs_no_restart(place: World, run: Running) -> None:
    """I1: Slack has refused good tokens in outages of its own."""
    stage = Stage(place)
    async with run() as running:
        ticket = await stage.opened()
        moody = place.slack.faults.add(refusal("chat.*", "invalid_auth", times=2))
        place.refurbed.customer_writes(ticket, "<p>more</p>")
        await stage.until("it is refused", lambda: moody.struck)
        assert "invalid_auth" in await running.pulse.ready()
        await stage.until("more", lambda: len(stage.mirrored(ticket)) == 2)
        assert await running.pulse.ready() == ""
        stage.balanced(ticket)


# -- deliveries --------------------------------------------------------------------------------


async def test_one_envelope_on_both_connections_is_one_reply(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I7, I8, I11; F13."""
    line = stage.slack.socket

    async def everywhere(_: object, envelope: Json) -> None:
        for connection in list(line._connections):
            await connection.ws.send_json(envelope)

    monkeypatch.setattr(line, "_send", everywhere)
    ticket = await stage.opened()
    await stage.say(ticket, "Hello")
    undone = await stage.say(ticket, "not this")
    await stage.press(ticket, undone, "undo")
    await stage.replied(ticket, "Hello")
    await stage.quiet(UNDO_SECONDS)
    assert stage.replies(ticket) == ["Hello"]


async def test_what_comes_an_hour_late_four_times_is_asked_about_once(
    place: World, run: Running
) -> None:
    """I7, I8, I11; F13: an hour is half a second here."""
    stage, delivery = Stage(place), place.slack.delivery
    async with run(replies={"undo_seconds": 0, "fresh_minutes": 0.005}):
        ticket = await stage.opened()
        delivery.delay("message", 0.6)
        delivery.duplicate("message", copies=4)
        ts = await stage.say(ticket, "Hello")
        await stage.receipt(ticket, ts, "while the bridge was not listening")
        assert stage.replies(ticket) == []
        delivery.clear()
        await stage.press(ticket, ts, "send")
        await stage.replied(ticket, "Hello")
        await stage.quiet(0.4)
        receipts = [r for r in views.thread(place.slack, ticket) if views.effect_of(r)[:2] == "w:"]
        assert len(receipts) == 1
        assert stage.replies(ticket) == ["Hello"]


async def test_edits_and_deletions_are_heard_without_what_was_before(
    place: World, run: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I7, I8; F14: Slack's page on `message_deleted` names `deleted_ts`, and no more."""
    stage, delivery = Stage(place), place.slack.delivery
    plan = delivery.plan

    def brief(name: str, payload: Json) -> list[tuple[float, Json]]:
        payload.get("event", {}).pop("previous_message", None)
        return plan(name, payload)

    monkeypatch.setattr(delivery, "plan", brief)
    async with run(replies={"undo_seconds": 1.5}):
        ticket = await stage.opened()
        edited = await stage.say(ticket, "Helo")
        deleted = await stage.say(ticket, "never sent")
        await stage.receipt(ticket, deleted, "goes out")
        await stage.anna.edit(CHANNEL, edited, "Hello")
        await stage.anna.delete(CHANNEL, deleted)
        await stage.receipt(ticket, deleted, "Not sent")
        await stage.replied(ticket, "Hello")
        await stage.quiet(0.5)
        assert stage.replies(ticket) == ["Hello"]
