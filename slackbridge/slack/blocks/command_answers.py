"""The slash command's answers, and the lists of the Home tab. Pure.

`threads` maps a ticket key to the address of its Slack thread; `notes` are our own mrkdwn, such
as which account could not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from slackbridge.domain.view import Card
from slackbridge.slack.blocks import block_kit, mrkdwn
from slackbridge.slack.blocks.block_kit import LIMIT, cost
from slackbridge.slack.blocks.cards import status, title
from slackbridge.slack.blocks.drawn import Drawn, drawn
from slackbridge.slack.blocks.mrkdwn import outside

TICKETS = 10
TICKET_ROOM = 950
LINES = 25
LINE_ROOM = 380
LINES_PER_BLOCK = 5
MORE = 150  # characters of JSON for how many are left out


def ticket_answer(cards: Sequence[Card], notes: Sequence[str], threads: Mapping[str, str]) -> Drawn:
    """What was found, a section each."""
    texts = [_ticket(card, threads.get(str(card.key), "")) for card in cards[:TICKETS]]
    return _answer(texts, "No ticket found.", len(cards) - len(texts), notes, 1)


def list_answer(cards: Sequence[Card], notes: Sequence[str], threads: Mapping[str, str]) -> Drawn:
    """Many tickets, a line each."""
    texts = [_line(card, threads.get(str(card.key), "")) for card in cards[:LINES]]
    return _answer(texts, "No tickets.", len(cards) - len(texts), notes, LINES_PER_BLOCK)


def help_answer(commands: Sequence[tuple[str, str]], command: str) -> Drawn:
    """What can be asked: (arguments, what that does), in our own mrkdwn."""
    return said(f"`{command} {mrkdwn.line(name)}` {what}" for name, what in commands)


def fields_answer(fields: Mapping[str, str], command: str) -> Drawn:
    """The fields of a search, each with what it takes in our own mrkdwn."""
    rows = (f"`{mrkdwn.line(name)}:` {what}" for name, what in fields.items())
    return said([f"`{command} find name:Huber country:at,de`: all fields must hold.", *rows])


def said(lines: Iterable[str]) -> Drawn:
    """Lines of our own mrkdwn."""
    text = mrkdwn.ours("\n".join(lines))
    return drawn([text], [block_kit.section(text)])


def _answer(
    texts: Sequence[str], none: str, left: int, notes: Sequence[str], per_block: int
) -> Drawn:
    found = list(texts) or [none]
    groups = [found[at : at + per_block] for at in range(0, len(found), per_block)]
    blocks = [block_kit.section("\n".join(group)) for group in groups]
    said = "\n".join(mrkdwn.ours(note, 400) for note in notes if note.strip())
    end = [block_kit.context(said, 1_500)] if said else []
    while cost([*blocks, *end]) > LIMIT - MORE:
        blocks.pop()
        left += len(groups.pop())
    shown = [text for group in groups for text in group]
    more = f"and {left} more; narrow it down" if left > 0 else ""
    blocks += [block_kit.context(more)] if more else []
    return drawn([*shown, more, said], [*blocks, *end])


def _ticket(card: Card, thread: str) -> str:
    key = f"*{outside(str(card.key), 150)}*"
    first = f"{key} · {outside(title(card), 250)} · {status(card)}"
    order = f"Order {outside(card.order, 100)}" if card.order.strip() else ""
    places = (mrkdwn.link(thread, "Open the thread"), mrkdwn.link(card.url))
    rest = " · ".join(text for text in (order, *_times(card), *places) if text)
    return mrkdwn.cut(f"{first}\n{rest}".strip(), TICKET_ROOM)


def _times(card: Card) -> Iterator[str]:
    if card.waiting_since:
        yield f"customer wrote {mrkdwn.ago(card.waiting_since)}"
    if card.due_at:
        yield f"due {mrkdwn.deadline(card.due_at)}" + (f", {card.left}" if card.left else "")


def _line(card: Card, thread: str) -> str:
    key = mrkdwn.link(thread, str(card.key)) or outside(str(card.key), 150)
    parts = (status(card), key, outside(title(card), 120), *_times(card))
    return mrkdwn.cut(" · ".join(parts), LINE_ROOM)
