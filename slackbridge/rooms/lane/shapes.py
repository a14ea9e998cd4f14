"""In which shape Slack takes an item: see `rules.plainer`."""

from __future__ import annotations

import structlog

from slackbridge.domain.errors import Failure, Rejected
from slackbridge.domain.model import TicketKey
from slackbridge.domain.view import Item, digest
from slackbridge.ports.chat import Chat
from slackbridge.rooms.lane.kept_posts import Announce
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import plainer
from slackbridge.rules.plainer import Shape

log = structlog.get_logger(__name__)
REMEMBERED = 1_000


class Shapes:
    """Remembers what Slack refused, so that a pass which was interrupted does not begin anew."""

    def __init__(self, chat: Chat, announce: Announce) -> None:
        self._chat = chat
        self._announce = announce
        self._found: dict[tuple[TicketKey, str], tuple[str, Shape]] = {}

    def first(self, key: TicketKey, effect: str, item: Item) -> Shape:
        """What to try first: the richest form that Slack has not refused."""
        seen, shape = self._found.get((key, effect), ("", None))
        return shape if shape is not None and seen == digest(item) else Shape(item)

    async def edit(self, pass_: TicketPass, effect: str, channel: str, ts: str, item: Item) -> None:
        """Edit a message, in the richest form that Slack takes. Raises the four failures."""
        shape = self.first(pass_.key, effect, item)
        while True:
            try:
                await self._chat.edit(channel, ts, shape.item, shape.form)
                return
            except Failure as failure:
                then = await self.next(pass_, effect, item, shape, failure)
                if then is None:
                    raise
                shape = then

    async def next(
        self, pass_: TicketPass, effect: str, item: Item, shape: Shape, failure: Failure
    ) -> Shape | None:
        """What to try after this failure; None: no other shape would help. Raises Later."""
        if not isinstance(failure, Rejected):
            return None
        key, conversation = pass_.key, pass_.conversation
        where = plainer.named(key, conversation.ticket.url if conversation else "")
        then = plainer.plainer(shape, failure, pass_.stored.tries > 0, where)
        if then is None:
            return None
        form = "placeholder" if then.refused else then.form.value
        log.warning("message.refused", effect=effect, why=failure.code, then=form)
        if len(self._found) >= REMEMBERED:
            self._found.clear()
        self._found[key, effect] = (digest(item), then)
        if then.refused and not key.is_account:
            told = plainer.told(item, then.refused, where)
            await self._announce(key.account, f"refused:{key.id}:{effect}", told)
        return then
