"""What a pass comes to: the workers act on it, and nobody else requeues a ticket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """Slack shows the ticket as it is; nothing is due."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The ticket is due again `at` (Unix seconds). `why` is a failure's code, for the log."""

    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The lease was lost: another lane works on the ticket, and requeues it."""


Outcome = Done | RetryAt | Conflict
