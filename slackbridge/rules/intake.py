"""Classification of thread messages: reply, note, or held until an agent confirms. Pure.

A note is never one typo away from a customer: a text that looks like a note with a mistyped
prefix, calls colleagues or holds a secret is held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from slackbridge.domain.chat import Heard
from slackbridge.domain.files import FileLimits, SharedFile
from slackbridge.domain.intent import INTO_A_NOTE, Afterwards, Intent, Receipt, State, conclude
from slackbridge.domain.model import Kind
from slackbridge.domain.view import NOT_CARRIED
from slackbridge.rules import attaching
from slackbridge.rules.attaching import NOTHING_GOES, Outbound
from slackbridge.rules.prefix import SEND_PREFIX, after, almost_sent, near_note
from slackbridge.text.clean import digest

CONFIRM = "Send this to the customer?"
ONCE_REFUSED = "This was refused when it was written."
OTHER_SETTINGS = "This was written while other settings were in force."
SECRET = re.compile(
    r"xox[abeprs]-[\w-]{8,}|xapp-[\w-]{8,}|\bsk_live_\w{8,}|\bsg_live_\w{8,}|\bAKIA[0-9A-Z]{12,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\bpass(?:word|wort)\s*[:=]\s*\S",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How thread messages are understood. Times are in seconds.

    `since` is when these settings came into force, in Unix seconds; 0 = they always were.
    `outbound`: files may go out; `limits` are what the accounts' marketplaces take, by the
    account's name, `out` is that of the account at hand.
    """

    mode: Literal["direct", "confirm", "explicit"]
    prefixes: tuple[str, ...]
    undo: float
    fresh: float
    since: float = 0.0
    outbound: bool = False
    limits: Mapping[str, FileLimits] = field(default_factory=dict)
    out: Outbound = NOTHING_GOES

    def of(self, account: str) -> IntakeSettings:
        """The settings for a message in a thread of an account."""
        return replace(self, out=Outbound(self.outbound, self.limits.get(account)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` QUEUED = sent after the undo window, HELD = ask first, KEPT = a note.

    `files` go with the text, unless `text_only`: they cannot, and the text may.
    """

    state: State
    text: str
    why: str = ""
    files: tuple[SharedFile, ...] = ()
    text_only: bool = False


def classify(heard: Heard, settings: IntakeSettings, now: float) -> Verdict | None:
    """The verdict on a thread message by somebody who may act; None = not for the bridge."""
    text = heard.text.strip()
    explicit = after(text, (SEND_PREFIX,))
    if explicit is None and (heard.addressed or after(text, settings.prefixes) is not None):
        return Verdict(State.KEPT, text)
    verdict = _of_reply(heard, text, explicit, settings, now)
    if verdict is None or not heard.files:
        return verdict
    text_only = bool(attaching.unfit(heard.files, settings.out))
    return replace(verdict, files=heard.files, text_only=text_only)


def _of_reply(
    heard: Heard, text: str, explicit: str | None, settings: IntakeSettings, now: float
) -> Verdict | None:
    """The verdict on what is no note; `explicit` is the text after the prefix that sends it."""
    mistyped = explicit is None and almost_sent(text)
    if explicit is None and settings.mode == "explicit" and not mistyped:
        return None
    body = text if explicit is None else explicit
    if mistyped:
        return Verdict(State.HELD, body, f"This begins almost like `{SEND_PREFIX}`: edit it.")
    if why := _why_held(heard, body, settings, now):
        return Verdict(State.HELD, body, why)
    if explicit is None and settings.mode == "confirm":
        return Verdict(State.HELD, body, CONFIRM)
    return Verdict(State.QUEUED, body)


def _why_held(heard: Heard, text: str, settings: IntakeSettings, now: float) -> str:
    if why := attaching.unfit(heard.files, settings.out):
        return f"{why} Send the text without them?" if text else why
    if heard.files and not text:
        return attaching.NEEDS_TEXT
    if near_note(text, settings.prefixes):
        return "This looks like a note for colleagues."
    if any(after(line.strip(), settings.prefixes) is not None for line in text.splitlines()):
        return "A line of this begins as a note for colleagues does."
    if why := _why_for_colleagues(heard):
        return why
    if SECRET.search(text):
        return "This looks as if it holds a password or a key."
    if now - float(heard.ts) > settings.fresh:
        return "This was written while the bridge was not listening."
    if float(heard.ts) < settings.since:
        return OTHER_SETTINGS
    return ""


def _why_for_colleagues(heard: Heard) -> str:
    if heard.broadcast:
        return "This calls colleagues (@here, @channel or a group)."
    if heard.mentions:
        return "This mentions a colleague or a channel."
    if heard.to_channel:
        return "This was also sent to the channel."
    return "This forwards another message." if heard.forwards else ""


def reply(heard: Heard, verdict: Verdict, settings: IntakeSettings, now: float) -> Intent:
    """The intent that a thread message becomes. Its id is the message's ts."""
    kept = verdict.state is State.KEPT
    intent = Intent(
        id=heard.ts,
        kind=Kind.NOTE if kept else Kind.REPLY,
        agent=heard.user,
        created=float(heard.ts),
        channel=heard.channel,
        ts=heard.ts,
        text=verdict.text,
        state=verdict.state,
        due=now + settings.undo,
        undoable=settings.undo > 0 and verdict.state is not State.HELD,
        reason=verdict.why,
        edited=heard.edited,
        files=() if kept else verdict.files,
        text_only=verdict.text_only,
    )
    return conclude(intent, State.KEPT) if kept else intent


def tombstone(heard: Heard, *, refused: bool = False, why: str = "") -> Intent:
    """A settled intent for a message that was judged not to be sent, as small as it can be.

    The message is not judged again, by whatever settings: not when it is delivered once more,
    after the edit that came first, or when its thread is read again. `why` a message was refused
    that was meant for the customer: it is marked, so that its author sees it.
    """
    return Intent(
        id=heard.ts,
        kind=Kind.NOTE,
        agent=heard.user,
        created=float(heard.ts),
        state=State.KEPT,
        channel=heard.channel if why else "",
        reason=why,
        edited=heard.edited,
        refused=refused,
    )


def after_edit(intent: Intent, heard: Heard, settings: IntakeSettings, now: float) -> Intent | None:
    """The intent after an edit of its message; None = nothing changes."""
    if _is_older(heard.edited, intent.edited):
        return None
    if intent.is_tombstone:
        return _after_edit_of_talk(intent, heard, settings, now)
    if _judged_before(intent, heard):
        return None
    # An edit makes it neither a late message nor one of other settings.
    verdict = classify(heard, replace(settings, since=0.0), float(heard.ts))
    after = reclassified(intent, verdict)
    latest = heard.edited if _is_older(intent.edited, heard.edited) else intent.edited
    if after is None and (latest == intent.edited or intent.state in (State.KEPT, State.CANCELLED)):
        return None
    return (after or intent).but(edited=latest)


def _after_edit_of_talk(
    intent: Intent, heard: Heard, settings: IntakeSettings, now: float
) -> Intent | None:
    """Only an edit that asks for it by name makes a reply of what was judged not to be one."""
    newer = _is_older(intent.edited, heard.edited)
    if intent.refused and not newer:
        return None
    verdict = classify(replace(heard, ts=heard.edited or heard.ts), settings, now)
    if verdict is None or not (is_explicit(heard) or (verdict.state is State.KEPT and heard.text)):
        return intent.but(edited=heard.edited) if newer else None
    if not intent.refused:
        return reply(heard, verdict, settings, now)
    if verdict.state is State.QUEUED:
        verdict = Verdict(State.HELD, verdict.text, ONCE_REFUSED)
    # The mark is removed; it may have been put there by a lane that did not record it.
    marked = intent.receipt if intent.receipt.reaction else Receipt(reacting=NOT_CARRIED)
    return reply(heard, verdict, settings, now).but(receipt=marked)


def refuse(intent: Intent, heard: Heard, why: str = "") -> Intent | None:
    """A tombstone after an edit by somebody who may not act: the edit is settled with it."""
    if not intent.is_tombstone or _is_older(heard.edited, intent.edited):
        return None
    channel = heard.channel if why else intent.channel
    reason = why or intent.reason
    return intent.but(edited=heard.edited, refused=True, channel=channel, reason=reason)


def is_explicit(heard: Heard) -> bool:
    """Whether a text asks to be sent by its prefix, mistyped or not."""
    text = heard.text.strip()
    return after(text, (SEND_PREFIX,)) is not None or almost_sent(text)


def _judged_before(intent: Intent, heard: Heard) -> bool:
    """Whether the intent knows this edit, so that it is not judged once more by other settings.

    Slack's histories give whole seconds: another text may be of another edit in the same second,
    which counts as long as something may still be sent.
    """
    if not heard.edited or _is_older(intent.edited, heard.edited):
        return False
    if intent.state.settled or intent.late is Afterwards.KEPT:
        return True
    text = heard.text.strip()
    body = after(text, (SEND_PREFIX,))
    return (text if body is None else body) in (intent.text, intent.edit)


def _is_older(edited: str, other: str) -> bool:
    """Whether an edit is older than another. Slack's histories give whole seconds only."""
    a, b = float(edited or 0), float(other or 0)
    whole = a == int(a) or b == int(b)
    return int(a) < int(b) if whole else a < b


def reclassified(intent: Intent, verdict: Verdict | None) -> Intent | None:
    """The intent after a new verdict on its message; None = nothing changes.

    Before sending, the edited text is sent, and a reply edited into a note becomes a note; a note
    stays a note. Afterwards the customer has the earlier text, which the receipt says. While the
    outcome is unknown, the edit is kept for the case that nothing was sent.
    """
    if intent.state in (State.SENDING, State.UNKNOWN, State.SENT):
        return _reclassified_late(intent, verdict)
    if intent.state not in (State.QUEUED, State.HELD, State.FAILED):
        return None
    if verdict is None or verdict.state is State.KEPT:
        return conclude(intent, State.KEPT, reason=INTO_A_NOTE)
    if verdict.text == intent.text and not _taken_away(intent, verdict):
        return None
    new = intent.but(text=verdict.text, files=verdict.files, text_only=verdict.text_only)
    if verdict.state is State.HELD:
        return new.but(state=State.HELD, reason=verdict.why, undoable=False)
    held = intent.state is State.HELD
    return new.but(reason=CONFIRM if held else intent.reason)


def _taken_away(intent: Intent, verdict: Verdict) -> bool:
    """Whether the agent has removed a file of the message."""
    return not {file.id for file in intent.files} <= {file.id for file in verdict.files}


def _reclassified_late(intent: Intent, verdict: Verdict | None) -> Intent | None:
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
