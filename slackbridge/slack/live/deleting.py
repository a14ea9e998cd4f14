"""Probes: reactions come and go, posts are deleted, and replies to what is gone."""

from __future__ import annotations

from collections.abc import Iterator

from slackbridge.domain.errors import Code, Rejected
from slackbridge.slack.history import Row
from slackbridge.slack.live import samples
from slackbridge.slack.live.bench import Bench, NotTried
from slackbridge.slack.live.probe import Probe

EMOJI = "hourglass_flowing_sand"
TOMBSTONE = "tombstone"


async def _reactions(bench: Bench) -> str:
    methods = ("reactions.add", "reactions.add", "reactions.remove", "reactions.remove")
    return ", ".join([await _reaction(bench, method) for method in methods])


async def _reaction(bench: Bench, method: str) -> str:
    place = {"channel": bench.channel, "timestamp": bench.the_card(), "name": EMOJI}
    try:
        await bench.call(method, **place)
    except Rejected as failure:
        return failure.code
    return "done"


async def _delete_part(bench: Bench) -> str:
    gone = bench.the_part()
    await bench.delete(gone)
    shown = [row for row in await bench.rows(bench.the_card()) if row.get("ts") == gone]
    return "still shown" if shown else "gone"


async def _delete_again(bench: Bench) -> str:
    gone = bench.the_part()
    if gone in bench.posted:
        raise NotTried("the message was not deleted")
    await bench.delete(gone)
    return "accepted"


async def _delete_root(bench: Bench) -> str:
    root = await _root(bench, "root.answered")
    await bench.post("reply.left", {"text": "Self-test: its root is deleted."}, root)
    await bench.delete(root)
    bench.answers["tombstone"] = {"ts": root}
    return await _thread(bench, root)


async def _thread(bench: Bench, root: str) -> str:
    """What the thread of a deleted root shows."""
    try:
        rows = await bench.rows(root)
    except Rejected as failure:
        return failure.code
    if rows and rows[0].get("subtype") == TOMBSTONE:
        return f"{TOMBSTONE}, {_replies(len(rows) - 1)}"
    return f"no root, {_replies(len(rows))}"


def _replies(count: int) -> str:
    return f"{count} {'reply' if count == 1 else 'replies'}"


async def _in_channel(bench: Bench) -> str:
    row = await _gone_row(bench, _left(bench, "tombstone"))
    return TOMBSTONE if row and row.get("subtype") == TOMBSTONE else "nothing"


async def _gone_row(bench: Bench, ts: str) -> Row | None:
    return next((row for row in await bench.rows() if row.get("ts") == ts), None)


async def _reply_to_tombstone(bench: Bench) -> str:
    return await _reply(bench, _left(bench, "tombstone"))


async def _gone_thread(bench: Bench) -> str:
    root = await _root(bench, "root.alone")
    await bench.delete(root)
    bench.answers["gone"] = {"ts": root}
    return await _thread(bench, root)


async def _reply_to_gone(bench: Bench) -> str:
    return await _reply(bench, _left(bench, "gone"))


async def _reply(bench: Bench, root: str) -> str:
    """Where a reply to a deleted root goes."""
    answer = await bench.post("reply.late", {"text": "Self-test: its root is gone."}, root)
    threaded = (answer.get("message") or {}).get("thread_ts")
    return "in the thread" if threaded else "in the channel itself"


async def _update_gone(bench: Bench) -> str:
    item = samples.part("too late")
    await bench.update(_left(bench, "gone"), text=item.name)
    return "accepted"


async def _root(bench: Bench, effect: str) -> str:
    answer = await bench.post(effect, {"text": "Self-test: a root that is deleted."})
    return str(answer["ts"])


def _left(bench: Bench, name: str) -> str:
    if name not in bench.answers:
        raise NotTried("the root was not deleted")
    return str(bench.answers[name]["ts"])


STRAY = "The bridge must see that a thread is gone, or replies stand in the channel for all."


def _probes() -> Iterator[Probe]:
    yield Probe(
        "reactions",
        "a reaction added twice, removed twice",
        _reactions,
        "Receipts are reactions; a repeated one must be told from a failed one.",
    )
    yield Probe(
        "part.delete",
        "a message as the customer, deleted",
        _delete_part,
        "A post that came twice stays twice where deleting is refused.",
    )
    yield Probe(
        "part.delete_again",
        "a message deleted twice",
        _delete_again,
        f"The bridge takes {Code.NO_MESSAGE} for done.",
    )
    yield Probe("root.delete", "the thread of a deleted root", _delete_root, STRAY)
    yield Probe("root.channel", "in the channel, of that root", _in_channel, "Only how it looks.")
    yield Probe("root.reply", "a reply to that root", _reply_to_tombstone, STRAY)
    yield Probe("gone.thread", "the thread of a deleted lone root", _gone_thread, STRAY)
    yield Probe("gone.reply", "a reply to that one", _reply_to_gone, STRAY)
    yield Probe("gone.update", "an update of a deleted message", _update_gone, STRAY)


PROBES = tuple(_probes())
