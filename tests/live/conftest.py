"""What the self-test's tests share: what is expected of Slack, and a workspace with a quirk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from slackbridge.cli.rehearsal import rehearse
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.refusals import Refusal
from slackbridge.slack.live.probe import Seen


@pytest.fixture(scope="session")
def expected() -> Mapping[str, Seen]:
    """What `check --live` expects, played once."""
    return asyncio.run(rehearse("socket", by_hand=True))


def refuse(slack: SlackSandbox, method: str, code: str, times: int | None = None) -> None:
    """Slack refuses the next calls of a method (None = all)."""
    slack.refusals.add(Refusal(method, code, times=times))


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(rate_scale=0)
    yield sandbox
    await sandbox.stop()
