"""Socket Mode over real WebSockets: whatever happens to Slack's hosts, we hear again afterwards.

The times are short (`QUICK`); a ticket lives a third of a second, and every fault lasts longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.demo.waiting import until
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.socket_host import Trouble
from slackbridge.slack.socket_mode import Sockets
from slackbridge.slack.socket_timing import Patience

CHANNEL = "C0SUPPORT"
QUICK = Patience(call=0.4, ping=0.15, first=0.05, most=0.4, burst=8)
TICKET_SECONDS = 0.3
FAULT_SECONDS = 1.2
AGAIN_SECONDS = 3.0  # the longest wait, one attempt that fails, and one that does not
RATE_LIMITED = '{"ok": false, "error": "ratelimited"}'
REFUSED = '{"ok": false, "error": "invalid_auth"}'


async def authorized(enterprise_id: str, team_id: str) -> AuthorizeResult:
    """Without a call: the Web API may be away."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")


class Ear:
    """An app that hears messages, and is told of gaps."""

    def __init__(self, slack: SlackSandbox, patience: Patience = QUICK) -> None:
        self.slack = slack
        self.texts: list[str] = []
        self.gaps = 0
        self.on_heard: Callable[[], None] | None = None
        app = AsyncApp(
            client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url),
            authorize=authorized,
            signing_secret="x",
            process_before_response=True,
        )

        @app.event("message")
        async def heard(event: dict[str, Any]) -> None:
            self.texts.append(event["text"])
            if self.on_heard is not None:
                self.on_heard()
                await asyncio.sleep(0.1)

        self.sockets = Sockets(app, slack.app_token, slack.api_url, self._gap, patience)

    async def _gap(self) -> None:
        self.gaps += 1

    async def both(self) -> None:
        await until(
            "both sockets",
            lambda: self.sockets.connected() == self.slack.socket.connected == 2,
            AGAIN_SECONDS,
        )

    async def hears(self, text: str, seconds: float = AGAIN_SECONDS) -> None:
        """Somebody writes again and again until it is heard: Slack keeps nothing for us."""
        end = time.monotonic() + seconds
        while text not in self.texts:
            assert time.monotonic() < end, "still deaf"
            await self.slack.person("anna").say(CHANNEL, text)
            with contextlib.suppress(Exception):
                await until(text, lambda: text in self.texts, 0.2)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(rate_scale=0)
    sandbox.socket.ticket_seconds, sandbox.socket.redelivery = TICKET_SECONDS, 0.4
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def ear(slack: SlackSandbox) -> AsyncIterator[Ear]:
    ear = Ear(slack)
    await ear.sockets.open()
    await ear.both()
    yield ear
    begun = time.monotonic()
    await ear.sockets.close()
    assert time.monotonic() - begun < 4


async def fail(slack: SlackSandbox, what: str) -> None:
    """The socket host is in that trouble and its connections are gone; `""` = all is well."""
    slack.socket.ticket_seconds = -1 if what == "expired" else TICKET_SECONDS
    await slack.socket.host.fail(Trouble.NONE if what == "expired" else what)
    if what:
        slack.socket.drop_all()


@pytest.mark.parametrize("what", [*filter(None, Trouble), "expired"])
async def test_it_hears_again_once_the_socket_host_is_back(ear: Ear, what: str) -> None:
    """The Web API is well all the time, and gives tickets that nobody can use."""
    await ear.hears("before")
    gaps, tickets = ear.gaps, ear.slack.socket.tickets
    await fail(ear.slack, what)
    await until("noticed", lambda: ear.sockets.connected() == 0, 2)
    await asyncio.sleep(FAULT_SECONDS)
    assert ear.sockets.why(), "it can say why"
    assert ear.slack.socket.tickets - tickets <= QUICK.burst + FAULT_SECONDS / QUICK.most + 2
    await fail(ear.slack, "")
    await ear.hears("after")
    await ear.both()
    assert ear.gaps > gaps, "what nobody heard is caught up with"
    assert ear.sockets.why() == ""


async def test_a_socket_that_is_open_and_dead_is_replaced(ear: Ear) -> None:
    """No close, no error, no pong: only the silence tells."""
    gaps = ear.gaps
    ear.slack.socket.mute_all()
    assert ear.slack.socket.connected == 2, "Slack takes them for connected"
    await until("noticed", lambda: ear.slack.socket.tickets >= 4, 2)
    await ear.hears("after")
    assert ear.gaps == gaps + 1
    await ear.both()


async def test_a_socket_that_is_open_and_dead_does_not_count(ear: Ear) -> None:
    """While the host lets nobody in, the process says that it is not connected."""
    await ear.slack.socket.host.fail(Trouble.REFUSED)
    ear.slack.socket.mute_all()
    await until("noticed", lambda: ear.sockets.connected() == 0, 2)
    assert ear.slack.socket.connected == 2, "Slack has not closed them"
    await fail(ear.slack, "")
    await ear.hears("after")


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (Action.RESET, {}),
        (Action.DELAY, {"seconds": 2.0}),
        (Action.STATUS, {"status": 503}),
        (Action.STATUS, {"status": 429, "headers": {"Retry-After": "1"}, "body": RATE_LIMITED}),
        (Action.STATUS, {"status": 200, "body": REFUSED}),
        (Action.STATUS, {"status": 200, "body": "<html>"}),
    ],
    ids=["reset", "hangs", "503", "ratelimited", "refused token", "a page"],
)
async def test_it_lives_and_comes_back_while_the_web_api_is_away(
    ear: Ear, action: Action, more: dict[str, Any]
) -> None:
    """The sockets are another host: they go on."""
    gaps = ear.gaps
    ear.slack.faults.add(Fault("*", Phase.ARRIVAL, action, times=None, **more))
    await asyncio.sleep(FAULT_SECONDS / 2)
    assert ear.sockets.connected() == 2
    await ear.hears("meanwhile")
    await fail(ear.slack, "")
    ear.slack.socket.drop_all()
    await until("noticed", lambda: ear.sockets.connected() == 0, 2)
    await asyncio.sleep(FAULT_SECONDS)
    assert ear.sockets.why()
    assert len(ear.slack.faults.seen) < QUICK.burst + 10
    ear.slack.faults.clear()
    await ear.hears("after")
    await ear.both()
    assert ear.gaps == gaps + 1


async def test_a_wait_that_slack_asks_for_is_kept(ear: Ear) -> None:
    asked: Fault = ear.slack.faults.add(
        Fault(
            *("apps.connections.open", Phase.ARRIVAL, Action.STATUS),
            status=429,
            headers={"Retry-After": "1"},
            body=RATE_LIMITED,
        )
    )
    ear.slack.socket.drop_all()
    await until("asked", lambda: asked.struck, 2)
    calls, begun = len(ear.slack.faults.seen), time.monotonic()
    await until("a connection", ear.sockets.connected, AGAIN_SECONDS)
    assert time.monotonic() - begun > 0.9
    assert len(ear.slack.faults.seen) - calls <= 2


async def test_routine_renewals_are_no_gap_and_lose_nothing() -> None:
    """Slack ends every connection after its time; the two are not ended in the same moment."""
    slack = await SlackSandbox.start(rate_scale=0)
    slack.socket.lifetime, slack.socket.warning_seconds = 1.5, 0.3
    ear, least = Ear(slack, Patience(ping=0.2, first=0.05, most=0.2, burst=20)), []
    await ear.sockets.open()
    await ear.both()
    said = [f"message {n}" for n in range(45)]
    for text in said:
        await slack.person("anna").say(CHANNEL, text)
        await asyncio.sleep(0.08)
        least.append(min(slack.socket.connected, ear.sockets.connected()))
    await until("all", lambda: set(said) <= set(ear.texts), 5)
    assert min(least) >= 1
    assert ear.gaps == 1, "the start alone"
    assert 5 <= slack.socket.tickets <= 9
    await ear.sockets.close()
    await slack.stop()


async def test_the_last_connection_is_replaced_at_once_whatever_was_asked_for_before() -> None:
    """What is kept back for the sake of Slack's limits is redundancy, never hearing."""
    slack = await SlackSandbox.start(rate_scale=0)
    ear = Ear(slack, Patience(ping=0.2, first=0.05, most=60, burst=2))
    await ear.sockets.open()
    await ear.both()
    await slack.socket.disconnect("warning")
    await asyncio.sleep(0.3)
    assert slack.socket.tickets == 2, "the burst is used up"
    slack.socket.drop_all()
    await ear.hears("after", 5)
    await ear.sockets.close()
    await slack.stop()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_both_are_called_back_at_once(ear: Ear, reason: str) -> None:
    """The worst case: after a warning there is still no moment without a connection."""
    gaps, opened = ear.gaps, ear.slack.socket.opened
    await ear.slack.socket.disconnect(reason)
    await until("new ones", lambda: ear.slack.socket.opened == opened + 2, 2)
    await ear.both()
    await ear.hears("after")
    assert ear.gaps == gaps + (reason != "warning")


async def test_what_could_not_be_acknowledged_comes_again(ear: Ear) -> None:
    """The connection is gone before the answer: Slack sends it by another one."""
    drop = asyncio.get_running_loop().call_later

    def once() -> None:
        ear.on_heard = None
        drop(0, ear.slack.socket.drop_all)

    ear.on_heard = once
    await ear.slack.person("anna").say(CHANNEL, "once more")
    await until("it", lambda: ear.texts.count("once more") == 2, AGAIN_SECONDS)


@pytest.mark.parametrize("what", ["", *filter(None, Trouble), "expired", "silent", "api"])
async def test_a_stop_takes_seconds_whatever_goes_on(slack: SlackSandbox, what: str) -> None:
    ear = Ear(slack, Patience(call=20, ping=20, first=30, most=60))
    await ear.sockets.open()
    await ear.both()
    match what:
        case "silent":
            slack.socket.mute_all()
        case "api":
            slack.faults.add(Fault("*", Phase.ARRIVAL, Action.DELAY, times=None, seconds=30))
            slack.socket.drop_all()
        case _:
            await fail(slack, what)
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    await ear.sockets.close()
    assert time.monotonic() - begun < 4
    assert ear.sockets.connected() == 0
