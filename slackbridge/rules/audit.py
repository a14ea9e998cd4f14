"""The journal of a ticket as JSON, for audits of who did what; without any text. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Kind, TicketKey
from slackbridge.domain.record import Record


def iso(at: float) -> str | None:
    """Unix seconds as ISO 8601, UTC; None for 0."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None


def entry(key: TicketKey, record: Record, link: str, since: float) -> dict[str, Any] | None:
    """One ticket; None if there is nothing to list. With `since` (Unix seconds, 0 = all) only
    intents from then on, and only tickets that have any.
    """
    asked = (i for i in record.intents if i.kind is not Kind.NOTICE and not i.is_tombstone)
    intents = [i for i in asked if i.created >= since]
    if not intents and (since or key.is_account):
        return None
    stored = record.stored
    return {
        "ticket": str(key),
        "channel": stored.channel or None,
        "thread": stored.root or None,
        "link": link or None,
        "status": stored.raw_status or None,
        "active": record.seen is not None,
        "holder": stored.holder or None,
        "messages": sum(map(stored.whole, stored.parts)),
        "intents": [_intent(intent) for intent in intents],
    }


def _intent(intent: Intent) -> dict[str, Any]:
    waits = intent.state is State.QUEUED
    told = {
        "id": intent.id,
        "kind": intent.kind.value,
        "label": intent.label,
        "status": intent.status.value if intent.status else None,
        "agent": intent.agent,
        "at": iso(intent.created),
        "state": intent.state.value,
        "due": iso(intent.due) if waits else None,
        "tries": intent.tries,
        "reason": intent.reason,
        "late": intent.late,
        "message": intent.message,
        "slack_ts": intent.ts,
        "money": intent.money,
        "files": len(intent.files) or None,
    }
    return {name: value for name, value in told.items() if value not in (None, "", False)}
