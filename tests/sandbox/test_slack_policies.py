"""What a workspace's admins forbid: the sandbox answers as Slack documents it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.policies import COMPLIANCE, Policies

CHANNEL = "C0SUPPORT"


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(rate_scale=0)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def client(sandbox: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


async def error(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as raised:
        await call
    return str(raised.value.response["error"])


async def test_each_policy(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    root = str((await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"])
    policies = sandbox.workspace.policies
    policies.edit_seconds = 0.0
    assert (
        await error(client.chat_update(channel=CHANNEL, ts=root, text="new"))
        == "edit_window_closed"
    )
    policies.no_deletion = COMPLIANCE
    assert await error(client.chat_delete(channel=CHANNEL, ts=root)) == COMPLIANCE
    policies.locked.add(root)
    reply = client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)
    assert await error(reply) == "restricted_action_thread_locked"
    reaction = client.reactions_add(channel=CHANNEL, timestamp=root, name="eyes")
    assert await error(reaction) == "thread_locked"
    policies.read_only.add(CHANNEL)
    post = client.chat_postMessage(channel=CHANNEL, text="root")
    assert await error(post) == "restricted_action_read_only_channel"
    sandbox.workspace.policies = Policies(gone_root="cannot_reply_to_message")
    await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)
    await client.chat_delete(channel=CHANNEL, ts=root)
    reply = client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)
    assert await error(reply) == "cannot_reply_to_message"


async def test_an_edit_in_an_archived_channel_is_inactive(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    ts = str((await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"])
    await sandbox.person("anna").archive(CHANNEL)
    assert await error(client.chat_update(channel=CHANNEL, ts=ts, text="new")) == "is_inactive"
    assert await error(client.chat_postMessage(channel=CHANNEL, text="x")) == "is_archived"
