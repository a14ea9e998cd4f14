"""What an agent is told of a reply that passes do not even come to. Pure."""

from __future__ import annotations

from slackbridge.domain.intent import Intent, State, fail

PATIENCE_SECONDS = 5.0


def delayed(intent: Intent, reason: str, again: float, now: float, give_up: float) -> Intent | None:
    """The intent after a pass that failed before it was sent; None = nothing is to be said yet.

    It is tried at `again` (Unix seconds), and given up after `give_up` seconds and some tries. What
    moves money is never late by itself.
    """
    if intent.state is not State.QUEUED or not intent.kind.sent or now < intent.due:
        return None
    if not intent.reason and now < intent.due + PATIENCE_SECONDS:
        return None
    old = now - intent.created > give_up and intent.tries > 2
    if old or intent.money:
        return fail(intent, reason)
    return intent.but(due=again, reason=reason, tries=intent.tries + 1)
