"""The self-test played on the sandbox: what it sees there is what is expected of Slack."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.roster import Channel
from slackbridge.slack.chat import SlackChat
from slackbridge.slack.client import SlackClient
from slackbridge.slack.live import by_hand as hands
from slackbridge.slack.live import runner
from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.by_hand import Step
from slackbridge.slack.live.probe import Probe, Seen

CHANNEL = "C0SELFTEST"
PERSON = "anna"
BUTTON = "ticket:claim"


async def rehearse(mode: str, *, by_hand: bool) -> dict[str, Seen]:
    """What is expected of each probe, by its name. `mode` is how the bridge listens."""
    sandbox = await SlackSandbox.start(rate_scale=0)
    try:
        return await seen_on(sandbox, mode, by_hand=by_hand)
    finally:
        await sandbox.stop()


async def seen_on(
    sandbox: SlackSandbox,
    mode: str = "socket",
    *,
    by_hand: bool = False,
    probes: Iterable[Probe] = runner.PROBES,
) -> dict[str, Seen]:
    """What each probe sees on a sandbox, which is cleaned up again."""
    async with bench_on(sandbox, mode) as bench:
        found = await _looked(probes, bench)
        if by_hand:
            async with hands.probes(bench, SandboxHands(sandbox)) as asked:
                found += await _looked(asked, bench)
        await runner.clean(bench)
    return {seen.name: seen for seen in found}


async def _looked(probes: Iterable[Probe], bench: Bench) -> list[Seen]:
    return [await runner.look(probe, bench) for probe in probes]


@contextlib.asynccontextmanager
async def bench_on(sandbox: SlackSandbox, mode: str = "socket") -> AsyncIterator[Bench]:
    """A bench in a scratch channel of the sandbox."""
    if CHANNEL not in sandbox.workspace.channels:
        members = [sandbox.bot_user_id, sandbox.person(PERSON).id]
        sandbox.workspace.channels[CHANNEL] = Channel(CHANNEL, "selftest", members)
    client = SlackClient(sandbox.bot_token, sandbox.api_url)
    await client.open()
    chat = SlackChat(client)
    token, url = sandbox.app_token, sandbox.api_url
    try:
        await chat.begin()
        yield Bench(chat, CHANNEL, mode, token, url, say=lambda line: None)
    finally:
        await client.close()


class SandboxHands:
    """Does by itself what a person is asked to do."""

    def __init__(self, sandbox: SlackSandbox) -> None:
        self._person = sandbox.person(PERSON)
        self._said = ""

    async def act(self, step: Step, channel: str, root: str) -> None:
        match step.name.removeprefix("hand."):
            case "write":
                self._said = await self._person.say(channel, "a word", root)
            case "edit":
                await self._person.edit(channel, self._said, "another word")
            case "delete":
                await self._person.delete(channel, self._said)
            case "attach":
                await self._person.say(channel, "a file", root, files=["note.txt"])
            case "press":
                await self._person.click(channel, root, BUTTON)

    async def skip(self) -> None:
        await asyncio.Event().wait()
