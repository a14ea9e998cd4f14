"""Cards that Slack does not let us edit any more: what they should say is said in the thread."""

from __future__ import annotations

from slackbridge.domain.record import Change
from slackbridge.domain.refusal import Cause, cause
from slackbridge.domain.view import Card, Item
from slackbridge.rooms.lane.kept_posts import Announce
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import frozen_card


class FrozenCards:
    """Writes down what is to be said; it is posted with the receipts, once as these are."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce

    async def refused(self, pass_: TicketPass, item: Item, code: str) -> None:
        """Slack did not take an edit of the card. One that was deleted needs no words."""
        if cause(code) is not Cause.UNEDITABLE or not isinstance(item, Card):
            return
        now = pass_.now()
        news = frozen_card.news(item, pass_.intents, pass_.stored.raw_status, now)
        if news is not None:
            await pass_.write(Change(swaps=((None, news),)))
        account = pass_.key.account
        await self._announce(account, f"frozen:{code}", frozen_card.told(account, code))

    async def edited(self, pass_: TicketPass) -> None:
        """The card says everything again."""
        if (said := frozen_card.last(pass_.intents)) is not None:
            await pass_.swap(said, frozen_card.thawed(said))
