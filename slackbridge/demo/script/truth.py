"""A good answer that is no proof: a marketplace says yes, and has nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slackbridge.demo.markets import CLICKBANK, SELLAPP, SELLGATE, MarketSandbox
from slackbridge.demo.script.agent import Agent, Json
from slackbridge.demo.world import ACCOUNT
from slackbridge.sandbox.faults import Action, Fault, Phase


@dataclass(frozen=True, slots=True)
class Lie:
    """What the call that takes a reply is answered with, by 200 and without doing anything."""

    operation: str
    body: str


LIES: Mapping[str, Lie] = {
    ACCOUNT: Lie("UpdateTicket", "{}"),
    CLICKBANK: Lie("Update", "null"),
    SELLAPP: Lie("CreateMessage", '{"success": false, "message": "Try again"}'),
    SELLGATE: Lie("ReplyToTicket", '{"message": "Ticket is locked"}'),
}


async def is_not_believed(anna: Agent, market: MarketSandbox, account: str, text: str) -> None:
    """The reply is looked for, twice, and is not there: it is sent again, or Anna is asked."""
    lie, before = LIES[account], len(anna.replies())
    market.faults.add(Fault(lie.operation, Phase.COMMIT, Action.STATUS, status=200, body=lie.body))
    anna.tell.say("fault", f"{account} answers the next reply with 200 {lie.body}, and drops it")
    ts = await anna.says(text)

    def asked() -> Json | None:
        return anna.question(ts, "intent:again")

    def sent() -> bool:
        return len(anna.replies()) > before

    await anna.until("an end", lambda: sent() or asked())
    if (row := asked()) and not sent():  # the answer said no: it is not sent again unasked
        anna.tell.say("slack", f"receipt: {anna.seen(row)}")
        anna.tell.say("agent", "Anna presses Send again")
        await anna.click(row, "intent:again")
        await anna.until("the reply", sent)
    await anna.reaction(ts)
    anna.must(anna.replies()[before:] == [text], "sent once, word for word; the thread shows ✅")
