"""Compare the ledgers, as Jepsen's total-queue checker does: what was written at one side with what
the other side committed. Reads both servers and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from slackbridge.demo import views
from tests.rig.cast import Asked, Cast
from tests.rig.shop import Id

UNDECIDED = {"hourglass_flowing_sand", "grey_question"}
SENT, NOT_SENT, UNRESOLVED, NOTHING = "sent", "not sent", "unresolved", "nothing"


@dataclass(slots=True)
class Verdict:
    """What does not add up. `unresolved` is allowed: the thread says so and has buttons.

    A reply that never arrived is lost, unless the thread says that it was not sent; one that did
    arrive, and of which the thread says otherwise or nothing, is silent.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """One line each; empty if all is well."""
        named = ("lost", "doubled", "unexpected", "silent")
        return [f"{name}: {what}" for name in named for what in getattr(self, name)]


def audit(cast: Cast) -> Verdict:
    """Compare now. Valid once no work is left."""
    verdict, tickets = Verdict(), cast.tickets
    committed = cast.shop.replies(tickets)
    typed = {text for asked in cast.asked if asked.ts for text in asked.texts}
    echoes = {id for id, text in committed if text in typed}
    for ticket in tickets:
        _mirror(cast, ticket, echoes, verdict)
        _files(cast, ticket, verdict)
    carried = cast.shop.attached(tickets)
    times = Counter(text for _, text in committed)
    for asked in cast.asked:
        names = [name for text in asked.texts for name in carried.get(text, ())]
        if asked.file and not asked.note and names not in ([], [asked.file]):
            verdict.doubled.append(f"{asked.file} is there as {names}")
        if asked.file and not names and times[asked.texts[-1]]:
            verdict.lost.append(f"{asked.file} of {asked.texts[-1]!r}")
        _reply(cast, asked, sum(times.pop(text, 0) for text in asked.texts), verdict)
    verdict.unexpected += [f"the customer got {text!r}" for text in times]
    if (created := cast.shop.created(tickets)) > 1:
        verdict.doubled.append(f"{created} follow-ups")
    return verdict


def _mirror(cast: Cast, ticket: Id, echoes: set[str], verdict: Verdict) -> None:
    """Every message of a ticket stands in its one thread once, in order; no mark stands twice.

    `echoes` are messages that the thread shows already, as the agent's own.
    """
    slack = cast.place.slack
    if (cards := len(views.cards(slack, ticket))) != 1:
        (verdict.doubled if cards else verdict.lost).append(f"{cards} cards of {ticket}")
        return
    ours = [row for row in views.thread(slack, ticket) if row.get("bot_id")]
    marks = Counter(views.effect_of(row) for row in ours)
    verdict.doubled += [f"{mark} x{n} in {ticket}" for mark, n in marks.items() if n > 1 and mark]
    verdict.unexpected += [f"an unmarked post in {ticket}"] * marks[""]
    shown = [mark.split(":")[1] for mark in marks if mark.startswith("m:")]
    must = [id for id in cast.shop.messages(ticket) if id not in echoes]
    verdict.lost += [f"message {id} of {ticket}" for id in must if id not in shown]
    verdict.unexpected += [f"message {id} in {ticket}" for id in shown if id not in must]
    if sorted(shown) == sorted(must) and shown != must:
        verdict.unexpected.append(f"{ticket} is out of order: {shown}")


def _files(cast: Cast, ticket: Id, verdict: Verdict) -> None:
    """Every picture of a customer stands in the thread once, or the thread says why not."""
    there, must = Counter(cast.files(ticket)), cast.shop.pictures(ticket)
    told = " ".join(views.shown(row) for row in views.thread(cast.place.slack, ticket))
    verdict.doubled += [f"{name} x{n} in {ticket}" for name, n in there.items() if n > 1]
    verdict.lost += [
        f"{name} of {ticket}"
        for name in must
        if name not in there and f"`{name}` could not be shown" not in told
    ]
    verdict.unexpected += [f"{name} in {ticket}" for name in there if name not in must]


def _reply(cast: Cast, asked: Asked, times: int, verdict: Verdict) -> None:
    """What became of a reply, and whether the thread says the same."""
    what = repr(asked.texts[-1])
    if times > (0 if asked.note else 1):
        verdict.doubled.append(f"the customer got {what} {times} times")
    if not asked.ts:
        if not times:
            verdict.lost.append(f"{what} from a modal")
        return
    says = _says(cast, asked)
    if says == UNRESOLVED:
        verdict.unresolved.append(what)
    elif times and says != SENT:
        verdict.silent.append(f"{what} was sent, and the thread says {says}")
    elif not times and says != NOT_SENT:
        verdict.lost.append(f"{what}, and the thread says {says}")


def _says(cast: Cast, asked: Asked) -> str:
    """What the thread says of a message."""
    reactions, words = cast.reactions(asked), cast.words(asked)
    if reactions & UNDECIDED:
        return NOTHING
    if "warning" in reactions:
        return UNRESOLVED if cast.offers(asked, "was_sent") else NOTHING
    if "white_check_mark" in reactions:
        return SENT
    kept = "lock" in reactions if asked.note else "Not sent" in words or "x" in reactions
    return NOT_SENT if kept else NOTHING
