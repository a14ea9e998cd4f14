"""What the command line shows of the bridge's state, as lines of text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from slackbridge.app import Bridge
from slackbridge.errors import Failure
from slackbridge.mirror import Shown
from slackbridge.model import TicketKey
from slackbridge.ports import Change
from slackbridge.store.redis import RedisStore, connect

Act = Callable[[Bridge, TicketKey], Awaitable[list[str]]]


def moment(at: float) -> str:
    """Unix seconds as people write them, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else "-"


async def poll(bridge: Bridge, *, dry_run: bool) -> list[str]:
    """One full walk of every account. A dry run compares, but stores and marks nothing."""
    lines = []
    for poller in bridge.pollers:
        try:
            if dry_run:
                lines.append(await _compare(bridge, poller.account))
            else:
                walk = await poller.list_once(full=True)
                lines.append(
                    f"{poller.account}: {len(walk.ids)} active tickets, {walk.changed} marked due"
                )
        except Failure as failure:
            lines.append(f"{poller.account}: {failure.reason}")
    return lines


async def _compare(bridge: Bridge, account: str) -> str:
    provider = bridge.providers[account]
    total, changed, cursor = 0, [], ""
    while True:
        page = await provider.list_active(cursor)
        known = await bridge.store.seen(account, [t.key.id for t in page.tickets])
        total += len(page.tickets)
        changed += [str(t.key) for t, k in zip(page.tickets, known, strict=True) if t.revision != k]
        cursor = page.cursor
        if not cursor:
            break
    shown = ", ".join(changed[:20]) + (" …" if len(changed) > 20 else "")
    return f"{account}: {total} active tickets, {len(changed)} would be marked due: {shown}"


async def show(bridge: Bridge, key: TicketKey) -> list[str]:
    """A ticket's record."""
    record = await bridge.store.load(key)
    if not record.fields and not record.intents:
        return [f"{key}: nothing is stored of this ticket"]
    shown = Shown.of(record.fields)
    lines = [
        f"ticket    {key}",
        f"thread    {shown.channel or '-'} {shown.root or '-'}",
        f"status    {shown.raw_status or '-'}",
        f"holder    {shown.holder or '-'}",
        f"revision  {shown.revision or '-'} (seen: {record.seen or '-'})",
        f"messages  {sum(map(shown.whole, shown.parts))} shown, failed tries: {shown.tries}",
    ]
    if shown.open:
        lines.append(f"open post {shown.open.effect} since {moment(shown.open.at)}")
    for intent in record.intents:
        why = f" ({intent.reason})" if intent.reason else ""
        lines.append(
            f"intent    {intent.id} {intent.kind} by {intent.agent or 'the bridge'}: "
            f"{intent.state}{why}, {moment(intent.created)}"
        )
    return lines


async def replay(bridge: Bridge, key: TicketKey) -> list[str]:
    """Make a ticket due now, with its count of failures forgotten."""
    now = bridge.store.now()
    await bridge.store.write(key, Change(put={"unshown": f"{now:.3f}"}, drop=("tries",), due=now))
    return [f"{key} is due now; a running bridge takes it up within seconds"]


async def heartbeats(url: str) -> list[str]:
    """One line for every living process."""
    store = RedisStore(connect(url))
    try:
        return [f"process {name}: {state}" for name, state in (await store.heartbeats()).items()]
    finally:
        await store.close()


def manifest() -> str:
    """The app manifest, as it lies beside the package or in the checkout."""
    packaged = files("slackbridge").joinpath("manifest.yml")
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).resolve().parent.parent / "manifest.yml").read_text("utf-8")
