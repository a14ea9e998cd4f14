"""The command line: output, streams and exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbridge.cli import inspect
from slackbridge.config import errors, load
from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, World, world
from slackbridge.store import embedded
from tests.shell import Shell

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


@pytest.fixture
def shell(place: World) -> Shell:
    return Shell(place)


async def test_looking_at_a_ticket_while_a_bridge_runs(place: World, shell: Shell) -> None:
    code, out, _ = await shell.run("health")
    assert (code, out.strip()) == (1, "no process of slackbridge is running")
    ticket = place.refurbed.customer_opens(html="<p>where is it?</p>")
    key = f"{ACCOUNT}:{ticket}"
    await place.bridge.start()
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    health, show = await shell.run("health"), await shell.run("show", key)
    replay = await shell.run("replay", key)
    assert health[0] == 0
    assert "sockets" in health[1]
    assert show[0] == 0
    assert "messages  1 shown" in show[1]
    assert views.cards(place.slack, ticket)[0]["ts"] in show[1]
    assert "where is it" not in show[1] + show[2], "no customer text"
    assert replay[:2] == (0, f"{key} is due now; a running bridge takes it up within seconds\n")


async def test_poll_marks_and_a_dry_run_does_not(place: World, shell: Shell) -> None:
    place.refurbed.bulk(3)
    code, out, _ = await shell.run("poll", "--once", "--dry-run")
    assert (code, out.partition(" due")[0]) == (
        0,
        f"{ACCOUNT}: 3 active tickets, 3 would be marked",
    )
    code, out, _ = await shell.run("poll", "--once")
    assert (code, out) == (0, f"{ACCOUNT}: 3 active tickets, 3 marked due\n")
    assert place.slack.ledger.all() == [], "only `run` posts"


def test_manifest_and_help(shell: Shell) -> None:
    assert "socket_mode_enabled" in shell.typed("manifest")[1]
    out = shell.typed("--help")[1]
    assert all(name in out for name in ("run", "demo", "check", "poll", "show", "replay", "health"))


async def test_check_ends_with_1_on_a_fault_and_names_the_remedy(
    place: World, shell: Shell
) -> None:
    code, out, _ = await shell.run("check")
    assert code == 0
    assert out.endswith("all is well\n")
    place.refurbed.revoke(place.refurbed.token)
    place.slack.app.scopes = place.slack.app.scopes - {"reactions:write"}
    code, out, err = await shell.run("check")
    assert code == 1
    assert "2 not well" in out
    assert "-> Add it under OAuth & Permissions" in out
    assert not any(secret in out + err for secret in shell.secrets.values())


def test_what_cannot_be_used_is_named_with_its_remedy(shell: Shell) -> None:
    code, _, err = shell.typed("run", "--config", "nothing.toml")
    assert code == 2
    assert "Copy slackbridge.example.toml there" in err
    code, _, err = shell.typed("poll")
    assert code == 2
    assert "poll --once" in err
    shell.rewrite("poll_seconds", "pol_seconds")
    shell.rewrite('channel = "C0SUPPORT"', 'channel = "#support"')
    shell.secrets |= {"SLACK_BOT_TOKEN": "xapp-mixed-up"}
    code, _, err = shell.typed("run")
    assert code == 2
    assert "accounts.0.pol_seconds is not a setting" in err
    assert "slack.channel must be a channel id such as C0123ABCD" in err
    assert "SLACK_BOT_TOKEN does not begin with 'xoxb-'" in err
    assert "mixed-up" not in err


def test_http_mode_without_a_signing_secret_does_not_start(shell: Shell) -> None:
    shell.rewrite("[slack]", '[slack]\nmode = "http"')
    shell.secrets["SLACK_SIGNING_SECRET"] = ""
    code, _, err = shell.typed("run")
    assert code == 2
    assert "SLACK_SIGNING_SECRET is not set in the environment" in err


@pytest.mark.parametrize(("key", "words"), [("4711", "4711"), ("elsewhere:1", f"are: {ACCOUNT}.")])
async def test_a_key_that_cannot_be(shell: Shell, key: str, words: str) -> None:
    settings = load.load(shell.config, shell.secrets)
    with pytest.raises(errors.ConfigError, match=words):
        await inspect._with_key(settings, key, inspect.show_lines)


async def test_a_refused_token_ends_with_2(place: World, shell: Shell) -> None:
    place.slack.app.revoked = True
    code, _, err = await shell.process("run")
    assert code == 2
    assert "Slack refuses SLACK_BOT_TOKEN: token_revoked" in err


@pytest.mark.long
async def test_one_run_for_each_redis_of_our_own(
    place: World, shell: Shell, tmp_path: Path
) -> None:
    data = tmp_path / "redis"
    shell.rewrite(f'url = "{place.redis_url}"', f"data_dir = {json.dumps(str(data))}")
    await place.bridge.start()
    await place.until("the bridge", lambda: place.slack.socket.connected == 2)
    second, health = await shell.process("run"), await shell.run("health")
    assert second[0] == 1
    assert "is in use by another slackbridge" in second[2]
    assert "redis.data_dir" in second[2]
    assert health[0] == 0, "the running bridge's own server is looked at"
    assert await place.bridge.stop() == 0
    assert embedded.running(data) is None, "the server ended with it"


async def test_every_command_that_the_readme_shows_an_operator(place: World, shell: Shell) -> None:
    ticket = place.refurbed.customer_opens(html="<p>where is it?</p>")
    await place.bridge.start()
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    page = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    block = page.partition("## Operate it")[2].partition("```sh\n")[2].partition("```")[0]
    commands = re.findall(r"^\.venv/bin/slackbridge ([^#\n]*)", block, re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        if "--live" in command:  # takes long: test_live.py runs it
            continue
        words = command.replace("4711", str(ticket)).split()
        code, out, err = await shell.run(*words)
        ended = {"rebuild": 2, "forget": 1}.get(words[0], 0)  # it runs; the ticket is open
        assert (words, code) == (words, ended), out + err
        if words[0] == "rebuild":
            assert "A bridge runs on this Redis" in err
        if words[0] == "forget":
            assert "Solve or close it first" in out


@pytest.mark.long
async def test_redis_is_lost_and_the_bridge_says_what_to_do(place: World, shell: Shell) -> None:
    ticket = place.refurbed.customer_opens(html="<p>where is it?</p>")
    key = f"{ACCOUNT}:{ticket}"
    await place.bridge.start()
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    assert await place.bridge.stop() == 0
    async with Redis.from_url(place.redis_url) as redis:
        await redis.flushall()
    run, check = await shell.process("run"), await shell.run("check")
    assert run[0] == 2
    assert "run `slackbridge rebuild` first" in run[2]
    assert check[0] == 1
    assert "map of threads" in check[1]
    code, out, _ = await shell.run("rebuild")
    assert (code, out) == (0, "1 threads, 1 messages, 0 not decidable\n")
    check, export = await shell.run("check"), await shell.run("export", "--since", "2020-01-01")
    assert check[0] == 0
    assert export == (0, "", ""), "nobody did anything"
    code, out, _ = await shell.run("export")
    assert json.loads(out)["ticket"] == key
    place.refurbed.solve(ticket)
    code, out, err = await shell.run("forget", key)
    assert (code, "Aborted" in err) == (1, True), "nobody said yes"
    code, out, _ = await shell.run("forget", key, "--yes")
    assert code == 0
    assert f"remains   at the marketplace: {key}" in out
    assert await shell.run("export") == (0, "", "")
