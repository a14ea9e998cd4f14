"""Drawing: from what is to be shown to a Slack message; here the dispatch and the card.

Pure. Whatever comes from outside is escaped or literal, and every message keeps Slack's limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slackbridge.model import Status
from slackbridge.slack import kit, wording
from slackbridge.slack.kit import Block, Drawn
from slackbridge.slack.parts import draw_part
from slackbridge.slack.receipts import draw_notice, draw_words
from slackbridge.slack.wording import outside
from slackbridge.view import Card, Item, Notice, Part, Words

__all__ = ["Drawn", "draw", "status", "title"]

LABELS = {
    "reply": "Reply",
    "solve": "Solve",
    "pending": "Set to waiting",
    "claim": "Claim",
    "unclaim": "Unclaim",
    "internal": "Internal note",
    "private": "Private note",
    "follow_up": "Open a follow-up",
    "lookup": "Look up",
    "close": "Close",
    "reopen": "Reopen",
    "archive": "Archive",
}
MOVES = {
    Status.NEEDS_AGENT.value: "🟠",
    Status.WAITING.value: "🔵",
    Status.SOLVED.value: "🟢",
    Status.CLOSED.value: "⚪",
}
MORE = "more"
BUTTONS = 24  # and the menu makes 25
OPTIONS = 5
FACT = 150


def draw(item: Item) -> Drawn:
    """The Slack message that shows an item."""
    match item:
        case Card():
            return _card(item)
        case Part():
            return draw_part(item)
        case Words():
            return draw_words(item)
        case Notice():
            return draw_notice(item)


def title(card: Card) -> str:
    """Who and what it is about, in one literal line."""
    parts = (wording.line(card.customer) or wording.line(card.email), wording.line(card.item))
    return " · ".join(part for part in parts if part) or f"Ticket {wording.line(card.key.id, 100)}"


def status(card: Card) -> str:
    """Whose move it is; the marketplace's own word in brackets where it differs. Mrkdwn."""
    word = outside(card.status, 60)
    raw = outside(card.raw_status, 60)
    mark = MOVES.get(card.status, "⚫")
    same = raw.replace("_", " ").casefold() == word.casefold()
    return f"{mark} {word[:1].upper()}{word[1:]}" + (f" ({raw})" if raw and not same else "")


def _card(card: Card) -> Drawn:
    warning, facts, footer = _warning(card), list(_facts(card)), _footer(card)
    doings = " ".join(text for text in (_sentence(card.did), wording.ours(card.hint, 900)) if text)
    shown = [f"*{label}:* {value}" for label, value in facts]
    blocks = [kit.section(warning)] if warning else []
    blocks.append(kit.header(title(card)))
    blocks += [kit.fields(shown[at : at + kit.FIELDS]) for at in range(0, len(shown), kit.FIELDS)]
    blocks.append(kit.context(footer))
    blocks += [kit.context(doings)] if doings else []
    blocks += _actions(card)
    spoken = [f"{label}: {value}" for label, value in facts]
    return kit.drawn([warning, outside(title(card), 600), *spoken, footer, doings], blocks)


def _sentence(text: str) -> str:
    said = wording.ours(text, 900)
    return f"{said}." if said and not said.endswith((".", "!", "?", "…")) else said


def _warning(card: Card) -> str:
    place = outside(card.provider, 60) or "the marketplace"
    panic = f"🚨 *The customer asked {place} for help*" if card.panicked else ""
    urgency = f"⚠️ *Urgency:* {outside(card.urgency, 60)}" if card.urgency.strip() else ""
    return " · ".join(text for text in (panic, urgency) if text)


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    """Label and mrkdwn value of what is known, the pressing first; at most twice ten."""
    place = outside(card.provider, 60) or "Marketplace"
    times = (
        ("Customer wrote", wording.ago(card.waiting_since)),
        ("Due", " · ".join(filter(None, (wording.moment(card.due_at), card.left)))),
        (f"{place} takes over", wording.moment(card.takeover_at)),
    )
    texts = (
        ("Order", outside(card.order, FACT)),
        ("Item", outside(card.item, FACT) if len(title(card)) > 150 else ""),
        ("Country", wording.flag(card.country)),
        ("Topic", outside(card.topic, FACT)),
        ("Assignee", outside(card.assignee, FACT)),
        ("Held by", wording.mention(card.holder)),
        *((outside(name, 60), outside(value, FACT)) for name, value in card.extra[:10]),
    )
    yield "Status", status(card)
    yield from ((label, value) for label, value in (*times, *texts) if value)


def _footer(card: Card) -> str:
    account = card.key.account
    parts = (
        outside(card.provider, 60),
        outside(account, 60),
        outside(str(card.key), 150),
        outside(card.email, FACT) if card.customer.strip() != card.email.strip() else "",
        f"opened {wording.moment(card.opened_at)}",
        f"follow-up of {outside(card.follows, 100)}" if card.follows.strip() else "",
        wording.link(card.url),
    )
    return " · ".join(part for part in parts if part)


def _actions(card: Card) -> list[Block]:
    main, menu = _divided(card.actions)
    key = str(card.key)
    own = dict(card.labels)
    elements = [_button(name, _label(name, own), key) for name in main[:BUTTONS]]
    if menu:
        options = [kit.option(_label(name, own), name) for name in menu]
        elements.append({"type": "overflow", "action_id": f"ticket:{MORE}", "options": options})
    return [kit.actions(f"ticket|{key}", elements)] if elements else []


def _divided(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The buttons, and the menu of two to five; what does not fit the menu becomes a button."""
    known = [name.strip()[:100] for name in names if name.strip()]
    at = known.index(MORE) if MORE in known else len(known)
    main = dict.fromkeys(known[:at])
    menu = list(dict.fromkeys(name for name in known[at:] if name != MORE))
    alone = menu if len(menu) == 1 else menu[OPTIONS:]
    return list(main | dict.fromkeys(alone)), [] if len(menu) == 1 else menu[:OPTIONS]


def _button(name: str, label: str, key: str) -> Block:
    return kit.button(label, f"ticket:{name}", key, "primary" if name == "reply" else "")


def _label(name: str, own: Mapping[str, str]) -> str:
    return LABELS.get(name) or own.get(name) or wording.label(name)
