"""The Slack side of the page: its state, and the events on changes."""

from __future__ import annotations

import base64

import yaml

from slackbridge.config.sections import SLASH
from slackbridge.demo.page import manifest
from slackbridge.demo.world import CHANNEL, World
from slackbridge.slack.app_manifest import AppManifest
from tests.demo_page.conftest import Visitor

ANNA = "/sandbox/people/U0ANNA"
PNG = b"\x89PNG\r\n\x1a\n"


async def test_the_state_names_everybody_and_everything(visitor: Visitor) -> None:
    state = await visitor.get("/page/state")
    users = {user["id"]: user for user in state["users"]}
    assert [users[id]["name"] for id in state["act_as"]] == ["anna", "ben", "gil"]
    assert (users["U0GIL"]["guest"], users["U0EXT"]["stranger"]) == (True, True)
    assert {channel["name"] for channel in state["channels"]} >= {"support", "refunds"}
    assert [market["label"] for market in state["markets"]] == [
        *("refurbed", "ClickBank", "SellApp", "Sellgate")
    ]
    assert state["emoji"]["white_check_mark"] == "✅"
    assert state["commands"][0]["command"] == SLASH


def test_the_commands_are_those_of_the_app_manifest() -> None:
    features = yaml.safe_load(AppManifest(SLASH).as_yaml())["features"]
    assert manifest.commands() == [
        {"command": row["command"], "description": row["description"], "usage": row["usage_hint"]}
        for row in features["slash_commands"]
    ]
    assert manifest.shortcuts() == []


async def test_a_thread_is_told_message_by_message(visitor: Visitor) -> None:
    async with visitor.listening() as stream:
        root = await visitor.post(f"{ANNA}/say", channel=CHANNEL, text="hello")
        told = await stream.next("message", ts=root)
        assert (told["root"], told["message"]["text"]) == ("", "hello")
        reply = await visitor.post(f"{ANNA}/say", channel=CHANNEL, text="so?", thread_ts=root)
        assert (await stream.next("message", ts=reply))["root"] == root
        assert (await stream.next("message", ts=root))["message"]["reply_count"] == 1
        await visitor.post(f"{ANNA}/react", channel=CHANNEL, ts=reply, name="eyes")
        assert (await stream.next("message", ts=reply))["message"]["reactions"][0]["count"] == 1
        await visitor.post(f"{ANNA}/delete", channel=CHANNEL, ts=reply)
        assert (await stream.next("message", ts=reply)) == {
            **{"channel": CHANNEL, "ts": reply, "root": root, "message": None}
        }
        assert "reply_count" not in (await stream.next("message", ts=root))["message"]


async def test_history_comes_in_pages(visitor: Visitor, place: World) -> None:
    anna = place.slack.person("anna")
    sent = [await anna.say(CHANNEL, f"number {n}") for n in range(5)]
    newest = await visitor.get(f"/page/channels/{CHANNEL}?limit=2")
    assert ([row["ts"] for row in newest["messages"]], newest["more"]) == (sent[3:], True)
    older = await visitor.get(f"/page/channels/{CHANNEL}?limit=9&before={sent[3]}")
    assert ([row["ts"] for row in older["messages"]], older["more"]) == (sent[:3], False)
    thread = await visitor.get(f"/page/channels/{CHANNEL}/{sent[0]}")
    assert [row["text"] for row in thread["messages"]] == ["number 0"]
    status, answer = await visitor.ask("GET", "/page/channels/C0NOWHERE")
    assert (status, answer) == (404, {"ok": False, "error": "There is no channel C0NOWHERE."})


async def test_what_joins_archives_and_opens_views_is_told(visitor: Visitor, place: World) -> None:
    async with visitor.listening() as stream:
        await visitor.post(f"{ANNA}/invite", channel="C0OTHER", user="U0GIL")
        joined = await stream.next("message", channel="C0OTHER")
        assert joined["message"]["subtype"] == "channel_join"
        await stream.next("channels")
        title = {"type": "plain_text", "text": "T"}
        view = place.slack.workspace.views.open(
            "U0ANNA", {"type": "modal", "title": title, "blocks": [{"type": "divider"}]}
        )
        await stream.next("person", user="U0ANNA")
        assert len((await visitor.get("/page/people/U0ANNA"))["modals"]) == 1
        await visitor.post(f"{ANNA}/close_view", view_id=view.id)
        await stream.next("person", user="U0ANNA")
        assert (await visitor.get("/page/people/U0ANNA"))["modals"] == []


async def test_a_file_is_shared_and_served_harmlessly(visitor: Visitor) -> None:
    page = {"name": "a.html", "mimetype": "text/html", "base64": _b64(b"<script>1</script>")}
    picture = {"name": "ä b.png", "base64": _b64(PNG)}
    ts = await visitor.post(f"{ANNA}/say", channel=CHANNEL, text="", files=[page, picture])
    thread = await visitor.get(f"/page/channels/{CHANNEL}/{ts}")
    ids = [file["id"] for file in thread["messages"][0]["files"]]
    first, second = [await visitor.raw(f"/page/files/{id}") for id in ids]
    assert first.data == b"<script>1</script>"
    assert first.kind == "application/octet-stream"
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert (second.data, second.kind) == (PNG, "image/png")
    assert second.headers["Content-Disposition"] == "inline; filename*=UTF-8''%C3%A4%20b.png"
    bad = [{"name": "a.txt", "base64": "?"}]
    assert await visitor.refused(f"{ANNA}/say", channel=CHANNEL, text="", files=bad) == (
        400,
        "the content of 'a.txt' is not valid base64",
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
