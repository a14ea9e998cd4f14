"""Compares what agents asked for with what the marketplaces committed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A reply that an agent asked for. `prints` are the digests of every text that it had.

    `typed`: it stands in the thread as the agent's own message, else it came from a modal.
    `told`: Slack says already that it was not, or may not have been, sent.
    """

    prints: frozenset[str]
    typed: bool
    told: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """A reply in a marketplace's ledger. `mirrored`: Slack shows it as a message from there."""

    print: str
    mirrored: bool


Pair = tuple[Asked, Arrived]


def compared(asked: Iterable[Asked], arrived: Iterable[Arrived]) -> tuple[int, int]:
    """Of one ticket: how many replies one side lacks, and how many stand twice on one side.

    A typed reply is in the thread already, so its mirror is a duplicate; a modal's needs one.
    """
    asked = list(asked)
    known = frozenset[str]().union(*(each.prints for each in asked))
    mirrored_last = sorted(arrived, key=lambda reply: reply.mirrored)
    pairs, open, rest = _paired(asked, mirrored_last, alike=True)
    again = [reply for reply in rest if reply.print in known]
    # The text of what is left may have been rewritten on its way.
    more, open, rest = _paired(open, [r for r in rest if r.print not in known], alike=False)
    pairs += more
    missing = sum(not each.told for each in open) + sum(not reply.mirrored for reply in rest)
    unseen = sum(not each.typed and not reply.mirrored for each, reply in pairs)
    echoed = sum(each.typed and reply.mirrored for each, reply in pairs)
    return missing + unseen, echoed + len(again)


def _paired(
    asked: Sequence[Asked], arrived: Sequence[Arrived], *, alike: bool
) -> tuple[list[Pair], list[Asked], list[Arrived]]:
    """Pairs of one text or, if not `alike`, of any; and what is left of both.

    A mirrored reply is rather a modal's, and none is rather one of which Slack says otherwise.
    """
    open, pairs, rest = list(asked), list[Pair](), list[Arrived]()
    for reply in arrived:
        may = [a for a in open if (reply.print in a.prints if alike else not a.told)]
        if not may:
            rest.append(reply)
            continue
        chosen = min(may, key=lambda each: (each.told, each.typed == reply.mirrored))
        open.remove(chosen)
        pairs.append((chosen, reply))
    return pairs, open, rest
