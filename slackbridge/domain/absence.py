"""What becomes of an intent whose message a reading of its thread does not show. Pure."""

from __future__ import annotations

from slackbridge.domain.intent import Afterwards, Intent, State, after_deletion

UNSEEN = "Slack did not show this message any more, and then refused to show the thread."


def after_absence(intent: Intent, began: float, ended: float, settle: float) -> Intent | None:
    """The intent after a reading of its thread that did not show its message; None = no change.

    Slack's reads may lag behind its events: only what two readings do not show was deleted, the
    second begun `settle` seconds after the first had ended.
    """
    if intent.state.settled or intent.late is Afterwards.DELETED:
        return None
    if not intent.unseen_at:
        return intent.but(unseen_at=ended)
    return after_deletion(intent) if began >= intent.unseen_at + settle else None


def after_sight(intent: Intent) -> Intent | None:
    """The intent after a reading that showed its message; None = no change."""
    return intent.but(unseen_at=0.0) if intent.unseen_at else None


def after_no_reading(intent: Intent) -> Intent | None:
    """The intent once nothing tells whether its unseen message was deleted; None = no change."""
    if not intent.unseen_at:
        return None
    if intent.state is not State.QUEUED:
        return intent.but(unseen_at=0.0)
    return intent.but(state=State.HELD, reason=UNSEEN, undoable=False, unseen_at=0.0)
