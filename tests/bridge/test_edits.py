"""A message that is changed at the marketplace after it was shown: the change is shown beneath."""

from __future__ import annotations

from slackbridge.demo import views
from slackbridge.demo.world import ACCOUNT, World
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change
from slackbridge.rules import edits
from slackbridge.store.redis import RedisStore
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

MARK = "Edited at the marketplace"


def rows(stage: Stage, ticket: int) -> list[str]:
    """What the thread shows of edits."""
    thread = views.thread(stage.slack, ticket)
    return [views.shown(row) for row in thread if views.effect_of(row).startswith("e:")]


async def value(store: RedisStore, ticket: int, message: int) -> str:
    stored = (await store.load(TicketKey(ACCOUNT, str(ticket)))).stored
    return stored.parts.get(str(message), "")


async def test_an_edit_and_a_new_file_are_shown_beneath_once(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened("<p>Send it to the old address</p>")
        (message,) = stage.market.messages(ticket)
        stage.market.edits(ticket, message.id, "<p>Send it to the <b>new</b> address</p>")
        await stage.until("the edit", lambda: len(rows(stage, ticket)) == 1)
        assert MARK in rows(stage, ticket)[0]
        assert "new" in rows(stage, ticket)[0]
        stage.market.adds_files(ticket, message.id, [("invoice.pdf", b"%PDF")])
        await stage.until("the file", lambda: len(rows(stage, ticket)) == 2)
        assert "invoice.pdf" in rows(stage, ticket)[1]
        # White space, case and mark-up are no edit; neither is another message.
        stage.market.edits(ticket, message.id, "<p>send it to the  new address</p>")
        stage.market.customer_writes(ticket, "<p>Thanks</p>")
        await stage.until("the other", lambda: len(stage.mirrored(ticket)) == 2)
        await stage.quiet()
    async with run():  # another process
        stage.market.customer_writes(ticket, "<p>Are you there?</p>")
        await stage.until("the third", lambda: len(stage.mirrored(ticket)) == 3)
        await stage.quiet()
        assert len(rows(stage, ticket)) == 2
    assert [MARK in text for text in map(views.shown, stage.mirrored(ticket))] == [False] * 3


async def test_a_long_edit_comes_in_parts(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run() as bridge:
        ticket = await stage.opened("<p>short</p>")
        (message,) = stage.market.messages(ticket)
        stage.market.edits(ticket, message.id, f"<p>{'long words ' * 700}</p>")
        await stage.until("its parts", lambda: len(rows(stage, ticket)) == 3)
        assert "part 3 of 3" in rows(stage, ticket)[2]
        await stage.quiet()
        assert (await value(bridge.store, ticket, message.id)).count("/") == 3
        assert "^" not in await value(bridge.store, ticket, message.id)


async def test_what_an_agent_sent_from_slack_is_not_taken_for_an_edit(instant: Stage) -> None:
    ticket = await instant.opened("<p>Hello</p>")
    ts = await instant.say(ticket, "On its way.")
    await instant.replied(ticket, "On its way.")
    await instant.reaction(ts, "white_check_mark")
    reply = instant.market.messages(ticket)[-1]
    instant.market.edits(ticket, reply.id, "<p>On its way, with a footer.</p>")
    instant.market.customer_writes(ticket, "<p>Thanks</p>")
    await instant.until("the thanks", lambda: len(instant.mirrored(ticket)) == 2)
    await instant.quiet()
    assert rows(instant, ticket) == []


async def test_a_text_that_changes_at_every_read_does_not_flood(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run():
        ticket = await stage.opened("<p>0</p>")
        (message,) = stage.market.messages(ticket)
        for number in range(1, 7):
            stage.market.edits(ticket, message.id, f"<p>{number}</p>")
            await stage.quiet(0.5)
        await stage.quiet()
        assert len(rows(stage, ticket)) == edits.MOST


async def test_what_an_older_version_stored_has_no_edits(place: World, run: Running) -> None:
    stage = Stage(place)
    async with run() as bridge:
        ticket = await stage.opened("<p>one</p>")
        (message,) = stage.market.messages(ticket)
        key = TicketKey(ACCOUNT, str(ticket))
        await stage.quiet()
        bare = (await value(bridge.store, ticket, message.id)).split()[0]
        await bridge.store.write(key, Change(put={"parts": {str(message.id): bare}}))
        stage.market.edits(ticket, message.id, "<p>two</p>")  # what it said before is not known
        await stage.quiet(1)
        assert rows(stage, ticket) == []
        stage.market.edits(ticket, message.id, "<p>three</p>")
        await stage.until("known since then", lambda: len(rows(stage, ticket)) == 1)
