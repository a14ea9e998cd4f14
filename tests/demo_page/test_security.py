"""Host and Origin checks, security headers, static files, and the end of event streams."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from pathlib import Path

import aiohttp
import pytest

from slackbridge.demo.page import assets, feed
from slackbridge.demo.page.page import Page
from slackbridge.demo.world import CHANNEL, World
from tests.demo_page.conftest import Visitor

SAY = "/sandbox/people/U0ANNA/say"
WORDS = {"channel": CHANNEL, "text": "hi"}


async def test_foreign_hosts_and_origins_are_refused(visitor: Visitor) -> None:
    foreign = [("Host", host) for host in ("rebound.example.com", "127.0.0.1.example.com:80", "")]
    foreign += [("Origin", origin) for origin in ("https://example.com", "null", "http://[::1")]
    for path in ("/", "/page/state", "/page/events", "/sandbox/state", "/api/api.test"):
        for name, value in foreign:
            status, answer = await visitor.ask("GET", path, headers={name: value})
            assert (status, answer["ok"]) == (403, False), (path, name, value)


async def test_a_post_must_be_json_from_this_machine(visitor: Visitor) -> None:
    for path in (SAY, "/page/arrive"):
        status, answer = await visitor.ask("POST", path, data='{"text": "hi"}')
        assert (status, answer["error"]) == (403, "A POST needs Content-Type: application/json.")
    headers = {"Origin": "http://localhost:9999", "Host": "localhost:1"}
    assert (await visitor.ask("POST", SAY, json=WORDS, headers=headers))[0] == 200


async def test_the_page_may_run_its_own_scripts_only(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = '\n{"imports": {}}\n'
    page = f'<script type="importmap">{imports}</script><script src="/static/app.js"></script>'
    (tmp_path / "index.html").write_text(page)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    answer = await visitor.raw("/")
    policy = answer.headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(imports.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_static_files_are_served_and_nothing_else(visitor: Visitor) -> None:
    answer = await visitor.raw("/static/vendor/preact.mjs")
    assert (answer.status, answer.kind) == (200, "text/javascript")
    again = await visitor.raw(
        "/static/vendor/preact.mjs", **{"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status == 304
    for path in ("../page.py", "%2e%2e/page.py", "..%2fpage.py", "%2fetc%2fpasswd", "vendor", "x"):
        assert (await visitor.raw(f"/static/{path}")).status == 404, path


async def test_unknown_routes_are_answered_in_json(visitor: Visitor) -> None:
    assert await visitor.ask("GET", "/page/nothing") == (
        404,
        {"ok": False, "error": "Not Found: GET /page/nothing"},
    )
    status, answer = await visitor.ask("DELETE", "/page/state")
    assert (status, answer["ok"]) == (405, False)
    for body, words in (("{", "not valid JSON"), ("[]", "must be a JSON object")):
        headers = {"Content-Type": "application/json"}
        path = "/page/switches/slack-down"
        status, answer = await visitor.ask("POST", path, data=body, headers=headers)
        assert status == 400
        assert words in answer["error"]


async def test_calls_of_the_page_do_not_count_as_slack_calls(
    visitor: Visitor, place: World
) -> None:
    await visitor.post("/page/switches/slack-down", on=True)
    await visitor.get("/page/state")
    await visitor.post(SAY, **WORDS)
    assert place.slack.faults.seen == []


async def test_a_page_that_reads_too_slowly_is_disconnected(
    visitor: Visitor, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BACKLOG", 3)
    async with visitor.listening() as slow:
        for _ in range(4):
            page.feed.publish("books", {})
        await slow.ends(aiohttp.ClientError)
    for _ in range(100):
        if not page.feed.has_listeners:
            break
        await asyncio.sleep(0.01)
    assert not page.feed.has_listeners


async def test_heartbeats_and_a_prompt_end(
    visitor: Visitor, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HEARTBEAT_SECONDS", 0.02)
    async with visitor.listening() as stream:
        await asyncio.sleep(0.1)
        await page.close()
        await stream.ends()


def test_every_inline_script_of_the_real_page_is_found() -> None:
    html = (assets.ROOT / "index.html").read_text("utf-8")
    assert len(assets.INLINE.findall(html)) == len(re.findall(r"<script(?![^>]*src)", html))
