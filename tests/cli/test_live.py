"""`slackbridge check --live`, as somebody uses it on the day the app is installed."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from slackbridge.cli import live
from slackbridge.cli.rehearsal import SandboxHands
from slackbridge.config import load
from slackbridge.config.errors import ConfigError
from slackbridge.config.load import child_environment
from slackbridge.demo import views
from slackbridge.demo.process import spawn
from slackbridge.demo.world import CHANNEL, World, world
from slackbridge.domain.errors import Rejected
from slackbridge.sandbox.slack.quirks import Quirk
from slackbridge.sandbox.slack.roster import Channel
from slackbridge.slack.live import runner
from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.probe import Probe
from tests.live.conftest import refuse
from tests.shell import Shell

pytestmark = pytest.mark.timeout(120)
SCRATCH = "C0SCRATCH"


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        members = [place.slack.bot_user_id, "U0ANNA"]
        place.slack.workspace.channels[SCRATCH] = Channel(SCRATCH, "scratch", members)
        yield place


SOME = ("identity", "bot", "card.post", "part.post", "card.found", "card.update", "mention.body")
ALL = runner.PROBES


@pytest.fixture
def every_probe() -> None:
    """For a test that makes all of them."""


@pytest.fixture(autouse=True)
def some(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few probes: all of them wait for the rate limits that a running bridge shares."""
    if "every_probe" not in request.fixturenames:
        found = tuple(probe for probe in ALL if probe.name in SOME)
        monkeypatch.setattr(runner, "PROBES", found)


@pytest.fixture
def shell(place: World, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(place.folder)
    return Shell(place)


def standing(place: World) -> list[str]:
    return [str(row["ts"]) for row in place.slack.workspace.history(SCRATCH)]


async def alive(shell: Shell) -> bool:
    return (await shell.run("health"))[0] == 0


def reports(place: World) -> list[Path]:
    return sorted(place.folder.glob("slackbridge-live-*.json"))


@pytest.mark.long
@pytest.mark.usefixtures("every_probe")
async def test_all_agree_and_nothing_remains(place: World, shell: Shell) -> None:
    code, out, err = await shell.run("check", "--live", SCRATCH)
    assert (code, err) == (0, "")
    first = out.splitlines()[0]
    assert first.startswith("Self-test in #scratch of Sandbox, as slackbridge: posts about ")
    assert "35 rows: 35 agree." in out
    assert standing(place) == []
    (path,) = reports(place)
    assert str(path) in out
    told = json.loads(path.read_text("utf-8"))
    assert (told["complete"], told["left_behind"], len(told["rows"])) == (True, 0, 35)
    assert {entry.data["channel"] for entry in place.slack.ledger.all()} == {SCRATCH}


async def test_what_differs_is_said_with_what_it_means(place: World, shell: Shell) -> None:
    place.slack.quirks.on = frozenset({Quirk.UPDATES_DROP_MARKS, Quirk.PINGS_IN_RICH_TEXT})
    code, out, _ = await shell.run("check", "--live", SCRATCH, "--report", "mine.json")
    assert code == 1
    assert "-> After a crash the bridge finds its posts by their mark" in out
    assert "-> A customer could notify the whole channel." in out
    assert "5 agree, 2 differ" in out
    assert json.loads((place.folder / "mine.json").read_text("utf-8"))["rows"]


async def test_what_cannot_be_deleted_is_said(place: World, shell: Shell) -> None:
    refuse(place.slack, "chat.delete", "cant_delete_message")
    code, _, err = await shell.run("check", "--live", SCRATCH)
    assert code == 1
    assert f"could not be deleted (cant_delete_message): delete them in {SCRATCH} by hand" in err
    assert standing(place)


def _archived(place: World) -> None:
    place.slack.workspace.channels[SCRATCH].archived = True


def _without_bot(place: World) -> None:
    place.slack.workspace.channels[SCRATCH].members.remove(place.slack.bot_user_id)


@pytest.mark.parametrize(
    ("channel", "words", "code"),
    [
        (CHANNEL, "stands in the settings: name a scratch channel", 2),
        ("C0OPS", "stands in the settings", 2),
        ("#scratch", "'#scratch' is no channel id such as C0123ABCD", 2),
        ("C0NOTHING", "Slack answered channel_not_found", 1),
        ("archived", "#scratch is archived: unarchive it", 1),
        ("no member", "The bot is not a member of #scratch: write /invite", 1),
    ],
)
async def test_a_channel_that_cannot_be_used(
    place: World, shell: Shell, channel: str, words: str, code: int
) -> None:
    if channel in ("archived", "no member"):
        (_archived if channel == "archived" else _without_bot)(place)
        channel = SCRATCH
    ended, out, err = await shell.run("check", "--live", channel)
    assert (ended, out) == (code, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert not place.slack.ledger.all()


def test_options_that_do_not_go_together(place: World, shell: Shell) -> None:
    (place.folder / "there.json").write_text("{}", "utf-8")
    for words, said in (
        (("--live", SCRATCH, "--report", "there.json"), "nothing is overwritten"),
        (("--live", SCRATCH, "--report", "nowhere/x.json"), "--report"),
        (("--by-hand",), "go with --live"),
    ):
        code, _, err = shell.typed("check", *words)
        assert code == 2
        assert said in err
    assert not place.slack.ledger.all()


async def test_by_hand(place: World, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load.load(shell.config, shell.secrets)
    assert await live.live(settings, SCRATCH, None, lambda: SandboxHands(place.slack))
    told = json.loads(reports(place)[0].read_text("utf-8"))
    by_hand = {row["probe"]: row["verdict"] for row in told["rows"] if "hand." in row["probe"]}
    assert list(by_hand.values()) == ["agrees"] * 5
    kept = [row.get("subtype") for row in place.slack.workspace.history(SCRATCH)]
    assert kept == ["tombstone"], "the person's file stands below it"


@pytest.mark.long
async def test_by_hand_needs_socket_mode_and_no_other_process(place: World, shell: Shell) -> None:
    def never() -> SandboxHands:
        raise AssertionError("nobody is asked")

    settings = load.load(shell.config, shell.secrets)
    await place.bridge.start()
    await place.until("its heartbeat", partial(alive, shell))
    with pytest.raises(ConfigError, match="stop it first"):
        await live.live(settings, SCRATCH, None, never)
    await place.bridge.stop()
    shell.rewrite("[slack]", '[slack]\nmode = "http"')
    with pytest.raises(ConfigError, match="switch Socket Mode on"):
        await live.live(load.load(shell.config, shell.secrets), SCRATCH, None, never)


@pytest.mark.long
async def test_a_running_bridge_goes_on_beside_it(place: World, shell: Shell) -> None:
    """It shows a ticket meanwhile, and takes nothing of the self-test for its own."""
    await place.bridge.start()
    ended = asyncio.create_task(shell.run("check", "--live", SCRATCH))
    ticket = place.refurbed.customer_opens(html="<p>where is it?</p>")
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    code, out, err = await ended
    assert (code, err) == (0, ""), out
    posts = [entry.data for entry in place.slack.ledger.all("post")]
    own = [row for row in posts if (row["metadata"] or {}).get("event_type") == "slackbridge"]
    assert {row["channel"] for row in own} == {CHANNEL}


@pytest.mark.long
async def test_ctrl_c_cleans_up(place: World, shell: Shell) -> None:
    process = await spawn(
        *("check", "--live", SCRATCH),
        cwd=place.folder,
        env=child_environment(shell.secrets) | {"SLACKBRIDGE_CONFIG": str(shell.config)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await place.until("five posts", lambda: len(place.slack.ledger.all()) > 5)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert "Traceback" not in err.decode()
    assert process.returncode == 1
    assert "Interrupted." in out.decode()
    assert standing(place) == []
    told = json.loads(reports(place)[0].read_text("utf-8"))
    assert not told["complete"]


async def test_an_error_cleans_up(
    place: World, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own in a probe ends the test, but leaves nothing behind."""

    async def broken(bench: Bench) -> str:
        assert standing(place), "something was posted"
        raise ZeroDivisionError

    settings = load.load(shell.config, shell.secrets)
    wrong = Probe("broken", "a fault of ours", broken, "")
    monkeypatch.setattr(runner, "PROBES", (*runner.PROBES, wrong))
    with pytest.raises(ZeroDivisionError):
        await live.live(settings, SCRATCH, None, None)
    assert standing(place) == []


async def test_a_refused_token_is_one_line(place: World, shell: Shell) -> None:
    place.slack.app.revoked = True
    code, out, err = await shell.run("check", "--live", SCRATCH)
    assert (code, out) == (1, "")
    assert "token_revoked" in err
    with pytest.raises(Rejected):
        await live.live(load.load(shell.config, shell.secrets), SCRATCH, None, None)
