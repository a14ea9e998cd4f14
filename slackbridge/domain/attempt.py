"""What an intent holds of one attempt, and of what Slack shows of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; unknown fields in stored JSON are dropped, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Attempt(Frozen):
    """One call at the marketplace, written down before it is made.

    Times are Unix seconds by the store's clock. `baseline` holds the ids of the agents' messages
    that were there before; `absent_at` is when a look first did not find it. `answered`: with 2xx,
    but the marketplace does not show it: it is never repeated unasked.
    """

    at: float
    deadline: float
    baseline: tuple[str, ...] = ()
    absent_at: float = 0.0
    answered: bool = False


class Receipt(Frozen):
    """What Slack shows of an intent: the reaction on the agent's message, and the words.

    `reacting` is one that was about to be added: it may be there, or may still arrive until
    `until`. At `redo` the words are edited again, in case an edit that timed out arrived late.
    """

    reaction: str = ""
    reacting: str = ""
    until: float = 0.0
    ts: str = ""
    shown: str = ""
    redo: float = 0.0
