"""A notice of the bridge itself: where it may stand, and when it is over. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from slackbridge.domain.account import AccountState
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Kind

NOTHING: Mapping[str, str] = {}
HEALTH = frozenset(AccountState)
LATEST = ("warned", "unknown")
"""Kinds of notices of which a newer one says all that an older one does."""


def notice(id: str, text: str, now: float, fields: Mapping[str, str] = NOTHING) -> Intent:
    """One to be shown; nothing is sent to a marketplace. `text` is mrkdwn, `now` Unix seconds."""
    return Intent(
        id=id,
        kind=Kind.NOTICE,
        agent="",
        created=now,
        text=text,
        state=State.SENT,
        fields=dict(fields),
    )


def places(own: str, ops: str, main: str, about: Collection[str] = ()) -> tuple[str, ...]:
    """The channels where a notice may stand, the best first; '' = there is no such channel.

    `own` is where it stood. A notice about channels in which nobody can write (`about`) goes to
    none of those. () = it is for `/readyz`, the log and the Home tab alone.
    """
    return tuple(dict.fromkeys(c for c in (own, ops, main) if c and c not in about))


def waits(intent: Intent) -> bool:
    """Whether it is a notice that still has to find a channel."""
    return intent.kind is Kind.NOTICE and bool(intent.text) and not intent.receipt.ts


def over(intents: Sequence[Intent]) -> frozenset[str]:
    """The ids of notices that no channel has taken and that are not true any more.

    What a newer one replaces is over; so is the good news after bad news that nobody has read.
    """
    health = [i for i in intents if i.kind is Kind.NOTICE and _sort(i) in HEALTH]
    gone = {i.id for i in health[:-1] if waits(i)}
    if health and waits(health[-1]) and _sort(health[-1]) == AccountState.OK:
        read = [i for i in health[:-1] if not waits(i)]
        unread_news = len(read) < len(health) - 1
        stands_bad = bool(read) and _sort(read[-1]) != AccountState.OK
        if unread_news and not stands_bad:
            gone.add(health[-1].id)
    for sort in LATEST:
        gone |= {i.id for i in [i for i in intents if waits(i) and _sort(i) == sort][:-1]}
    return frozenset(gone)


def _sort(intent: Intent) -> str:
    return intent.id.partition(":")[0]
