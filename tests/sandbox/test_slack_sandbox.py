"""The Slack sandbox's Web API as an unmodified slack_sdk client sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.errors import NotPossible

CHANNEL = "C0SUPPORT"
KEY = {"event_type": "bridged", "event_payload": {"key": "t1"}}
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "<!here>"}]}],
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Title"},
    "blocks": [{"type": "divider"}],
}


class Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def sandbox(clock: Hand) -> AsyncIterator[SlackSandbox]:
    sandbox = await SlackSandbox.start(clock=clock)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def client(sandbox: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


async def refusal(call: Any) -> dict[str, Any]:
    """The answer to a call that is refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    response = caught.value.response
    return {"status": response.status_code, "headers": response.headers, **response.data}


async def test_identity_and_headers(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"]) == (sandbox.bot_user_id, "B0SANDBOX")
    assert "chat:write" in me.headers["X-OAuth-Scopes"].split(",")
    assert me.headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


async def test_a_post_is_found_by_its_metadata(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="a & <b>", metadata=KEY)
    assert posted["message"]["text"] == "a &amp; &lt;b&gt;"
    plain = await client.conversations_history(channel=CHANNEL)
    assert plain["messages"][0]["metadata"] == {"event_type": "bridged"}
    full = await client.conversations_history(channel=CHANNEL, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == KEY
    await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="new")
    kept = sandbox.workspace.message(CHANNEL, posted["ts"])
    assert kept is not None
    assert (kept["metadata"], kept["edited"]["user"]) == (KEY, sandbox.bot_user_id)


async def test_a_custom_name_makes_a_bot_message(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="hi", username="Kim", icon_emoji=":wave:"
    )
    message = posted["message"]
    assert (message["subtype"], message["username"]) == ("bot_message", "Kim")
    assert "user" not in message
    await client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    sandbox.app.scopes.discard("chat:write.customize")
    answer = await refusal(client.chat_postMessage(channel=CHANNEL, text="hi", username="Kim"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")


async def test_threads(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    anna = sandbox.person("anna")
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    replies = [await anna.say(CHANNEL, f"reply {n}", thread_ts=root) for n in range(5)]
    shared = await anna.say(CHANNEL, "for all", thread_ts=replies[0], broadcast=True)
    history = (await client.conversations_history(channel=CHANNEL))["messages"]
    assert [each["ts"] for each in history] == [shared, root]
    facts = history[1]
    assert (facts["reply_count"], facts["latest_reply"], facts["thread_ts"]) == (6, shared, root)
    first = await client.conversations_replies(channel=CHANNEL, ts=replies[2], limit=4)
    assert [each["ts"] for each in first["messages"]] == [root, *replies[:3]]
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=CHANNEL, ts=root, limit=4, cursor=cursor)
    assert [each["ts"] for each in rest["messages"]] == [*replies[3:], shared]
    assert not rest["has_more"]
    late = await client.conversations_replies(channel=CHANNEL, ts=root, oldest=replies[3])
    assert [each["ts"] for each in late["messages"]] == [root, replies[4], shared]


async def test_a_deleted_root_leaves_a_tombstone_or_nothing(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    anna = sandbox.person("anna")
    root = await anna.say(CHANNEL, "root")
    lone = await anna.say(CHANNEL, "lone")
    reply = await anna.say(CHANNEL, "reply", thread_ts=root)
    await anna.delete(CHANNEL, root)
    await anna.delete(CHANNEL, lone)
    assert [each.get("subtype") for each in sandbox.workspace.history(CHANNEL)] == ["tombstone"]
    orphan = await client.chat_postMessage(channel=CHANNEL, text="late", thread_ts=lone)
    assert "thread_ts" not in orphan["message"]
    await anna.delete(CHANNEL, reply)
    assert [each["ts"] for each in sandbox.workspace.history(CHANNEL)] == [orphan["ts"]]


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0OTHER", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": CHANNEL}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": CHANNEL, "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": CHANNEL, "blocks": [{"type": "no"}]}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": CHANNEL, "text": "x", "thread_ts": "0"},
            "invalid_thread_ts",
        ),
        (
            "chat.postMessage",
            {
                "channel": CHANNEL,
                "text": "x",
                "metadata": {"event_type": "a", "event_payload": {"k": "x" * 9000}},
            },
            "metadata_too_large",
        ),
        ("chat.update", {"channel": CHANNEL, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": CHANNEL, "user": "U0BO", "text": "x"},
         "user_not_in_channel"),
        ("conversations.replies", {"channel": CHANNEL, "ts": "1.000001"}, "thread_not_found"),
        ("conversations.history", {"channel": CHANNEL, "cursor": "zzz"}, "invalid_cursor"),
        ("conversations.history", {"channel": CHANNEL, "limit": 1001}, "invalid_limit"),
        ("conversations.history", {"channel": CHANNEL, "oldest": "x"}, "invalid_ts_oldest"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "bo@sandbox.example"}, "users_not_found"),
        ("reactions.add", {"channel": CHANNEL, "timestamp": "1.000001", "name": "A!"},
         "invalid_name"),
        ("views.open", {"trigger_id": "1.2.3", "view": MODAL}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "1.2.3", "view": {"type": "modal"}}, "invalid_arguments"),
        ("views.update", {"view_id": "V0NONE", "view": MODAL}, "not_found"),
        ("chat.nothing", {}, "unknown_method"),
    ],
)  # fmt: skip
async def test_refusals(
    client: AsyncWebClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    assert (await refusal(client.api_call(method, json=arguments)))["error"] == code


async def test_tokens(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    for token, code in (("", "not_authed"), ("xoxb-no", "invalid_auth")):
        stranger = AsyncWebClient(token=token, base_url=sandbox.api_url)
        assert (await refusal(stranger.auth_test()))["error"] == code
    assert (await refusal(client.apps_connections_open(app_token=sandbox.bot_token)))[
        "error"
    ] == "not_allowed_token_type"
    sandbox.app.revoked = True
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"


async def test_foreign_messages_cannot_be_changed(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    ts = await sandbox.person("anna").say(CHANNEL, "mine")
    updated = await refusal(client.chat_update(channel=CHANNEL, ts=ts, text="x"))
    deleted = await refusal(client.chat_delete(channel=CHANNEL, ts=ts))
    assert (updated["error"], deleted["error"]) == ("cant_update_message", "cant_delete_message")


async def test_text_limits(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="x" * 40_100)
    assert len(posted["message"]["text"]) == 40_000
    answer = await refusal(client.chat_update(channel=CHANNEL, ts=posted["ts"], text="x" * 4001))
    assert answer["error"] == "msg_too_long"


async def test_rich_text_stays_rich_text(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[RICH])
    call = client.chat_update(channel=CHANNEL, ts=posted["ts"], text="y", blocks=[BUTTON])
    assert (await refusal(call))["error"] == "block_mismatch"
    kept = await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="y", blocks=[RICH])
    assert "edited" not in kept["message"]
    bare = await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="z")
    assert "blocks" not in bare["message"]


async def test_arguments_may_come_as_query_form_or_json(sandbox: SlackSandbox) -> None:
    head = {"Authorization": f"Bearer {sandbox.bot_token}"}
    body = {"channel": CHANNEL, "text": "x", "blocks": json.dumps([BUTTON])}
    url = f"{sandbox.api_url}chat.postMessage"
    async with aiohttp.ClientSession(headers=head) as session:
        for ways in ({"data": body}, {"params": body}, {"json": body}):
            async with session.post(url, **ways) as response:  # type: ignore[arg-type]  # any of 3
                answer = await response.json()
            assert answer["message"]["blocks"][0]["block_id"] == "row"
        async with session.post(url, data="{", headers={"Content-Type": "application/json"}) as bad:
            assert (await bad.json())["error"] == "invalid_json"


async def test_reactions(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    ts = await sandbox.person("anna").say(CHANNEL, "hi")
    item = {"channel": CHANNEL, "timestamp": ts, "name": "eyes"}
    await client.reactions_add(**item)
    assert (await refusal(client.reactions_add(**item)))["error"] == "already_reacted"
    found = await client.reactions_get(channel=CHANNEL, timestamp=ts)
    assert found["message"]["reactions"][0]["users"] == [sandbox.bot_user_id]
    await client.reactions_remove(**item)
    assert (await refusal(client.reactions_remove(**item)))["error"] == "no_reaction"


async def test_posts_are_limited_by_channel(
    sandbox: SlackSandbox, client: AsyncWebClient, clock: Hand
) -> None:
    for _ in range(4):
        await client.chat_postMessage(channel=CHANNEL, text="x")
    answer = await refusal(client.chat_postMessage(channel=CHANNEL, text="x"))
    assert (answer["status"], answer["error"], answer["headers"]["Retry-After"]) == (
        429,
        "ratelimited",
        "1",
    )
    await client.chat_postMessage(channel="C0REFUNDS", text="x")
    clock.now += 1
    await client.chat_postMessage(channel=CHANNEL, text="x")
    assert sandbox.limits.refused == {"chat.postMessage": 1}


async def test_methods_are_limited_by_tier(
    sandbox: SlackSandbox, client: AsyncWebClient, clock: Hand
) -> None:
    sandbox.limits.scale = 0.1
    for _ in range(5):
        await client.conversations_history(channel=CHANNEL)
    clock.now += 20
    answer = await refusal(client.conversations_history(channel=CHANNEL))
    assert (answer["status"], answer["headers"]["Retry-After"]) == (429, "40")
    clock.now += 40
    await client.conversations_history(channel=CHANNEL)


async def test_a_private_channel_needs_its_own_scope(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    sandbox.workspace.channels["C0OPS"].kind = "group"
    sandbox.app.scopes.discard("groups:history")
    answer = await refusal(client.conversations_history(channel="C0OPS"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")
    sandbox.workspace.channels["C0OTHER"].kind = "group"
    hidden = await refusal(client.conversations_history(channel="C0OTHER"))
    assert hidden["error"] == "channel_not_found"


async def test_the_channels_of_the_bot_are_listed_also_archived_ones(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    sandbox.workspace.channels["C0OPS"].kind = "group"
    await sandbox.person("anna").archive("C0REFUNDS")

    async def listed(**more: Any) -> list[str]:
        answer = await client.users_conversations(**more)
        return [channel["id"] for channel in answer["channels"]]

    assert await listed() == [CHANNEL, "C0REFUNDS"]
    both = "public_channel,private_channel"
    assert await listed(types=both) == [CHANNEL, "C0REFUNDS", "C0OPS"]
    assert await listed(types=both, exclude_archived=True) == [CHANNEL, "C0OPS"]
    first = await client.users_conversations(types=both, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    assert await listed(types=both, limit=2, cursor=cursor) == ["C0OPS"]
    sandbox.app.scopes.discard("groups:read")
    answer = await refusal(client.users_conversations(types=both))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")
    assert await listed() == [CHANNEL, "C0REFUNDS"]


async def test_archived_channels_take_no_posts(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    await sandbox.person("anna").archive(CHANNEL)
    answer = await refusal(client.chat_postMessage(channel=CHANNEL, text="x"))
    assert answer["error"] == "is_archived"
    with pytest.raises(NotPossible):
        await sandbox.person("ben").say(CHANNEL, "x")


async def test_ephemerals_are_seen_by_one_and_not_kept(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    anna = sandbox.person("anna")
    await client.chat_postEphemeral(channel=CHANNEL, user=anna.id, text="psst")
    assert [each["text"] for each in anna.ephemerals(CHANNEL)] == ["psst"]
    assert sandbox.person("ben").ephemerals(CHANNEL) == []
    assert sandbox.workspace.history(CHANNEL) == []
    quiet = await anna.say(CHANNEL, "nobody answered yet")
    await client.chat_postEphemeral(channel=CHANNEL, user=anna.id, text="x", thread_ts=quiet)
    assert len(anna.ephemerals(CHANNEL)) == 1


async def test_people_and_channels(client: AsyncWebClient, sandbox: SlackSandbox) -> None:
    first = await client.users_list(limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.users_list(limit=100, cursor=cursor)
    names = [each["name"] for each in [*first["members"], *rest["members"]]]
    assert names == ["anna", "ben", "gil", "bo", "slackbridge", "slackbot"]
    stranger = (await client.users_info(user="U0EXT"))["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (False, "T0PARTNER")
    for channel in sandbox.workspace.channels.values():
        channel.members = [each for each in channel.members if each != "U0EXT"]
    assert (await client.users_info(user="U0EXT"))["user"]["is_stranger"]
    await client.conversations_join(channel="C0OTHER")
    members = await client.conversations_members(channel="C0OTHER")
    assert members["members"] == ["U0ANNA", "U0BEN", "U0SANDBOX"]
    group = await client.usergroups_users_list(usergroup="S0AGENTS")
    assert group["users"] == ["U0ANNA", "U0BEN"]
    opened = await client.conversations_open(users="U0BEN")
    posted = await client.chat_postMessage(channel=opened["channel"]["id"], text="hello")
    assert posted["ok"]


async def test_home_views_are_guarded_by_hash(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = await client.views_publish(user_id="U0ANNA", view=home)
    stale = first["view"]["hash"]
    await client.views_publish(user_id="U0ANNA", view=home, hash=stale)
    answer = await refusal(client.views_publish(user_id="U0ANNA", view=home, hash=stale))
    assert answer["error"] == "hash_conflict"
    shown = sandbox.person("anna").home()
    assert shown is not None
    assert shown["id"] == first["view"]["id"]


async def test_a_lost_answer_leaves_the_post(sandbox: SlackSandbox) -> None:
    client = AsyncWebClient(
        token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]
    )  # fmt: skip
    sandbox.faults.add(Fault("chat.postMessage", Phase.ANSWER, Action.RESET))
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=CHANNEL, text="x")
    assert len(sandbox.workspace.history(CHANNEL)) == 1
    assert [entry.act for entry in sandbox.ledger.all()] == ["post"]
    assert sandbox.faults.seen == ["chat.postMessage"]


async def test_files_need_the_token(sandbox: SlackSandbox) -> None:
    ts = await sandbox.person("anna").say(
        CHANNEL, "", files=[{"name": "a.txt", "content": "body"}]
    )  # fmt: skip
    message = sandbox.workspace.message(CHANNEL, ts)
    assert message is not None
    assert message["subtype"] == "file_share"
    url = message["files"][0]["url_private_download"]
    head = {"Authorization": f"Bearer {sandbox.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            assert (response.status, response.content_type) == (200, "text/html")
        async with session.get(url, headers=head) as response:
            assert await response.text() == "body"


async def test_drivers_over_http(sandbox: SlackSandbox) -> None:
    base = f"{sandbox.url}/sandbox"
    async with aiohttp.ClientSession() as session:
        body = {"channel": CHANNEL, "text": "hi"}
        async with session.post(f"{base}/people/anna/say", json=body) as response:
            ts = (await response.json())["result"]
        async with session.get(f"{base}/channels/{CHANNEL}/{ts}") as response:
            assert [each["text"] for each in (await response.json())["result"]] == ["hi"]
        async with session.get(f"{base}/ledger?since=0") as response:
            assert [each["act"] for each in (await response.json())["result"]] == ["said"]
        async with session.get(f"{base}/state") as response:
            assert (await response.json())["result"]["connections"] == 0
        body = {"channel": CHANNEL, "message_ts": ts, "action_id": "none"}
        async with session.post(f"{base}/people/anna/click", json=body) as response:
            assert response.status == 400
        async with session.post(f"{base}/people/nobody/say", json=body) as response:
            assert response.status == 404
        fault = {"operation": "api.test", "phase": "arrival", "action": "status", "status": 503}
        async with session.post(f"{base}/faults", json=fault) as response:
            assert response.status == 200
        async with session.get(f"{sandbox.api_url}api.test") as response:
            assert response.status == 503


@pytest.mark.parametrize(
    ("method", "arguments", "fields"),
    [
        ("api.test", {}, {"ok"}),
        ("team.info", {}, {"team"}),
        ("bots.info", {"bot": "B0SANDBOX"}, {"bot"}),
        ("users.lookupByEmail", {"email": "Anna@sandbox.example"}, {"user"}),
        ("usergroups.list", {"include_users": "1"}, {"usergroups"}),
        ("conversations.info", {"channel": CHANNEL, "include_num_members": True}, {"channel"}),
        ("conversations.list", {"types": "public_channel,im", "limit": "2"}, {"channels"}),
        ("users.conversations", {"user": "U0BEN", "exclude_archived": "true"}, {"channels"}),
        ("conversations.join", {"channel": CHANNEL}, {"channel", "warning"}),
        ("conversations.open", {"channel": CHANNEL}, {"channel"}),
    ],
)  # fmt: skip
async def test_answers(
    client: AsyncWebClient, method: str, arguments: dict[str, Any], fields: set[str]
) -> None:
    answer = await client.api_call(method, params=arguments)
    assert all(answer.get(field) is not None for field in fields)


async def test_content_that_only_some_calls_send(client: AsyncWebClient) -> None:
    markdown = await client.chat_postMessage(channel=CHANNEL, markdown_text="**hi**")
    attached = await client.chat_postMessage(
        channel=CHANNEL, text="see", attachments=[{"text": "more", "fallback": "more"}]
    )
    assert attached["message"]["attachments"][0]["id"] == 1
    link = await client.chat_getPermalink(channel=CHANNEL, message_ts=markdown["ts"])
    assert link["permalink"].endswith(f"/archives/{CHANNEL}/p{markdown['ts'].replace('.', '')}")
    both = client.chat_postMessage(channel=CHANNEL, markdown_text="a", text="b")
    assert (await refusal(both))["error"] == "markdown_text_conflict"


async def test_mentions_as_a_person_types_them(sandbox: SlackSandbox) -> None:
    text = "<#C0OPS> <!here> <!subteam^S0AGENTS> <https://a.b|c> a&amp;b"
    ts = await sandbox.person("gil").say(CHANNEL, text)
    message = sandbox.workspace.message(CHANNEL, ts)
    assert message is not None
    assert message["text"] == text.replace("&amp;", "&amp;amp;")
    kinds = [each["type"] for each in message["blocks"][0]["elements"][0]["elements"]]
    assert [each for each in kinds if each != "text"] == [
        "channel",
        "broadcast",
        "usergroup",
        "link",
    ]


async def test_a_date_is_a_date_with_its_fallback(sandbox: SlackSandbox) -> None:
    ts = await sandbox.person("gil").say(CHANNEL, "<!date^1772600760^{ago}|4 March>")
    message = sandbox.workspace.message(CHANNEL, ts)
    assert message is not None
    assert message["blocks"][0]["elements"][0]["elements"] == [
        {"type": "date", "timestamp": 1772600760, "format": "{ago}", "fallback": "4 March"}
    ]


async def test_what_a_person_cannot_do(sandbox: SlackSandbox) -> None:
    anna, ben, bo = (sandbox.person(name) for name in ("anna", "ben", "bo"))
    ts = await anna.say(CHANNEL, "mine")
    for act in (
        bo.say(CHANNEL, "x"),
        sandbox.person("gil").say("C0OTHER", "x"),
        ben.edit(CHANNEL, ts, "x"),
        ben.delete(CHANNEL, ts),
        ben.react(CHANNEL, ts, "Not an emoji"),
        ben.react(CHANNEL, "1.000001", "eyes"),
        ben.invite(CHANNEL, anna.id),
        ben.submit("V0NONE"),
    ):
        with pytest.raises(NotPossible):
            await act
    with pytest.raises(KeyError):
        sandbox.person("slackbridge")


async def test_a_read_of_a_thread_may_lag_behind(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    anna = sandbox.person("anna")
    written = [await anna.say(CHANNEL, text, root) for text in ("one", "two")]
    sandbox.workspace.lag.hide(written[0])
    shown = []
    for _ in range(2):
        answer = await client.conversations_replies(channel=CHANNEL, ts=root)
        shown.append([row["ts"] for row in answer["messages"]])
    assert shown == [[root, written[1]], [root, *written]]
    assert sandbox.workspace.lag.met == 1
