"""Keeps the one notice that lists an account's stuck tickets as it must be now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import structlog

from slackbridge.domain.errors import Rejected, Unauthorized
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.view import Notice, digest
from slackbridge.ports.chat import Chat
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.poster import Poster
from slackbridge.rooms.lane.settings import LaneSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import incident
from slackbridge.rules.incident import StuckTicket

log = structlog.get_logger(__name__)
EDIT_SECONDS = 3.0


class Incident:
    """Works on the record of an account. `card_at` is there when this notice was edited last."""

    def __init__(self, store: Store, chat: Chat, poster: Poster, settings: LaneSettings) -> None:
        self._store = store
        self._chat = chat
        self._poster = poster
        self._settings = settings

    async def keep(self, pass_: TicketPass) -> Collection[str]:
        """Begin, edit or end the notice. What is to be posted is left to the caller.

        Returns the channels in which nobody can write: the notice is about them.
        """
        account = pass_.key.account
        rows = await self._store.stuck(account)
        under_way = incident.under_way(pass_.intents)
        if not rows and under_way is None:
            return ()
        health = (await self._store.facts(account)).health
        stuck = [StuckTicket.load(id, text) for id, text in rows.items()]
        told, later = incident.told(stuck, health, self._settings.retry_max, pass_.now())
        if later is not None:
            pass_.wake_at(later)
        if stuck and not told:
            return ()
        told, links = await self._looked_up(account, told)
        text, about = incident.text(account, told, links), incident.about(told)
        if under_way is not None:
            await self._keep(pass_, under_way, text if told else "", text, about)
        elif told:
            now = pass_.now()
            begun = incident.begun(text, now)
            await pass_.write(Change(swaps=((None, begun),), put=Patch(card_at=now)))
        return about

    async def posted(self, pass_: TicketPass, intent: Intent) -> None:
        """A notice was posted; record what it says if it is the one that is kept up to date."""
        current = incident.under_way(pass_.intents)
        if current is not None and current.id == intent.id:
            shown = digest(Notice(pass_.key.account, intent.text))
            said = current.receipt.model_copy(update={"shown": shown})
            await pass_.swap(current, current.but(receipt=said))

    async def _keep(
        self, pass_: TicketPass, intent: Intent, lists: str, text: str, about: Collection[str]
    ) -> None:
        """Have the notice say `text`; `lists` is the same, but '' if no ticket is stuck any more.

        One that cannot be edited where it stands is left behind, and a new one begins.
        """
        channel = self._settings.notice_channels(intent.channel)[0]
        stands = bool(intent.receipt.ts)
        try:
            if stands and channel in about:
                raise Rejected("it is about this channel")
            await self._edit(pass_, intent, text, channel)
        except Unauthorized:
            raise  # Slack refuses us everywhere
        except Rejected as failure:
            log.warning("notice.left_behind", channel=channel, why=failure.code)
            now = pass_.now()
            swaps = incident.leave(pass_.current(intent), channel, lists, now)
            await pass_.write(Change(swaps=swaps, put=Patch(card_at=now)))
            return
        await self._end(pass_, "" if lists else text)

    async def _end(self, pass_: TicketPass, text: str) -> None:
        """The notice says that all is well, or was never posted: it is over."""
        last = incident.under_way(pass_.intents)
        if text and last is not None and (not last.receipt.ts or _shows(pass_, last, text)):
            await pass_.swap(last, incident.ended(last))

    async def _edit(self, pass_: TicketPass, intent: Intent, text: str, channel: str) -> None:
        now, receipt = pass_.now(), intent.receipt
        if receipt.redo > now:
            pass_.wake_at(receipt.redo)
        if not receipt.ts:
            if intent.text != text:
                await pass_.swap(intent, intent.but(text=text))
            return
        if _shows(pass_, intent, text) and not 0 < receipt.redo <= now:
            return
        if now < pass_.stored.card_at + EDIT_SECONDS:  # several tickets change at once
            pass_.wake_at(pass_.stored.card_at + EDIT_SECONDS)
            return
        await pass_.write(Change(put=Patch(card_at=now)))
        await self._poster.edit_words(pass_, intent, Notice(pass_.key.account, text), channel)
        current = pass_.current(intent)
        if not current.receipt.ts:  # somebody deleted it: it is posted anew
            await pass_.swap(current, current.but(text=text))

    async def _looked_up(
        self, account: str, stuck: Sequence[StuckTicket]
    ) -> tuple[list[StuckTicket], Mapping[str, str]]:
        """Those that are still stuck, and the addresses of the threads of those that are listed."""
        links: dict[str, str] = {}
        well: set[str] = set()
        for one in incident.first(stuck):
            key = TicketKey(account, one.id)
            try:
                stored = (await self._store.load(key)).stored
            except ValueError:
                continue  # a record that cannot be read is stuck for that
            if stored.root:
                links[one.id] = self._chat.link(stored.channel, stored.root)
            if not stored.tries and not stored.stuck:
                well.add(one.id)
                await self._store.clear_stuck(key)
        return [one for one in stuck if one.id not in well], links


def _shows(pass_: TicketPass, intent: Intent, text: str) -> bool:
    return pass_.current(intent).receipt.shown == digest(Notice(pass_.key.account, text))
