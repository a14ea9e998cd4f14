"""`slackbridge adopt`: an account whose store has a new address."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, World, world
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from tests.bridge.stage import Stage
from tests.shell import Shell

pytestmark = pytest.mark.timeout(180)
QUESTION = "<p>where is it?</p>"


@pytest.fixture
async def place(redis_url: str) -> AsyncIterator[World]:
    async with world(seed=False, redis_url=redis_url) as place:
        yield place


@contextlib.asynccontextmanager
async def another_address(url: str) -> AsyncIterator[str]:
    """The same server under another port."""
    port = urlsplit(url).port

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, away), pump(there, writer))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def moved(place: World, url: str) -> None:
    path = place.folder / "slackbridge.toml"
    path.write_text(path.read_text("utf-8").replace(place.refurbed.url, url), "utf-8")


@pytest.mark.long
async def test_the_same_store_at_a_new_address_keeps_everything(place: World) -> None:
    stage, shell = Stage(place), Shell(place)
    ticket = place.refurbed.customer_opens(html=QUESTION, name="Kim Doe")
    await place.bridge.start()
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    ts = await stage.say(ticket, "It is on its way.")  # within the undo window
    await stage.reaction(ts, "hourglass_flowing_sand")
    assert (await shell.run("adopt", ACCOUNT))[1].endswith("there is nothing to do.\n")
    async with another_address(place.refurbed.url) as url:
        moved(place, url)
        code, _, err = await shell.run("adopt", ACCOUNT)
        assert (code, "stop it first" in err) == (2, True)
        await place.bridge.stop()
        code, out, err = await shell.run("adopt", ACCOUNT)  # nobody confirms
        assert code == 1
        assert f"{ACCOUNT} is bound to refurbed at {place.refurbed.url}" in out
        assert "1 tickets, 1 open threads, 1 requests" in out
        assert f"{ACCOUNT}:{ticket}" in out
        assert "as it was of Kim Doe" in out
        code, out, err = await shell.run("adopt", ACCOUNT, "--yes")
        assert (code, err) == (0, "")
        assert out.endswith(f"is now bound to refurbed at {url}. Start the bridge.\n")
        await place.bridge.start()
        await stage.receipt(ticket, ts, "moved to another address")
        assert stage.replies(ticket) == []
        await stage.press(ticket, ts, "send")
        await stage.replied(ticket, "It is on its way.")
        assert len(views.cards(place.slack, ticket)) == 1
        await place.bridge.stop()


async def test_another_store_is_refused(place: World) -> None:
    shell = Shell(place)
    ticket = place.refurbed.customer_opens(html=QUESTION)
    await place.bridge.start()
    await place.until("its message", lambda: views.mirrored(place.slack, ticket))
    await place.bridge.stop()
    production = await RefurbedSandbox.start(seed=False)
    try:
        assert production.customer_opens(name="Alex Real") == ticket
        moved(place, production.url)
        code, out, _ = await shell.run("adopt", ACCOUNT, "--yes")
        assert code == 1
        assert "has changed, or is another ticket of Alex Real" in out
        assert "taken for another store" in out
        code, out, _ = await shell.run("check")
        assert code == 1
        assert f"FAIL  store of {ACCOUNT}" in out
    finally:
        await production.stop()


async def test_an_account_that_is_not_there(place: World) -> None:
    code, _, err = await Shell(place).run("adopt", "nobody")
    assert (code, err) == (2, f"There is no account 'nobody'; there are: {ACCOUNT}.\n")
