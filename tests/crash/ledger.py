"""The ledgers compared, in the manner of Jepsen's total-queue: what was asked for or written at one
side against what the other side committed. It reads both servers and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from tests.crash.life import Asked

UNDECIDED = {"hourglass_flowing_sand", "grey_question"}


@dataclass(slots=True)
class Verdict:
    """What does not add up. `unresolved` is allowed: the thread says so and has buttons."""

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


def audit(place: World, asked: Iterable[Asked]) -> Verdict:
    """Compare now. Meaningful once everything had time to come to rest."""
    verdict, wanted = Verdict(), list(asked)
    for ticket in place.refurbed.tickets:
        _mirror(place, ticket, {a.text for a in wanted if a.ts}, verdict)
    committed = _committed(place)
    for each in wanted:
        _reply(place, each, committed[each.text], verdict)
    for text in committed.keys() - {a.text for a in wanted}:
        verdict.unexpected.append(f"the customer got {text!r}")
    if (created := len(place.refurbed.ledger.all("create"))) > 1:
        verdict.doubled.append(f"{created} follow-ups")
    return verdict


def _committed(place: World) -> Counter[str]:
    """How often the marketplace took each text."""
    return Counter(str(e.data["text"]) for e in place.refurbed.ledger.all("reply"))


def _mirror(place: World, ticket: int, typed: set[str], verdict: Verdict) -> None:
    """Every message of a ticket stands in its one thread once, in order; no mark stands twice.

    `typed` are texts that the thread shows already, as the agent's own message.
    """
    if (cards := len(views.cards(place.slack, ticket))) != 1:
        (verdict.doubled if cards else verdict.lost).append(f"{cards} cards of {ticket}")
        return
    ours = [row for row in views.thread(place.slack, ticket) if row.get("bot_id")]
    marks = Counter(views.effect_of(row) for row in ours)
    verdict.doubled += [f"{mark} x{n} in {ticket}" for mark, n in marks.items() if n > 1 and mark]
    verdict.unexpected += [f"an unmarked post in {ticket}"] * marks[""]
    shown = [int(mark.split(":")[1]) for mark in marks if mark.startswith("m:")]
    messages = place.refurbed.messages(ticket)
    must = [m.id for m in messages if _text(m.body_html) not in typed]
    verdict.lost += [f"message {id} of {ticket}" for id in must if id not in shown]
    verdict.unexpected += [f"message {id} in {ticket}" for id in shown if id not in must]
    if shown != sorted(shown):
        verdict.unexpected.append(f"{ticket} is out of order: {shown}")


def _reply(place: World, asked: Asked, times: int, verdict: Verdict) -> None:
    """What became of a reply, and whether the thread says the same."""
    if times > 1:
        verdict.doubled.append(f"the customer got {asked.text!r} {times} times")
    if not asked.ts:
        if not times:
            verdict.lost.append(f"{asked.text!r} from a modal")
        return
    says = _says(place, asked)
    if says == "unresolved":
        verdict.unresolved.append(asked.text)
    elif says == "silent":
        verdict.silent.append(f"{asked.text!r}, sent {times} times")
    elif (says == "sent") != bool(times):
        verdict.silent.append(f"the thread says {says} of {asked.text!r}, sent {times} times")


def _says(place: World, asked: Asked) -> str:
    """What the thread says of a message: sent, not sent, unresolved, or nothing."""
    reactions = views.reactions(place.slack, CHANNEL, asked.ts)
    receipt = _receipt(place, asked.ts)
    if reactions & UNDECIDED:
        return "silent"
    if "warning" in reactions:
        return "unresolved" if "intent:was_sent" in receipt[1] else "silent"
    if "white_check_mark" in reactions:
        return "sent"
    kept = "lock" in reactions if asked.note else "Not sent" in receipt[0] or "x" in reactions
    return "not sent" if kept else "silent"


def _receipt(place: World, ts: str) -> tuple[str, list[str]]:
    for ticket in place.refurbed.tickets:
        if row := views.receipt(place.slack, ticket, ts):
            return views.shown(row), views.buttons(row)
    return "", []


def _text(html: str) -> str:
    return html.replace("<p>", "").replace("</p>", "")
