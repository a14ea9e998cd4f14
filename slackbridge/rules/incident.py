"""The one notice of an account that lists its stuck tickets, as long as there are any. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.chat import words_effect
from slackbridge.domain.intent import Intent, Receipt
from slackbridge.domain.model import TicketKey
from slackbridge.rules.notice import notice

LISTED = 15
OPEN = "lists"
"""The key among a notice's fields that says what it lists, while that is kept up to date."""

LEFT = "left"
"""The same of a notice that is out of date in a channel where nobody can write."""

STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class StuckTicket:
    """A ticket whose passes fail. `since` is in Unix seconds, `why` is mrkdwn.

    `channel` is the one that takes nothing of it; '' = its channel is not to blame.
    """

    id: str
    since: float
    why: str
    channel: str = ""

    @classmethod
    def load(cls, id: str, text: str) -> StuckTicket:
        """Read what `stored` made."""
        head, _, why = text.partition("|")
        since, _, channel = head.partition(" ")
        return cls(id, float(since) if since.isdigit() else 0.0, why, channel)

    @property
    def stored(self) -> str:
        return f"{self.since:.0f}{' ' if self.channel else ''}{self.channel}|{self.why}"


def under_way(intents: Sequence[Intent]) -> Intent | None:
    """The notice that is kept up to date; None if no ticket was stuck until now."""
    return next((i for i in reversed(intents) if i.fields.get(OPEN) == STUCK), None)


def begun(text: str, now: float) -> Intent:
    """A new notice. Its text is also what an older version, which edits none, would post."""
    return notice(f"{STUCK}:{int(now * 1000)}", text, now, {OPEN: STUCK})


def lost(
    intents: Sequence[Intent], standing: Iterable[tuple[str, str]], channel: str, since: float
) -> tuple[Intent, ...]:
    """The notice that stands in a channel (effect and ts) while no record knows it.

    One that began before `since` (Unix seconds) is over.
    """
    known = {intent.id for intent in intents}
    found = [(e.removeprefix(words_effect("")), ts) for e, ts in standing if float(ts) >= since]
    new = [(id, ts) for id, ts in found if id.startswith(f"{STUCK}:") and id not in known]
    if under_way(intents) is not None or not new:
        return ()
    id, ts = new[-1]
    notice = begun("", float(ts)).but(id=id, channel=channel, receipt=Receipt(ts=ts))
    return (notice,)


def about(stuck: Iterable[StuckTicket]) -> frozenset[str]:
    """The channels in which nobody can write, as far as these tickets tell."""
    return frozenset(one.channel for one in stuck if one.channel)


def left_behind(intents: Sequence[Intent]) -> list[Intent]:
    """The notices that are to be removed as soon as their channels allow it."""
    return [intent for intent in intents if intent.fields.get(LEFT) == STUCK]


def leave(
    intent: Intent, channel: str, text: str, now: float
) -> tuple[tuple[Intent | None, Intent], ...]:
    """The notice cannot be kept up to date where it stands: a new one takes its place.

    `text` is the new one's, '' = none is needed. Returns the changes of the record.
    """
    gone = intent.but(fields={LEFT: STUCK}, text="", channel=channel)
    return ((intent, gone), *(((None, begun(text, now)),) if text else ()))


def ended(intent: Intent) -> Intent:
    """No ticket is stuck any more: what comes later is a new notice."""
    return intent.but(fields={}, text="")


def told(
    stuck: Sequence[StuckTicket], health: AccountHealth, grace: float, now: float
) -> tuple[list[StuckTicket], float | None]:
    """The tickets to be listed now, and when to look again (Unix seconds, None = only at a change).

    None is listed while the account itself is unwell, which has a notice of its own. What was stuck
    before it got well is tried again first, and listed `grace` seconds later if it still is.
    """
    if health.state is not AccountState.OK:
        return [], None
    over = health.since + grace
    if now >= over:
        return list(stuck), None
    listed = [one for one in stuck if one.since > health.since]
    return listed, over if len(listed) < len(stuck) else None


def text(account: str, stuck: Sequence[StuckTicket], links: Mapping[str, str]) -> str:
    """The notice, longest stuck first. `links`: ticket id -> address of its thread."""
    if not stuck:
        return f"🟢 *{account}*: all tickets are up to date again."
    many = f"{len(stuck)} tickets" if len(stuck) > 1 else "One ticket"
    lines = [f"🧱 *{account}*: {many} cannot be brought up to date."]
    lines += [_row(account, one, links.get(one.id, "")) for one in first(stuck)]
    if (more := len(stuck) - LISTED) > 0:
        lines.append(f"… and {more} more")
    what = str(TicketKey(account, stuck[0].id)) if len(stuck) == 1 else "<ticket>"
    shown = what.replace("<", "&lt;").replace(">", "&gt;")
    lines.append(f"Tried again from time to time; `slackbridge replay {shown}` does so at once.")
    return "\n".join(lines)


def moved(account: str) -> str:
    """What is said instead of a list that is kept elsewhere, or over."""
    return f"🟢 *{account}*: what was listed here is not kept up to date here any more."


def first(stuck: Sequence[StuckTicket]) -> list[StuckTicket]:
    """Those that are listed."""
    return sorted(stuck, key=lambda one: (one.since, one.id))[:LISTED]


def _row(account: str, one: StuckTicket, link: str) -> str:
    key = f"`{TicketKey(account, one.id)}`"
    return f"• {key}{f' (<{link}|thread>)' if link else ''}: {one.why}"
