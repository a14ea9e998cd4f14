"""The operator's errands with what is stored: rebuild it, export it, forget a customer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

from slackbridge import wiring
from slackbridge.app import Bridge
from slackbridge.cli.context import begun_for_links, refuse_if_running
from slackbridge.config.errors import ConfigError
from slackbridge.domain.errors import Failure
from slackbridge.domain.model import Query, TicketKey
from slackbridge.domain.record import StoredTicket
from slackbridge.rooms.recovery.rebuild import Rebuild, Tally
from slackbridge.rules import audit, erasure
from slackbridge.rules.erasure import Held
from slackbridge.store.keys import DAY
from slackbridge.store.stored_tickets import StoredTickets

# -- rebuild -----------------------------------------------------------------------------------


async def rebuild(bridge: Bridge, *, force: bool) -> tuple[bool, list[str]]:
    """Restore what Slack still shows: whether all of it was, and what was found, in words."""
    if not force:
        await refuse_if_running(bridge, "; --force goes ahead all the same")
    await bridge.store.sync()
    await bridge.chat.begin()
    settings = bridge.settings
    tally = await Rebuild(
        bridge.store,
        bridge.archive,
        bridge.providers,
        bridge.permissions.may,
        bridge.desk,
        wiring.intake_settings(settings),
        retention=settings.timing.retention_days * DAY,
        recent=settings.start.recent_hours * 3600,
    ).run(settings.channels())
    return not tally.failures, _told(bridge, tally)


def _told(bridge: Bridge, tally: Tally) -> list[str]:
    lines = [
        f"{tally.threads} threads, {tally.messages} messages, {tally.asked} not decidable"
        + (": the bridge asks about them in their threads" if tally.asked else "")
    ]
    lines += [
        f"a second card of a ticket: {bridge.chat.link(*place)} (delete it; it is not used)"
        for place in tally.twins
    ]
    if tally.passed_over:
        lines.append(
            f"{tally.passed_over} messages without any sign from a bridge that worked after them: "
            "they stay talk among colleagues"
        )
    lines += [
        f"{account} is not configured: its {count} threads are in the map, and what is open in "
        "them is taken up once it is"
        for account, count in sorted(tally.others.items())
    ]
    lines += [
        f"NOT READ: {why}. A ticket whose thread is there gets another." for why in tally.unseen
    ]
    lines += [
        f"{why}. What is open there is taken up as soon as it answers." for why in tally.unread
    ]
    lines += [f"NOT RESTORED: {why}" for why in tally.failures]
    if tally.failures:
        lines.append("Remedy that and run `slackbridge rebuild` again; until then nothing starts.")
    return lines


# -- export ------------------------------------------------------------------------------------


async def export(bridge: Bridge, since: float) -> AsyncIterator[str]:
    """One line of JSON for every ticket, as Redis names them."""
    await begun_for_links(bridge)  # all else is in Redis
    shelf = StoredTickets(bridge.store)
    for account in bridge.providers:
        async for key in shelf.tickets(account):
            record = await bridge.store.load(key)
            told = audit.entry(key, record, _link(bridge, record.stored), since)
            if told is not None:
                yield json.dumps(told, ensure_ascii=False)


def _link(bridge: Bridge, stored: StoredTicket) -> str:
    return bridge.chat.link(stored.channel, stored.root) if stored.root else ""


# -- forget ------------------------------------------------------------------------------------


async def held(bridge: Bridge, customer: str) -> tuple[list[Held], list[str]]:
    """What is held of a customer (an e-mail address or a ticket KEY), and what to know of it."""
    await begun_for_links(bridge)
    if ":" not in customer and "@" in customer:
        return await _of_email(bridge, customer)
    try:
        key = TicketKey.parse(customer)
    except ValueError:
        raise ConfigError(f"{customer!r} is neither an e-mail address nor a ticket KEY.") from None
    if key.account not in bridge.providers or key.is_account:
        raise ConfigError(f"{customer!r} names no ticket of the accounts that are configured.")
    return [await _of_key(bridge, key)], []


async def _of_key(bridge: Bridge, key: TicketKey) -> Held:
    try:
        found = await bridge.providers[key.account].read([key.id])
    except Failure as failure:
        return await _stored(bridge, Held(key, why=failure.reason))
    return await _stored(bridge, Held(key, next(iter(found), None)))


async def _of_email(bridge: Bridge, email: str) -> tuple[list[Held], list[str]]:
    """E-mail addresses are not stored: the marketplaces are asked whose tickets are whose."""
    found: list[Held] = []
    notes: list[str] = []
    for account, provider in bridge.providers.items():
        try:
            tickets = await provider.search(Query(email=email.strip()))
        except Failure as failure:
            notes.append(f"{account} was not asked: {failure.reason}. Run this again.")
            continue
        found += [await _stored(bridge, Held(ticket.key, ticket)) for ticket in tickets]
        if len(tickets) >= erasure.MOST:
            notes.append(erasure.MANY.format(account=account, most=erasure.MOST))
    return found, notes


async def _stored(bridge: Bridge, held: Held) -> Held:
    record = await bridge.store.load(held.key)
    stored = record.stored
    return Held(
        held.key,
        held.ticket,
        held.why,
        len(record.raw),
        len(record.intents),
        stored.channel,
        stored.root,
        _link(bridge, stored),
    )


async def forget(bridge: Bridge, tickets: Sequence[Held]) -> tuple[bool, list[str]]:
    """Delete what may be deleted: whether that was all of it, and what remains where."""
    refused = [held for held in tickets if held.refusal]
    removed = [held for held in tickets if not held.refusal]
    shelf = StoredTickets(bridge.store)
    for held in removed:
        await shelf.forget(held.key, held.channel, held.root)
    return not refused, erasure.outcome(removed, refused)
