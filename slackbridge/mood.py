"""How an account is, and what is said of it: once when it goes down, once when it is back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from slackbridge.errors import Failure, Later, Unauthorized, Unsupported

PATIENCE = 3
LONG_SECONDS = 60.0


class Mood(StrEnum):
    OK = "ok"
    DOWN = "down"
    UNAUTHORIZED = "unauthorized"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Health:
    """`since` is when the mood began (Unix seconds), `said` whether Slack was told of it."""

    mood: Mood = Mood.OK
    since: float = 0.0
    failures: int = 0
    said: bool = False

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> Health:
        """From the stored facts of an account."""
        return cls(
            Mood(facts.get("mood", "ok")),
            float(facts.get("mood_since", "0")),
            int(facts.get("failures", "0")),
            facts.get("said", "") == "1",
        )

    def facts(self) -> dict[str, str]:
        """The stored form."""
        return {
            "mood": self.mood.value,
            "mood_since": f"{self.since:.0f}",
            "failures": str(self.failures),
            "said": "1" if self.said else "",
        }


def mood_of(failure: Failure | None) -> Mood:
    """What a poll's outcome says of an account."""
    if failure is None:
        return Mood.OK
    if isinstance(failure, Unauthorized):
        return Mood.UNAUTHORIZED
    return Mood.UNSUPPORTED if isinstance(failure, Unsupported) else Mood.DOWN


def after(health: Health, failure: Failure | None, now: float) -> tuple[Health, bool]:
    """The health after a poll, and whether Slack is to be told.

    A marketplace that is merely down is given three polls before anybody is troubled, unless it
    sends us away for long; one that refused us and then does not answer is still the one that
    refuses us.
    """
    mood = mood_of(failure)
    if mood is Mood.OK:
        return Health(Mood.OK, now if health.mood is not Mood.OK else health.since), health.said
    if mood is Mood.DOWN and health.mood is not Mood.OK:
        mood = health.mood
    same = mood is health.mood
    failures = health.failures + 1 if same else 1
    away = isinstance(failure, Later) and failure.seconds >= LONG_SECONDS
    grave = mood is not Mood.DOWN or failures >= PATIENCE or away
    tell = not (health.said and same) and grave
    since = health.since if same else now
    return Health(mood, since, failures, health.said or tell), tell


def words(account: str, mood: Mood, reason: str, token_env: str) -> str:
    """What Slack is told."""
    match mood:
        case Mood.UNAUTHORIZED:
            return (
                f"⛔ *{account}*: the marketplace refuses the token ({reason}). Polling has "
                f"stopped and replies cannot be sent. Put a valid token into `{token_env}` and "
                "restart; if the old one works again, I go on by myself."
            )
        case Mood.UNSUPPORTED:
            return (
                f"🅿️ *{account}*: the marketplace does not offer its ticket service to this "
                f"account yet ({reason}). I ask again from time to time and begin by myself."
            )
        case Mood.DOWN:
            return (
                f"🔌 *{account}*: the marketplace does not answer ({reason}). Tickets come late; "
                "replies wait and say so."
            )
    return f"🟢 *{account}* works again."
