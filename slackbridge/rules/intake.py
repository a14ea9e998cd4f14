"""What an agent meant: pure classification of thread messages.

A note is never one typo away from a customer: what looks like a note that missed its prefix, what
calls colleagues, and what holds a secret is held until a human says whether it goes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from slackbridge.domain.chat import Heard
from slackbridge.domain.intent import INTO_A_NOTE, Afterwards, Intent, State, conclude
from slackbridge.domain.model import Kind
from slackbridge.rules.prefix import SEND_PREFIX, after, almost_sent, near_note
from slackbridge.text.document import digest

CONFIRM = "Send this to the customer?"
SECRET = re.compile(
    r"xox[abeprs]-[\w-]{8,}|xapp-[\w-]{8,}|\bsk_live_\w{8,}|\bsg_live_\w{8,}|\bAKIA[0-9A-Z]{12,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\bpass(?:word|wort)\s*[:=]\s*\S",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How thread messages are understood. Times are in seconds."""

    mode: Literal["direct", "confirm", "explicit"]
    prefixes: tuple[str, ...]
    undo: float
    fresh: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` QUEUED = goes out after the undo window, HELD = ask first, KEPT = stays inside."""

    state: State
    text: str
    why: str = ""


def judge(heard: Heard, rules: IntakeSettings, now: float) -> Verdict | None:
    """What a thread message by somebody who may act comes to; None = mere talk."""
    text = heard.text.strip()
    explicit = after(text, (SEND_PREFIX,))
    if explicit is None and (heard.addressed or after(text, rules.prefixes) is not None):
        return Verdict(State.KEPT, text)
    mistyped = explicit is None and almost_sent(text)
    if explicit is None and rules.mode == "explicit" and not mistyped:
        return None
    body = text if explicit is None else explicit
    if mistyped:
        return Verdict(State.HELD, body, f"This begins almost like `{SEND_PREFIX}`: edit it.")
    if why := _doubts(heard, body, rules, now):
        return Verdict(State.HELD, body, why)
    if explicit is None and rules.mode == "confirm":
        return Verdict(State.HELD, body, CONFIRM)
    return Verdict(State.QUEUED, body)


def _doubts(heard: Heard, text: str, rules: IntakeSettings, now: float) -> str:
    if heard.files and not text:
        return "Files cannot be sent to the customer from Slack."
    if heard.files:
        return "Files cannot be sent to the customer from Slack. Send the text without them?"
    if near_note(text, rules.prefixes):
        return "This looks like a note for colleagues."
    if heard.broadcast:
        return "This calls colleagues (@here, @channel or a group)."
    if SECRET.search(text):
        return "This looks as if it holds a password or a key."
    if now - float(heard.ts) > rules.fresh:
        return "This was written while the bridge was not listening."
    return ""


def reply(heard: Heard, verdict: Verdict, rules: IntakeSettings, now: float) -> Intent:
    """The intent that a thread message becomes. Its id is the message's ts."""
    held = verdict.state is State.HELD
    intent = Intent(
        id=heard.ts,
        kind=Kind.REPLY if verdict.state is not State.KEPT else Kind.NOTE,
        agent=heard.user,
        created=float(heard.ts),
        channel=heard.channel,
        ts=heard.ts,
        text=verdict.text,
        state=verdict.state,
        due=now + rules.undo,
        undoable=rules.undo > 0 and not held,
        reason=verdict.why,
        edited=heard.edited,
    )
    return conclude(intent, State.KEPT) if verdict.state is State.KEPT else intent


def talk(heard: Heard) -> Intent:
    """What keeps a message from going out that was edited into talk before it was heard."""
    return Intent(
        id=heard.ts,
        kind=Kind.NOTE,
        agent=heard.user,
        created=float(heard.ts),
        state=State.KEPT,
        edited=heard.edited,
    )


def edited(intent: Intent, heard: Heard, rules: IntakeSettings, now: float) -> Intent | None:
    """What an edit makes of the intent that the message is already; None = nothing changes."""
    if before(heard.edited, intent.edited):
        return None
    if intent.talk:
        verdict = judge(heard, rules, now)
        return reply(heard, verdict, rules, now) if verdict else intent.but(edited=heard.edited)
    verdict = judge(heard, rules, float(heard.ts))  # an edit is no late message
    after = revised(intent, verdict)
    latest = heard.edited if before(intent.edited, heard.edited) else intent.edited
    if after is None and (latest == intent.edited or intent.state in (State.KEPT, State.CANCELLED)):
        return None
    return (after or intent).but(edited=latest)


def before(edited: str, other: str) -> bool:
    """Whether an edit is older than another. Slack's histories know the second only."""
    a, b = float(edited or 0), float(other or 0)
    whole = a == int(a) or b == int(b)
    return int(a) < int(b) if whole else a < b


def revised(intent: Intent, verdict: Verdict | None) -> Intent | None:
    """What other words of the message make of its intent; None = nothing changes.

    Before sending, the edit is what is sent, and a reply edited into a note stays inside; a note
    stays a note. Afterwards the customer has the earlier text, and that is said; while nobody
    knows, the edit is remembered for the case that nothing was sent.
    """
    if intent.state in (State.SENDING, State.UNKNOWN, State.SENT):
        return _revised_late(intent, verdict)
    if intent.state not in (State.QUEUED, State.HELD, State.FAILED):
        return None
    if verdict is None or verdict.state is State.KEPT:
        return conclude(intent, State.KEPT, reason=INTO_A_NOTE)
    if verdict.text == intent.text:
        return None
    if verdict.state is State.HELD:
        return intent.but(text=verdict.text, state=State.HELD, reason=verdict.why, undoable=False)
    held = intent.state is State.HELD
    return intent.but(text=verdict.text, reason=CONFIRM if held else intent.reason)


def _revised_late(intent: Intent, verdict: Verdict | None) -> Intent | None:
    if intent.late is Afterwards.DELETED:
        return None
    late, edit, held = Afterwards.NOTHING, "", ""
    if verdict is None or verdict.state is State.KEPT:
        late = Afterwards.KEPT
    elif digest(verdict.text) != intent.digest:
        late = Afterwards.EDITED
        if intent.state is not State.SENT:
            edit, held = verdict.text, verdict.why
    if (late, edit, held) == (intent.late, intent.edit, intent.edit_held):
        return None
    return intent.but(late=late, edit=edit, edit_held=held)
