"""An intent: something an agent asked for, from acceptance to a visible outcome.

Frozen values and pure transitions. An intent is stored as one JSON text; every change of it is a
compare-and-swap of that text, so two processes never act on the same state. The agent's text is
kept only until the outcome is settled; afterwards only its digest remains.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import PrivateAttr

from slackbridge.domain.attempt import Attempt as Attempt
from slackbridge.domain.attempt import Frozen as Frozen
from slackbridge.domain.attempt import Receipt as Receipt
from slackbridge.domain.files import SharedFile
from slackbridge.domain.model import Act, Kind, Status
from slackbridge.text.clean import digest

DELETED = "the message was deleted"
INTO_A_NOTE = "edited into a note"
ACTION_NAME = "name"
"""The key of an action's name among the fields of the stored form; no form field is called so."""


class State(StrEnum):
    """The state of an intent."""

    HELD = "held"  # a human must say whether it goes out
    QUEUED = "queued"  # goes out when due
    SENDING = "sending"  # an attempt is open: it may have happened
    UNKNOWN = "unknown"  # it may have happened and we cannot tell: a human decides
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"  # undone, deleted or discarded before anything was sent
    KEPT = "kept"  # a note: stays in Slack

    @property
    def open(self) -> bool:
        """Whether the marketplace may still change because of it without a human's decision."""
        return self in (State.QUEUED, State.SENDING)

    @property
    def settled(self) -> bool:
        return self in (State.SENT, State.CANCELLED, State.KEPT)


class Afterwards(StrEnum):
    """What became of the agent's message after its intent went out."""

    NOTHING = ""
    EDITED = "edited"
    KEPT = "kept"  # edited into a note
    DELETED = "deleted"


class Intent(Frozen):
    """One intent. `id` is unique within the ticket; `ts` is the agent's own thread message.

    `edited` is the ts of the edit that its text comes from ('' = none); older edits are ignored.
    `late` says what happened to that message after it went out: edited (`edit` is the new text, as
    long as it may still be sent; `edit_held` is why a human must confirm it), deleted, or kept
    (edited into a note). `before` is the baseline of an earlier attempt that was declined.
    `unsure`: a human gave up an attempt of unknown outcome, so it may have been done already.
    `refused`: its author was not allowed to act when it was heard. `unseen_at`: since when Slack
    does not show its message (Unix seconds, 0 = it does): its thread is read again before it is
    sent. `files` go with the text; `text_only`: they cannot, so that only the text may be sent.
    """

    id: str
    kind: Kind
    agent: str
    created: float
    channel: str = ""
    ts: str = ""
    text: str = ""
    status: Status | None = None
    email: str = ""
    state: State = State.QUEUED
    due: float = 0.0
    reason: str = ""
    edited: str = ""
    late: Afterwards = Afterwards.NOTHING
    edit: str = ""
    edit_held: str = ""
    unsure: bool = False
    refused: bool = False
    unseen_at: float = 0.0
    tries: int = 0
    attempt: Attempt | None = None
    before: tuple[str, ...] | None = None
    digest: str = ""
    message: str = ""
    undoable: bool = False
    action: str = ""
    fields: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    label: str = ""
    money: bool = False
    files: tuple[SharedFile, ...] = ()
    text_only: bool = False
    receipt: Receipt = Receipt()
    _stored: str = PrivateAttr("")

    def dump(self) -> str:
        """The stored form, without defaults to keep the hash small.

        A loaded intent dumps exactly what was loaded: another version may have written it.
        """
        if self._stored:
            return self._stored
        stored = self
        if self.action:  # the stored form keeps it among the fields
            stored = self.but(action="", fields={**self.fields, ACTION_NAME: self.action})
        return stored.model_dump_json(exclude_defaults=True)

    @classmethod
    def load(cls, text: str) -> Intent:
        """Read the stored form. Raises pydantic.ValidationError if it is not one."""
        intent = cls.model_validate_json(text)
        if intent.kind is Kind.ACTION and ACTION_NAME in intent.fields:
            fields = {**intent.fields}
            intent = intent.but(action=fields.pop(ACTION_NAME), fields=fields)
        intent._stored = text
        return intent

    @property
    def is_tombstone(self) -> bool:
        """Whether it only records that its message was judged not to be sent; see `intake`."""
        return self.kind is Kind.NOTE and self.state is State.KEPT and not self.ts

    @property
    def reacts_at(self) -> str:
        """The ts of the message that carries its reaction; '' = none does.

        A tombstone with a reason is of a message that was refused: it is to be marked.
        """
        return self.ts or (self.id if self.is_tombstone and self.reason else "")

    @property
    def awaits_echo(self) -> bool:
        """Whether a new message of its ticket may be its echo.

        Also after a refusal: a 429 may come from a proxy after the request was accepted.
        """
        adds = self.kind in (Kind.REPLY, Kind.INTERNAL) and not self.message
        declined = self.state in (State.QUEUED, State.HELD) and self.before is not None
        return adds and (declined or self.state in (State.SENT, State.SENDING, State.UNKNOWN))

    @property
    def retryable(self) -> bool:
        """Whether Retry is offered: after a refusal, and for what is held and no reply."""
        reply = self.kind in (Kind.REPLY, Kind.FOLLOW_UP)
        return self.state is State.FAILED or (self.state is State.HELD and not reply)

    @property
    def baseline(self) -> tuple[str, ...]:
        """The ids of the agents' messages from before its last attempt."""
        return _before(self) or ()

    @property
    def fingerprint(self) -> str:
        """The digest of its text, also before the first attempt."""
        return digest(self.text) if self.text else self.digest

    def act(self) -> Act:
        """The call to make for it."""
        return Act(
            self.kind, self.text, self.status, self.email, self.fields, self.action, key=self.id
        )

    def but(self, **changes: object) -> Intent:
        """A copy with changes, validated."""
        return Intent.model_validate({**self.model_dump(), **changes})


def begin(intent: Intent, at: float, timeout: float, baseline: tuple[str, ...]) -> Intent:
    """An attempt is open. Must be stored before the call is made."""
    attempt = Attempt(at=at, deadline=at + timeout, baseline=baseline)
    return intent.but(
        state=State.SENDING,
        attempt=attempt,
        before=None,
        tries=intent.tries + 1,
        digest=digest(intent.text),
    )


def conclude(intent: Intent, state: State, *, message: str = "", reason: str = "") -> Intent:
    """The outcome is known. The text is dropped, with the names of files.

    Its digest and the number of files stay, to recognise an echo.
    """
    return intent.but(
        state=state,
        text="",
        edit="",
        edit_held="",
        late=intent.late if state is State.SENT else Afterwards.NOTHING,
        action="",
        fields={},
        attempt=None,
        before=None,
        unseen_at=0.0,
        files=tuple(file.nameless for file in intent.files),
        text_only=False,
        digest=intent.digest or digest(intent.text),
        message=message,
        reason=reason,
    )


def fail(intent: Intent, reason: str) -> Intent:
    """It was certainly not done. The text, as edited meanwhile, stays for Retry."""
    after = _anew(intent.but(attempt=None, before=_before(intent), reason=reason))
    match after.state:
        case State.QUEUED:
            return after.but(state=State.FAILED)
        case State.HELD:
            return after.but(reason=f"It was not sent: {reason}. {after.reason}")
    return after


def requeue(intent: Intent, due: float, reason: str = "") -> Intent:
    """It was certainly not done; it is tried again at `due`, with edits made meanwhile."""
    return _anew(intent.but(attempt=None, before=_before(intent), due=due, reason=reason))


def _before(intent: Intent) -> tuple[str, ...] | None:
    return intent.attempt.baseline if intent.attempt else intent.before


def _anew(intent: Intent) -> Intent:
    """What becomes of it where it was not done, or is given up: whoever sends it once more.

    Queued with the text that the agent's message has now; but held if that text must be asked
    about, and settled if the message was deleted or edited into a note.
    """
    match intent.late:
        case Afterwards.DELETED:
            return conclude(intent, State.CANCELLED, reason=DELETED)
        case Afterwards.KEPT:
            return conclude(intent, State.KEPT, reason=INTO_A_NOTE)
    text = intent.edit or intent.text
    fresh = intent.but(
        state=State.QUEUED, text=text, edit="", edit_held="", late=Afterwards.NOTHING
    )
    if not intent.edit_held:
        return fresh
    return fresh.but(state=State.HELD, reason=intent.edit_held, undoable=False)


def mark_unknown(intent: Intent, reason: str) -> Intent:
    """It may have been done and cannot be checked: a human decides."""
    return intent.but(state=State.UNKNOWN, reason=reason)


def mark_absent(intent: Intent, now: float) -> Intent:
    """A look did not find it; only the first such time is kept."""
    if intent.attempt is None or intent.attempt.absent_at:
        return intent
    return intent.but(attempt=intent.attempt.model_copy(update={"absent_at": now}))


class Press(StrEnum):
    """What a person may do with an intent: buttons, and editing or deleting their message."""

    UNDO = "undo"
    SEND_NOW = "send_now"
    SEND = "send"  # of a held one
    SEND_TEXT = "send_text"  # without its files
    KEEP = "keep"  # as a note
    RETRY = "retry"
    DISCARD = "discard"
    CHECK = "check"
    AGAIN = "again"
    WAS_SENT = "was_sent"

    @property
    def sends(self) -> bool:
        """Whether it sends something, or sends it earlier."""
        sending = (Press.SEND_NOW, Press.SEND, Press.SEND_TEXT, Press.RETRY, Press.AGAIN)
        return self in sending


def after_press(intent: Intent, press: Press, now: float, by: str) -> Intent | None:
    """The intent after a button was pressed; None where the state does not allow it.

    A second press finds another state, so a button acts once.
    """
    if press in (Press.SEND, Press.SEND_TEXT, Press.RETRY):
        return _let_go(intent, press, now)
    match press, intent.state:
        case Press.UNDO, State.QUEUED:
            return conclude(intent, State.CANCELLED, reason=f"undone by <@{by}>")
        case Press.SEND_NOW, State.QUEUED if intent.due > now:
            return intent.but(due=now, undoable=False)
        case Press.KEEP, State.HELD:
            return conclude(intent, State.KEPT, reason=f"kept as a note by <@{by}>")
        case Press.DISCARD, State.FAILED | State.HELD:
            return conclude(intent, State.CANCELLED, reason=f"discarded by <@{by}>")
        case Press.CHECK, State.UNKNOWN if intent.attempt is not None:
            attempt = intent.attempt.model_copy(update={"absent_at": 0.0})
            return intent.but(state=State.SENDING, attempt=attempt, reason="")
        case Press.AGAIN, State.UNKNOWN:
            given_up = intent.but(attempt=None, before=None, undoable=False, unsure=True)
            return _anew(given_up.but(due=now, reason=""))
        case Press.WAS_SENT, State.UNKNOWN:
            return conclude(intent, State.SENT, reason=f"Marked as sent by <@{by}>.")
    return None


def _let_go(intent: Intent, press: Press, now: float) -> Intent | None:
    """After somebody said that it goes out, with its files or without them."""
    alone = intent.but(files=(), text_only=False)
    now_due = {"due": now, "reason": "", "undoable": False}
    match press, intent.state:
        case Press.SEND, State.HELD if intent.text:
            goes = alone if intent.text_only else intent
            return goes.but(state=State.QUEUED, **now_due)
        case Press.SEND_TEXT, State.HELD if intent.text and intent.files:
            return alone.but(state=State.QUEUED, **now_due)
        case Press.SEND_TEXT, State.FAILED if intent.text and intent.files:
            return _anew(alone.but(**now_due, tries=0))
        case Press.RETRY, State.FAILED | State.HELD if intent.retryable:
            return _anew(intent.but(**now_due, tries=0))
    return None


def after_deletion(intent: Intent) -> Intent | None:
    """The intent after its message was deleted: not sent, or marked late; None = no change."""
    if intent.state in (State.QUEUED, State.HELD, State.FAILED):
        return conclude(intent, State.CANCELLED, reason=DELETED)
    if intent.late is Afterwards.DELETED or intent.state in (State.CANCELLED, State.KEPT):
        return None
    return intent.but(late=Afterwards.DELETED, edit="", edit_held="", unseen_at=0.0)
