"""What a message is, is decided when it is heard, by the settings of then."""

from __future__ import annotations

from slackbridge.demo.world import CHANNEL, World
from slackbridge.domain.model import TicketKey
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

AT_ONCE = {"undo_seconds": 0}


async def test_talk_of_explicit_mode_stays_talk_after_a_change_to_direct(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(replies={"mode": "explicit", **AT_ONCE}):
        ticket = await stage.opened()
        talk = await stage.say(ticket, "this customer is a pain, I would just refuse")
        await stage.say(ticket, "!reply We look into it.")
        await stage.replied(ticket, "We look into it.")
    async with run(replies={"mode": "direct", **AT_ONCE}) as bridge:
        key = TicketKey("refurbed-at", str(ticket))
        await stage.read_again(bridge, key)
        await stage.anna.edit(CHANNEL, talk, "this customer is a pain, I would refuse")
        await stage.say(ticket, "Done.")
        await stage.replied(ticket, "We look into it.", "Done.")
        await stage.read_again(bridge, key)
        assert stage.replies(ticket) == ["We look into it.", "Done."]
        await stage.anna.edit(CHANNEL, talk, "!reply Sorry.")
        await stage.replied(ticket, "We look into it.", "Done.", "Sorry.")


async def test_what_was_refused_is_not_sent_once_its_author_is_allowed(
    place: World, run: Running
) -> None:
    stage = Stage(place)
    async with run(agents={"allow": ["U0ANNA"]}, replies=AT_ONCE):
        ticket = await stage.opened()
        ts = await stage.ben.say(CHANNEL, "I would not answer him at all", stage.root(ticket))
        await stage.until("told", lambda: stage.ben.ephemerals(CHANNEL))
    async with run(agents={"allow": ["*"]}, replies=AT_ONCE) as bridge:
        key = TicketKey("refurbed-at", str(ticket))
        await stage.read_again(bridge, key)
        await stage.ben.edit(CHANNEL, ts, "I would not answer him")
        await stage.say(ticket, "Hello")
        await stage.replied(ticket, "Hello")
        await stage.ben.edit(CHANNEL, ts, "!reply No.")
        await stage.receipt(ticket, ts, "was refused")
        assert stage.replies(ticket) == ["Hello"]
