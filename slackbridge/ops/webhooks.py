"""Marketplaces' webhooks: POST /hooks/ACCOUNT. A hint only: it marks a ticket due, and the lane
reads the ticket itself. Served on the same port as the health pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from aiohttp import web

from slackbridge.domain.errors import Failure, Unauthorized
from slackbridge.domain.model import TicketKey
from slackbridge.ports.capabilities import Hinted
from slackbridge.ports.provider import Provider
from slackbridge.rooms.inbound.desk import InboundDesk

log = structlog.get_logger(__name__)


def add_hooks(
    server: web.Application,
    providers: Mapping[str, Provider],
    desk: InboundDesk,
    on_hint: Callable[[str], None],
    works: Callable[[], bool] = lambda: True,
) -> None:
    """Serve the webhooks of the accounts whose marketplaces send some.

    `on_hint` is told the account of every genuine one. Until `works` all get 503.
    """

    async def handle(request: web.Request) -> web.Response:
        if not works():
            return web.Response(status=503, text="not working yet")
        account = request.match_info["account"]
        provider: object = providers.get(account)
        if not isinstance(provider, Hinted):
            return web.Response(status=404, text="no webhooks for this account")
        try:
            body = await request.read()
            ticket = provider.hint(dict(request.headers), body, desk.now())
        except Unauthorized as failure:
            log.warning("webhook.refused", account=account, why=failure.loggable)
            return web.Response(status=401, text="refused")
        except Failure:
            return web.Response(status=400, text="unreadable")
        if ticket:
            await desk.hinted(TicketKey(account, ticket))
        on_hint(account)
        return web.Response(text="ok")

    server.router.add_post("/hooks/{account}", handle)
