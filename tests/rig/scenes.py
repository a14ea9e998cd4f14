"""The scenes: what happens in a run, each with its precondition."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

from slackbridge.demo.markets import CLICKBANK, SELLAPP, SELLGATE
from slackbridge.demo.world import ACCOUNT, CHANNEL
from slackbridge.sandbox.slack.socket_host import Trouble
from tests.rig.cast import Asked, Cast

Act = Callable[[Cast], Awaitable[None]]
ANNA = "anna@sandbox.example"
AWAY_SECONDS = 2.0
SAME_MOMENT = 0.05  # seconds; acknowledgements of two connections may overtake each other


def _well(cast: Cast) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Scene:
    """`wrong` tells what else is wrong at the end, besides the ledgers ('' = nothing)."""

    name: str
    prepare: Act
    play: Act
    wrong: Callable[[Cast], str] = _well
    account: str = ACCOUNT


async def _nothing(cast: Cast) -> None:
    """The ticket itself is what happens."""


async def _opened(cast: Cast) -> None:
    await cast.opened()


async def _update(cast: Cast) -> None:
    cast.shop.writes(cast.ticket, cast.text("second complaint"))
    cast.shop.writes(cast.ticket, cast.text("third complaint"))
    await cast.sees("both", lambda: cast.mirrored() == 3)


async def _ends(cast: Cast, asked: Asked) -> None:
    await cast.sees("its outcome", lambda: cast.decided(asked))


async def _reply(cast: Cast) -> None:
    await _ends(cast, await cast.say(cast.text("an answer")))


async def _reply_and_solve(cast: Cast) -> None:
    text = cast.text("a last answer")
    await cast.modal("ticket:reply", text, {"how": {"how": "send_solve"}})
    await cast.sees("the answer", lambda: cast.sent(text))
    await cast.sees("solved", lambda: "Solved by" in cast.card())


async def _note(cast: Cast) -> None:
    asked = await cast.say("// " + cast.text("for colleagues"), note=True)
    await cast.sees("its lock", lambda: "lock" in cast.reactions(asked))


async def _undo(cast: Cast) -> None:
    asked = await cast.say(cast.text("a hasty answer"))
    await cast.insist("undo", lambda: cast.press(asked, "undo"), lambda: cast.decided(asked))


async def _edit(cast: Cast) -> None:
    asked = await cast.say(cast.text("teh answer"))
    asked.texts.append(cast.text("the answer"))
    await cast.anna.edit(CHANNEL, asked.ts, asked.texts[-1])
    await _ends(cast, asked)


def _edited(cast: Cast) -> str:
    """The customer has the later text, or the thread says that he has the earlier one."""
    (asked,) = cast.asked
    late = cast.sent(asked.texts[0])
    return "the edit was not told of" if late and "earlier text" not in cast.words(asked) else ""


async def _two(cast: Cast) -> None:
    both = [
        await cast.say(cast.text("from Anna")),
        await cast.say(cast.text("from Ben"), who=cast.ben),
    ]
    for asked in both:
        await _ends(cast, asked)


def _in_turn(cast: Cast) -> str:
    """Anna's reply is sent first, unless the bridge heard Ben's earlier, or at the same moment."""
    said = [text for _, text in cast.shop.replies(cast.tickets)]
    heard = {one.event.get("ts"): one.at for one in reversed(cast.place.slack.events.acknowledged)}
    anna, ben = (heard.get(asked.ts, inf) for asked in cast.asked)
    turned = anna + SAME_MOMENT < ben and said != sorted(said)
    return f"out of order: {said}" if turned else ""


async def _closed(cast: Cast) -> None:
    await cast.opened()
    cast.shop.server.close(cast.ticket)
    refused = await cast.say(cast.text("too late"))
    await cast.sees("the refusal", lambda: "x" in cast.reactions(refused))
    await cast.sees("the offer", lambda: "ticket:follow_up" in cast.buttons())


async def _follow_up(cast: Cast) -> None:
    text = cast.text("is all well?")
    await cast.modal("ticket:follow_up", text)
    await cast.sees("the follow-up", lambda: cast.sent(text))


async def _colleague(cast: Cast) -> None:
    cast.shop.server.add_agent(ANNA, "Anna Auer")
    await cast.opened()


async def _claim(cast: Cast) -> None:
    await cast.insist(
        "claim", lambda: cast.click("ticket:claim"), lambda: "<@U0ANNA>" in cast.card()
    )


def _held(cast: Cast) -> str:
    assignee = cast.shop.server.ticket(cast.ticket).assignee
    return "" if assignee == ANNA else f"assigned to {assignee!r}"


async def _file(cast: Cast) -> None:
    await _ends(cast, await cast.say(cast.text("see the picture"), file="picture.png"))


async def _picture(cast: Cast) -> None:
    name = f"{cast.text('photo').replace(' ', '-')}.png"
    cast.shop.writes(cast.ticket, cast.text("second complaint"), name)
    await cast.sees("its text", lambda: cast.mirrored() == 2)
    await cast.sees("the picture", lambda: name in cast.files(cast.ticket))


async def _unheard(cast: Cast) -> None:
    """Slack's socket host dies, and its Web API lives, for longer than a ticket is good for.

    What is written meanwhile is told to nobody. The customers are served all the time.
    """
    line = cast.place.slack.socket
    line.ticket_seconds = AWAY_SECONDS / 3
    await line.host.fail(Trouble.REFUSED)
    try:
        line.drop_all()
        begun = asyncio.get_running_loop().time()
        asked = await cast.say(cast.text("an answer"))
        note = await cast.say("// " + cast.text("for colleagues"), note=True)
        cast.shop.writes(cast.ticket, cast.text("second complaint"))
        await cast.sees("it", lambda: cast.mirrored() == 2)
        await asyncio.sleep(max(0.0, begun + AWAY_SECONDS - asyncio.get_running_loop().time()))
    finally:
        await line.host.fail(Trouble.NONE)
        line.ticket_seconds = 30.0
    await _ends(cast, asked)
    await cast.sees("its lock", lambda: "lock" in cast.reactions(note))


SCENES = (
    Scene("new ticket", _nothing, _opened),
    Scene("customer update", _opened, _update),
    Scene("reply", _opened, _reply),
    Scene("reply and solve", _opened, _reply_and_solve),
    Scene("note", _opened, _note),
    Scene("undo", _opened, _undo),
    Scene("edit in the window", _opened, _edit, _edited),
    Scene("two agents at once", _opened, _two, _in_turn),
    Scene("follow-up", _closed, _follow_up),
    Scene("claim", _colleague, _claim, _held),
    Scene("reply with a file", _opened, _file),
    Scene("customer's picture", _opened, _picture),
    Scene("socket host away", _opened, _unheard),
    Scene("ClickBank reply", _opened, _reply, account=CLICKBANK),
    Scene("SellApp reply", _opened, _reply, account=SELLAPP),
    Scene("Sellgate reply", _opened, _reply, account=SELLGATE),
)
