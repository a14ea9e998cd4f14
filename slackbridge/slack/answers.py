"""The slash command's answers, seen by the asker alone. Pure.

`threads` maps a ticket key to the address of its Slack thread; `notes` are our own sentences,
such as which account could not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from slackbridge.slack import kit, wording
from slackbridge.slack.cards import status, title
from slackbridge.slack.kit import Drawn
from slackbridge.slack.wording import outside
from slackbridge.view import Card

TICKETS = 10
TICKET_ROOM = 950
LINES = 25
LINE_ROOM = 380
LINES_PER_BLOCK = 5
COMMAND = "/ticket"


def ticket_answer(cards: Sequence[Card], notes: Sequence[str], threads: Mapping[str, str]) -> Drawn:
    """What was found, a section each."""
    texts = [_ticket(card, threads.get(str(card.key), "")) for card in cards[:TICKETS]]
    return _answer(texts, "No ticket found.", len(cards) - len(texts), notes, 1)


def list_answer(cards: Sequence[Card], notes: Sequence[str], threads: Mapping[str, str]) -> Drawn:
    """Many tickets, a line each."""
    texts = [_line(card, threads.get(str(card.key), "")) for card in cards[:LINES]]
    return _answer(texts, "No tickets.", len(cards) - len(texts), notes, LINES_PER_BLOCK)


def help_answer(commands: Sequence[tuple[str, str]], command: str = COMMAND) -> Drawn:
    """What can be asked: (arguments, what that does), in our own mrkdwn."""
    return said(f"`{command} {wording.line(name)}` {what}" for name, what in commands)


def said(lines: Iterable[str]) -> Drawn:
    """Lines of our own mrkdwn."""
    text = wording.ours("\n".join(lines))
    return kit.drawn([text], [kit.section(text)])


def _answer(
    texts: Sequence[str], none: str, left: int, notes: Sequence[str], per_block: int
) -> Drawn:
    found = list(texts) or [none]
    blocks = [kit.section(text) for text in _joined(found, per_block)]
    more = f"and {left} more; narrow it down" if left > 0 else ""
    said = "\n".join(wording.ours(note, 400) for note in notes if note.strip())
    blocks += [kit.context(text, 1_500) for text in (more, said) if text]
    return kit.drawn([*found, more, said], blocks)


def _joined(texts: Sequence[str], per_block: int) -> Iterator[str]:
    for at in range(0, len(texts), per_block):
        yield "\n".join(texts[at : at + per_block])


def _ticket(card: Card, thread: str) -> str:
    key = f"*{outside(str(card.key), 150)}*"
    first = f"{key} · {outside(title(card), 250)} · {status(card)}"
    order = f"Order {outside(card.order, 100)}" if card.order.strip() else ""
    places = (wording.link(thread, "Open the thread"), wording.link(card.url))
    rest = " · ".join(text for text in (order, *_times(card), *places) if text)
    return wording.cut(f"{first}\n{rest}".strip(), TICKET_ROOM)


def _times(card: Card) -> Iterator[str]:
    if card.waiting_since:
        yield f"customer wrote {wording.ago(card.waiting_since)}"
    if card.due_at:
        yield f"due {wording.moment(card.due_at)}"


def _line(card: Card, thread: str) -> str:
    key = wording.link(thread, str(card.key)) or outside(str(card.key), 150)
    parts = (status(card), key, outside(title(card), 120), *_times(card))
    return wording.cut(" · ".join(parts), LINE_ROOM)
