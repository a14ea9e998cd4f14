"""Files that agents share are fetched from Slack, with the token, and from nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from slackbridge.domain.errors import Code, Failure, Later, Rejected
from slackbridge.domain.files import SharedFile
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.serve import serve
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.slack.client import SlackClient
from slackbridge.slack.file_hosts import FileHosts
from slackbridge.slack.shared_files import SlackSharedFiles

MOST = 1_000


class Shop:
    """A workspace in which Anna has shared a file."""

    def __init__(self, slack: SlackSandbox, client: SlackClient) -> None:
        self.slack = slack
        self.fetch = SlackSharedFiles(client).fetch
        spec = {"name": "a.txt", "content": b"body", "mimetype": "text/plain"}
        self.row: dict[str, Any] = slack.files.share("U1", spec)
        self.file = SharedFile(id=str(self.row["id"]), name="a.txt")

    async def refusal(self, most: int = MOST) -> Failure:
        with pytest.raises(Failure) as refused:
            await self.fetch(self.file, most)
        return refused.value


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    slack = await SlackSandbox.start(rate_scale=0)
    client = SlackClient(slack.bot_token, slack.api_url)
    await client.open()
    yield Shop(slack, client)
    await client.close()
    await slack.stop()


async def test_a_file_comes_with_its_name_and_type(shop: Shop) -> None:
    found = await shop.fetch(shop.file, MOST)
    assert (found.name, found.content_type, found.data) == ("a.txt", "text/plain", b"body")


async def test_without_the_scope_a_login_page_is_no_file(shop: Shop) -> None:
    shop.slack.app.scopes = shop.slack.app.scopes - {"files:read"}
    failure = await shop.refusal()
    assert isinstance(failure, Rejected)
    assert "files:read" in failure.reason


async def test_a_login_page_of_the_file_server_is_no_file(shop: Shop) -> None:
    """The Web API tells of the file, but its bytes are not given out."""
    shop.slack.files.hides = True
    failure = await shop.refusal()
    assert isinstance(failure, Rejected)
    assert failure.code == Code.MISSING_SCOPE


async def test_a_deleted_file_is_named(shop: Shop) -> None:
    shop.slack.files.delete(shop.file.id)
    failure = await shop.refusal()
    assert isinstance(failure, Rejected)
    assert "“a.txt” was deleted" in failure.reason


@pytest.mark.parametrize("told", [4, None])
async def test_one_that_is_too_large_is_not_read_to_its_end(shop: Shop, told: int | None) -> None:
    shop.row["size"] = told
    failure = await shop.refusal(3)
    assert isinstance(failure, Rejected)
    assert "larger" in failure.reason


async def test_a_file_that_comes_incomplete_is_asked_for_again(shop: Shop) -> None:
    shop.row["size"] = 5
    assert isinstance(await shop.refusal(), Later)


async def test_a_server_in_trouble_is_asked_again(shop: Shop) -> None:
    shop.slack.faults.add(Fault("url_private", Phase.ARRIVAL, Action.STATUS))
    assert isinstance(await shop.refusal(), Later)


@pytest.mark.parametrize("how", ["address", "redirect"])
async def test_the_token_never_leaves_slack(shop: Shop, how: str) -> None:
    seen: list[str] = []

    async def greedy(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(body=b"body", content_type="text/plain")

    app = web.Application()
    app.router.add_get("/{any:.*}", greedy)
    other = await serve(app, 0)
    if how == "address":
        shop.row["url_private_download"] = f"{other.url}/a.txt"
    else:
        shop.slack.files.redirect = f"{other.url}/a.txt"
    failure = await shop.refusal()
    assert isinstance(failure, Rejected)
    assert "another host" in failure.reason
    assert seen == []
    await other.stop()


async def test_a_redirect_within_slack_is_followed(shop: Shop) -> None:
    shop.slack.files.redirect = f"/files-pri/T0-{shop.file.id}/moved"
    assert (await shop.fetch(shop.file, MOST)).data == b"body"


@pytest.mark.parametrize(
    ("api", "url", "ours"),
    [
        ("https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/a", True),
        ("https://slack.com/api/", "https://slack.com/files/a", True),
        ("https://slack.com/api/", "http://files.slack.com/a", False),
        ("https://slack.com/api/", "https://files.slack.com:444/a", False),
        ("https://slack.com/api/", "https://files.slack.com.evil.example/a", False),
        ("https://slack.com/api/", "https://files.slack.com@evil.example/a", False),
        ("https://slack.com/api/", "https://evil.example/files.slack.com", False),
        ("https://slack.com/api/", "https://127.0.0.1/a", False),
        ("https://slack.com/api/", "https://[::1/a", False),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/a", True),
        ("http://127.0.0.1:3/api/", "http://127.0.0.1:3/files-pri/a", True),
        ("http://127.0.0.1:3/api/", "http://127.0.0.1:4/files-pri/a", False),
    ],
)
def test_which_addresses_are_slacks(api: str, url: str, ours: bool) -> None:
    assert FileHosts(api).ours(url) is ours
