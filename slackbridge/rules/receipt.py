"""The receipt of an intent: a reaction, and a message where that is not enough. Pure.

"Was not sent" is said only where it is certain; otherwise "may not have been sent".
"""

from __future__ import annotations

from slackbridge.domain.intent import Afterwards, Intent, Press, State
from slackbridge.domain.model import Kind, Status, TicketKey
from slackbridge.domain.view import HOURGLASS, NOT_CARRIED, REACTIONS, Words
from slackbridge.rules import attaching

DONE = {
    Kind.REPLY: "Sent to the customer",
    Kind.INTERNAL: "Internal note saved (the marketplace's agents can read it)",
    Kind.PRIVATE: "Private note saved",
    Kind.ASSIGN: "Assigned",
    Kind.FOLLOW_UP: "Follow-up ticket opened; it gets a thread of its own",
}
THING = {
    Kind.REPLY: "reply",
    Kind.INTERNAL: "internal note",
    Kind.PRIVATE: "private note",
    Kind.STATUS: "status change",
    Kind.ASSIGN: "assignment",
    Kind.FOLLOW_UP: "follow-up",
    Kind.ACTION: "action",
}
LATE = {
    Afterwards.EDITED: ("✏️ The message was edited afterwards", "has the earlier text"),
    Afterwards.KEPT: ("✏️ The message was edited into a note afterwards", "has it"),
    Afterwards.DELETED: ("🗑️ The message was deleted afterwards", "has it"),
}


def reaction(intent: Intent, now: float) -> str:
    """The reaction on the agent's own message; '' = none.

    An intent that goes out at once gets no hourglass, which would vanish unseen.
    """
    if intent.is_tombstone:
        return NOT_CARRIED if intent.reason else ""
    if not intent.ts or intent.late is Afterwards.DELETED:
        return ""
    if intent.state is State.QUEUED and intent.due <= now and not intent.reason:
        return intent.receipt.reaction
    if intent.state is State.SENDING and intent.reason:
        return REACTIONS[State.UNKNOWN]
    return REACTIONS[intent.state]


def overtaken(mine: Intent, theirs: Intent, now: float) -> tuple[str, str]:
    """The reactions to add and to remove, '' = none, by a lane that lost its lease while reacting.

    `mine` is the intent as that lane knew it, `theirs` as it is now.
    """
    wanted, put = reaction(theirs, now), mine.receipt.reacting
    if not put or put == wanted:
        return "", ""
    return (wanted if wanted == mine.receipt.reaction else ""), put


def forgotten(intent: Intent) -> Intent:
    """Redis may have lost that an hourglass was added: it is to be removed."""
    shown = intent.receipt
    perhaps = shown.reacting or ("" if shown.reaction else HOURGLASS)
    return intent.but(receipt=shown.model_copy(update={"reacting": perhaps}))


def placed(intent: Intent, ts: str, channel: str = "") -> Intent:
    """Its message is in Slack, a notice's in a channel of its own ('' = not known).

    A notice may quote a marketplace, so its text is dropped here.
    """
    shown = intent.but(receipt=intent.receipt.model_copy(update={"ts": ts}))
    if intent.kind is not Kind.NOTICE:
        return shown
    return shown.but(text="", channel=channel or intent.channel)


def words(intent: Intent, key: TicketKey, now: float) -> Words | None:
    """The receipt message; None where the reaction or the card is enough.

    A notice is its own words, until it stands in Slack.
    """
    if intent.kind is Kind.NOTICE and intent.state is State.SENT:
        return Words(key, intent.id, intent.text) if intent.text else None
    text, buttons = _say(intent, now)
    if not text and intent.receipt.ts:
        text = _closing(intent)
    if intent.late:
        text = f"{text or _closing(intent)}\n{_late(intent)}".lstrip()
    if not text:
        return None
    return Words(key, intent.id, text, "" if intent.ts else intent.text, buttons)


def _say(intent: Intent, now: float) -> tuple[str, tuple[Press, ...]]:
    thing = f"action *{intent.label}*" if intent.label else THING.get(intent.kind, "message")
    thing += _with_files(intent)
    who = "" if intent.ts else f" by <@{intent.agent}>"
    again = _again(intent)
    match intent.state:
        case State.HELD if intent.ts:
            sending = Press.SEND_TEXT if intent.text_only else Press.SEND
            send = (sending,) if intent.text else ()
            return f"❔ {intent.reason}", (*send, Press.KEEP, Press.DISCARD)
        case State.HELD:
            send = (Press.RETRY,) if intent.retryable else (Press.SEND,)
            about = f"{thing[:1].upper()}{thing[1:]}{who}"
            return f"❔ {about}. {intent.reason}", (*send, Press.DISCARD)
        case State.QUEUED if intent.reason:
            why = f"⏳ The {thing}{who} was not sent{again} yet: {intent.reason}."
            return f"{why} Next try {_clock(intent.due)}.", (Press.UNDO, Press.SEND_NOW)
        case State.QUEUED if intent.undoable and intent.due > now:
            whose = "The" if who else "Your"
            text = f"⏳ {whose} {thing}{who} goes out {_clock(intent.due)}."
            return text, (Press.UNDO, Press.SEND_NOW)
        case State.SENDING if intent.reason:
            return f"⚠️ The {thing}{who} may not have been sent ({intent.reason}). Checking…", ()
        case State.UNKNOWN:
            text = f"⚠️ The {thing}{who} may not have been sent: {intent.reason}."
            check = (Press.CHECK,) if intent.attempt else ()
            return text, (*check, Press.AGAIN, Press.WAS_SENT)
        case State.FAILED:
            text = f"❌ The {thing}{who} was not sent{again}: {intent.reason}."
            alone = (Press.SEND_TEXT,) if intent.files and intent.text else ()
            return text, (Press.RETRY, *alone, Press.DISCARD)
        case State.SENT if intent.reason:
            return f"✅ {_done(intent)}{who}. {intent.reason}", ()
        case State.SENT if intent.kind is Kind.ACTION:
            return f"✅ {_done(intent)}{who}", ()
    return "", ()


def _again(intent: Intent) -> str:
    """After "Send again" only the second attempt is certain."""
    return " again" if intent.unsure else ""


def _late(intent: Intent) -> str:
    what, has = LATE[intent.late]
    if intent.state is State.SENT:
        return f"{what}: the customer already {has}."
    return f"{what}: if it was sent, the customer {has}."


def _closing(intent: Intent) -> str:
    match intent.state:
        case State.SENT:
            who = "" if intent.ts else f" by <@{intent.agent}>"
            return f"✅ {_done(intent)}{who}"
        case State.CANCELLED:
            return f"↩️ Not sent{_again(intent)}: {intent.reason}"
        case State.KEPT if intent.unsure:
            return f"🔒 Not sent again: {intent.reason}"
        case State.KEPT:
            return f"🔒 {intent.reason or 'Kept as a note for colleagues'}"
    return ""


def _done(intent: Intent) -> str:
    if intent.kind is Kind.STATUS:
        return f"Ticket set to {intent.status}"
    done = intent.label or DONE.get(intent.kind, "Done") + _with_files(intent)
    if intent.kind is Kind.REPLY and intent.status is Status.SOLVED:
        return f"{done} and solved"
    return done


def _with_files(intent: Intent) -> str:
    if not intent.files or intent.text_only or not intent.kind.speaks:
        return ""
    return f" with {attaching.counted(len(intent.files))}"


def _clock(at: float) -> str:
    """A time that each reader sees in their own zone (Slack date token)."""
    return f"<!date^{int(at)}^at {{time_secs}}|in a moment>"
