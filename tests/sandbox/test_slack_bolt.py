"""An unmodified Bolt app on the Slack sandbox, in Socket Mode and over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.sandbox.serve import serve
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.errors import NotAcknowledged, NotPossible
from slackbridge.sandbox.slack.http_transport import signature

Json = dict[str, Any]
CHANNEL = "C0SUPPORT"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Reply") -> Json:
    element = {"type": "plain_text_input", "action_id": "body", "max_length": 20}
    block = {"type": "input", "block_id": "reply", "label": plain("Text"), "element": element}
    return {
        "type": "modal",
        "callback_id": "reply",
        "title": plain(title),
        "submit": plain("Send"),
        "notify_on_close": True,
        "blocks": [block],
    }


CARD = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "open", "text": plain("Reply"), "value": "t1"},
            {"type": "button", "action_id": "done", "text": plain("Done"), "value": "t1"},
            {
                "type": "static_select",
                "action_id": "status",
                "options": [{"text": plain("New"), "value": "new"}],
            },
        ],
    }
]


class Bridge:
    """A Bolt app that records what it receives."""

    def __init__(self, sandbox: SlackSandbox) -> None:
        self.client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        self.app = AsyncApp(
            client=self.client,
            signing_secret=sandbox.signing_secret,
            process_before_response=True,
        )
        self.events: list[Json] = []
        self.bodies: list[Json] = []
        self.acted: list[Json] = []
        self.fail = 0
        self.app.event(re.compile(".*"))(self._event)
        self.app.action("open")(self._open)
        self.app.action("done")(self._done)
        self.app.action("status")(self._status)
        self.app.view("reply")(self._submitted)
        self.app.view_closed("reply")(self._closed)
        self.app.command("/ticket")(self._command)
        self.app.shortcut("assign")(self._status)

    async def _event(self, body: Json) -> None:
        if self.fail:
            self.fail -= 1
            raise RuntimeError("not now")
        self.bodies.append(body)
        self.events.append(body["event"])

    async def _open(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await ack()

    async def _done(self, ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="closed", replace_original=True)
        await respond(text="only you", replace_original=False)

    async def _status(self, ack: Any, body: Json) -> None:
        self.acted.append(body)
        await ack()

    async def _submitted(self, ack: Any, view: Json) -> None:
        text = view["state"]["values"]["reply"]["body"]["value"]
        if text == "bad":
            await ack(response_action="errors", errors={"reply": "no"})
        elif text == "more":
            await ack(response_action="update", view=modal("Really?"))
        else:
            await ack()

    async def _closed(self, ack: Any, body: Json) -> None:
        self.acted.append(body)
        await ack()

    async def _command(self, ack: Any, command: Json, respond: Any) -> None:
        await ack(f"you said {command['text']}")
        await respond(text="for all", response_type="in_channel")

    async def card(self) -> str:
        posted = await self.client.chat_postMessage(channel=CHANNEL, text="card", blocks=CARD)
        return str(posted["ts"])


async def until(done: Callable[[], bool]) -> None:
    """Wait up to 15 s.

    A payload sent over a connection that Bolt is closing is redelivered only after 4 s.
    """
    async with asyncio.timeout(15):
        while not done():  # noqa: ASYNC110  # there is no event to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(sandbox: SlackSandbox, bridge: Bridge) -> AsyncIterator[AsyncSocketModeHandler]:
    """The Bolt app in Socket Mode. A pong has half the interval, also on a busy machine."""
    web_client = AsyncWebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    handler = AsyncSocketModeHandler(
        bridge.app, sandbox.app_token, web_client=web_client, ping_interval=2
    )  # fmt: skip
    before = sandbox.socket.connected
    await handler.connect_async()  # type: ignore[no-untyped-call]  # untyped in slack_bolt
    await until(lambda: sandbox.socket.connected == before + 1)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # untyped in slack_bolt


@asynccontextmanager
async def listening(sandbox: SlackSandbox, bridge: Bridge) -> AsyncIterator[None]:
    """The Bolt app behind a request URL."""

    async def answer(request: web.Request) -> web.Response:
        response = await bridge.app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    server = web.Application()
    server.router.add_post("/slack/events", answer)
    serving = await serve(server)
    sandbox.endpoints.point_at(f"{serving.url}/slack/events")
    try:
        yield
    finally:
        await serving.stop()


@pytest.fixture(params=["socket", "http"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[SlackSandbox, Bridge]]:
    """A sandbox and a Bolt app on it, in either mode."""
    sandbox = await SlackSandbox.start(mode=request.param, retry_scale=0.001, rate_scale=0)
    sandbox.socket.redelivery = 0.2
    bridge = Bridge(sandbox)
    way = connected if request.param == "socket" else listening
    async with way(sandbox, bridge):
        yield sandbox, bridge
    await sandbox.stop()


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(rate_scale=0)
    sandbox.socket.redelivery = 0.2
    yield sandbox
    await sandbox.stop()


async def test_events_of_people(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    anna, ext = sandbox.person("anna"), sandbox.person("ext")
    root = await bridge.card()
    ts = await anna.say(CHANNEL, "1 < 2 <@U0SANDBOX> :tada:", thread_ts=root)
    await until(lambda: len(bridge.events) == 2)
    said = next(each for each in bridge.events if each["type"] == "message")
    assert (said["text"], said["thread_ts"]) == ("1 &lt; 2 <@U0SANDBOX> :tada:", root)
    section = said["blocks"][0]["elements"][0]["elements"]
    assert [each["type"] for each in section] == ["text", "user", "text", "emoji"]
    await anna.edit(CHANNEL, ts, "2")
    await until(lambda: len(bridge.events) == 3)
    changed = bridge.events[-1]
    assert changed["subtype"] == "message_changed"
    assert (changed["message"]["text"], changed["message"]["edited"]["user"]) == ("2", anna.id)
    await anna.delete(CHANNEL, ts)
    await until(lambda: len(bridge.events) == 4)
    assert bridge.events[-1]["deleted_ts"] == ts
    await ext.say(CHANNEL, "a file", files=["a.pdf"])
    await until(lambda: len(bridge.events) == 5)
    assert bridge.events[-1]["files"][0]["name"] == "a.pdf"
    await ext.react(CHANNEL, root, "eyes")
    await ext.open_home()
    await until(lambda: len(bridge.events) == 7)
    kinds = {each["type"] for each in bridge.events[5:]}
    assert kinds == {"reaction_added", "app_home_opened"}
    assert bridge.bodies[-1]["authorizations"][0]["user_id"] == sandbox.bot_user_id


async def test_a_deleted_root_with_replies_is_told_as_a_change(
    pair: tuple[SlackSandbox, Bridge],
) -> None:
    sandbox, bridge = pair
    anna = sandbox.person("anna")
    root = await anna.say(CHANNEL, "root")
    await anna.say(CHANNEL, "reply", thread_ts=root)
    await anna.delete(CHANNEL, root)
    await until(lambda: len(bridge.events) == 3)
    told = next(each for each in bridge.events if each.get("subtype") == "message_changed")
    assert (told["message"]["subtype"], told["message"]["ts"]) == ("tombstone", root)
    assert told["previous_message"]["text"] == "root"


async def test_a_modal_from_button_to_submission(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    anna = sandbox.person("anna")
    await anna.click(CHANNEL, await bridge.card(), "open", "t1")
    view = anna.modals()[-1]["id"]
    with pytest.raises(NotPossible, match="must be filled"):
        await anna.submit(view)
    with pytest.raises(NotPossible, match="0 to 20"):
        await anna.submit(view, {"reply": {"body": "x" * 21}})
    refused = await anna.submit(view, {"reply": {"body": "bad"}})
    assert refused is not None
    assert refused["errors"] == {"reply": "no"}
    await anna.submit(view, {"reply": {"body": "more"}})
    assert anna.modals()[-1]["title"]["text"] == "Really?"
    await anna.submit(view, {"reply": {"body": "good"}})
    assert anna.modals() == []


async def test_clicks_selects_and_closing(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    anna = sandbox.person("anna")
    ts = await bridge.card()
    await anna.click(CHANNEL, ts, "status", selected_option="new")
    told = bridge.acted[-1]
    assert told["actions"][0]["selected_option"]["value"] == "new"
    assert told["state"]["values"]["row"]["status"]["selected_option"]["value"] == "new"
    with pytest.raises(NotPossible, match="no option"):
        await anna.click(CHANNEL, ts, "status", selected_option="old")
    with pytest.raises(NotPossible, match="no element"):
        await anna.click(CHANNEL, ts, "explode")
    await anna.message_shortcut("assign", CHANNEL, ts)
    assert bridge.acted[-1]["message"]["ts"] == ts
    await anna.click(CHANNEL, ts, "open")
    await anna.close_view(anna.modals()[-1]["id"])
    assert bridge.acted[-1]["type"] == "view_closed"


async def test_response_urls_and_commands(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    anna = sandbox.person("anna")
    ts = await bridge.card()
    await anna.click(CHANNEL, ts, "done")
    await until(lambda: len(anna.ephemerals(CHANNEL)) == 1)
    replaced = sandbox.workspace.message(CHANNEL, ts)
    assert replaced is not None
    assert (replaced["text"], "blocks" in replaced) == ("closed", False)
    answer = await anna.command("/ticket", "list", channel=CHANNEL)
    assert answer in ("you said list", {"text": "you said list"})
    await until(lambda: len(sandbox.workspace.history(CHANNEL)) == 2)
    texts = [each["text"] for each in anna.ephemerals(CHANNEL)]
    assert texts == ["only you", "you said list"]
    with pytest.raises(NotAcknowledged):
        await anna.command("/unknown", channel=CHANNEL)


async def test_a_failed_event_is_sent_again(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    bridge.fail = 2
    await sandbox.person("anna").say(CHANNEL, "hi")
    await until(lambda: len(bridge.events) == 1)
    assert bridge.fail == 0


async def test_switches_of_delivery(pair: tuple[SlackSandbox, Bridge]) -> None:
    sandbox, bridge = pair
    anna = sandbox.person("anna")
    sandbox.delivery.drop("message")
    await anna.say(CHANNEL, "lost")
    sandbox.delivery.duplicate("message", copies=3)
    await anna.say(CHANNEL, "thrice")
    await until(lambda: len(bridge.bodies) == 3)
    assert len({each["event_id"] for each in bridge.bodies}) == 1
    sandbox.delivery.clear()
    sandbox.delivery.twin("message")
    await anna.say(CHANNEL, "twin")
    await until(lambda: len(bridge.bodies) == 5)
    first, second = bridge.events[3:]
    assert first["client_msg_id"] == second["client_msg_id"]
    assert first["ts"] != second["ts"]
    sandbox.delivery.clear()
    sandbox.delivery.reorder("message", window=2)
    await anna.say(CHANNEL, "one")
    await anna.say(CHANNEL, "two")
    await until(lambda: len(bridge.events) == 7)
    assert [each["text"] for each in bridge.events[5:]] == ["two", "one"]


async def test_events_while_nobody_is_connected_are_lost(sandbox: SlackSandbox) -> None:
    bridge, anna = Bridge(sandbox), sandbox.person("anna")
    await anna.say(CHANNEL, "too early")
    async with connected(sandbox, bridge):
        sandbox.socket.drop_all()
        await anna.say(CHANNEL, "in the gap")
        await until(lambda: sandbox.socket.connected == 1)
        await anna.say(CHANNEL, "heard")
        await until(lambda: bool(bridge.events))
        await sandbox.socket.disconnect()
        await until(lambda: sandbox.socket.connected == 1)
        await anna.say(CHANNEL, "heard again")
        await until(lambda: len(bridge.events) == 2)
    assert [each["text"] for each in bridge.events] == ["heard", "heard again"]


async def test_each_payload_goes_to_one_connection_and_again_without_ack(
    sandbox: SlackSandbox,
) -> None:
    client = AsyncWebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        hello = await ws.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        await sandbox.person("anna").say(CHANNEL, "hi")
        first, second = await ws.receive_json(), await ws.receive_json()
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        await ws.send_json({"envelope_id": second["envelope_id"]})
        with pytest.raises(TimeoutError):
            await ws.receive_json(timeout=0.4)


async def test_http_requests_are_signed_and_retried() -> None:
    sandbox = await SlackSandbox.start(mode="http", retry_scale=0.0)
    seen: list[tuple[str | None, str | None]] = []

    async def broken(request: web.Request) -> web.Response:
        head, body = request.headers, await request.text()
        stamp = head["X-Slack-Request-Timestamp"]
        assert head["X-Slack-Signature"] == signature(sandbox.signing_secret, stamp, body)
        seen.append((head.get("X-Slack-Retry-Num"), head.get("X-Slack-Retry-Reason")))
        stop = {"X-Slack-No-Retry": "1"} if len(seen) == 6 else {}
        return web.Response(status=500, headers=stop)

    server = web.Application()
    server.router.add_post("/", broken)
    serving = await serve(server)
    sandbox.endpoints.point_at(f"{serving.url}/")
    await sandbox.person("anna").say(CHANNEL, "hi")
    await until(lambda: len(seen) == 4)
    assert seen == [(None, None), *[(str(n), "http_error") for n in (1, 2, 3)]]
    await sandbox.person("anna").say(CHANNEL, "no more")
    await until(lambda: len(seen) == 6)
    with pytest.raises(NotAcknowledged):
        await sandbox.person("anna").command("/ticket", channel=CHANNEL)
    await asyncio.sleep(0.05)
    assert len(seen) == 7
    assert not await sandbox.http.verify()
    await serving.stop()
    await sandbox.stop()


async def test_the_events_url_is_verified() -> None:
    sandbox = await SlackSandbox.start(mode="http")
    async with listening(sandbox, Bridge(sandbox)):
        assert await sandbox.http.verify()
    await sandbox.stop()


async def test_trigger_ids_and_response_urls_run_out() -> None:
    now = [1_800_000_000.0]
    sandbox = await SlackSandbox.start(clock=lambda: now[0], rate_scale=0)
    bridge = Bridge(sandbox)
    async with connected(sandbox, bridge), aiohttp.ClientSession() as session:
        await sandbox.person("anna").click(CHANNEL, await bridge.card(), "status", None, "new")
        told = bridge.acted[-1]
        now[0] += 4
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            await bridge.client.views_open(trigger_id=told["trigger_id"], view=modal())
        await sandbox.person("anna").click(CHANNEL, told["message"]["ts"], "status", None, "new")
        fresh = bridge.acted[-1]["trigger_id"]
        await bridge.client.views_open(trigger_id=fresh, view=modal())
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await bridge.client.views_open(trigger_id=fresh, view=modal())
        statuses = []
        for _ in range(6):
            async with session.post(told["response_url"], json={"text": "x"}) as response:
                statuses.append(response.status)
        assert statuses == [200] * 5 + [404]
    await sandbox.stop()


async def test_home_buttons_pushed_views_and_clearing(sandbox: SlackSandbox) -> None:
    bridge, anna = Bridge(sandbox), sandbox.person("anna")
    pushed: list[str] = []

    @bridge.app.action("deeper")
    async def deeper(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        push = client.views_push if pushed else client.views_open
        view = modal() | {"blocks": deeper_button, "external_id": f"e{len(pushed)}"}
        pushed.append((await push(trigger_id=body["trigger_id"], view=view))["view"]["id"])

    @bridge.app.view("clear")
    async def clear(ack: Any) -> None:
        await ack(response_action="clear")

    button = {"type": "button", "action_id": "deeper", "text": plain("Deeper")}
    deeper_button = [{"type": "actions", "elements": [button]}]
    async with connected(sandbox, bridge):
        home = {"type": "home", "blocks": deeper_button}
        shown = await bridge.client.views_publish(user_id=anna.id, view=home)
        view = shown["view"]["id"]
        for depth in (1, 2, 3):
            await anna.act_in_view(view, "deeper")
            await until(lambda: len(pushed) == depth)  # noqa: B023  # awaited in the same turn
            view = pushed[-1]
        assert [each["id"] for each in anna.modals()] == pushed
        assert {each["root_view_id"] for each in anna.modals()} == {pushed[0]}
        last = modal() | {"callback_id": "clear", "blocks": [{"type": "divider"}]}
        await bridge.client.views_update(external_id="e2", view=last)
        await anna.submit(view)
    assert anna.modals() == []


async def test_an_ephemeral_can_be_replaced_and_deleted(sandbox: SlackSandbox) -> None:
    bridge, anna = Bridge(sandbox), sandbox.person("anna")
    async with connected(sandbox, bridge), aiohttp.ClientSession() as session:
        await bridge.client.chat_postEphemeral(
            channel=CHANNEL, user=anna.id, text="pick", blocks=CARD
        )  # fmt: skip
        ts = anna.ephemerals(CHANNEL)[0]["ts"]
        await anna.click(CHANNEL, ts, "status", selected_option="new")
        told = bridge.acted[-1]
        assert told["container"]["is_ephemeral"]
        assert "message" not in told
        changed = {"text": "picked", "replace_original": True}
        async with session.post(told["response_url"], json=changed) as response:
            assert (await response.json()) == {"ok": True}
        assert [each["text"] for each in anna.ephemerals(CHANNEL)] == ["picked"]
        async with session.post(told["response_url"], json={"delete_original": True}) as response:
            assert response.status == 200
        assert anna.ephemerals(CHANNEL) == []
        async with session.post(told["response_url"], data="{") as response:
            assert response.status == 400


async def test_connections_are_counted_and_aged(sandbox: SlackSandbox) -> None:
    client = AsyncWebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    async with aiohttp.ClientSession() as session:

        async def connect() -> aiohttp.ClientWebSocketResponse:
            opened = await client.apps_connections_open(app_token=sandbox.app_token)
            return await session.ws_connect(opened["url"])

        held = [await connect() for _ in range(10)]
        assert [(await each.receive_json())["num_connections"] for each in held][-1] == 10
        eleventh = await connect()
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
        sandbox.socket.drop_all()
        sandbox.socket.lifetime = 10.05
        aged = await connect()
        heard = [await aged.receive_json(timeout=2) for _ in range(2)]
        assert [each["type"] for each in heard] == ["hello", "disconnect"]
        assert heard[1]["reason"] == "warning"
        async with session.post(f"{sandbox.url}/sandbox/socket/refuse", json={"seconds": 9}):
            with pytest.raises(SlackApiError, match="internal_error"):
                await connect()
