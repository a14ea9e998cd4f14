"""An account's health after each poll, and when Slack is told of a change. Pure."""

from __future__ import annotations

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.errors import Code, Failure, Later, Unauthorized, Unsupported

PATIENCE = 3  # failed polls
LONG_SECONDS = 60.0


def state_of(failure: Failure | None) -> AccountState:
    """The state after a poll, from that poll alone."""
    if failure is None:
        return AccountState.OK
    if isinstance(failure, Unauthorized):
        return AccountState.UNAUTHORIZED
    return AccountState.UNSUPPORTED if isinstance(failure, Unsupported) else AccountState.DOWN


def after(health: AccountHealth, failure: Failure | None, now: float) -> tuple[AccountHealth, bool]:
    """The health after a poll, and whether Slack is to be told.

    A marketplace that is down is reported after PATIENCE polls, or at once if it asks for a pause
    of LONG_SECONDS. One that refused the token and then does not answer still counts as refusing.
    """
    state = state_of(failure)
    if state is AccountState.OK:
        return AccountHealth(since=health.since if state is health.state else now), health.said
    if state is AccountState.DOWN and health.state is not AccountState.OK:
        state = health.state
    same = state is health.state
    failures = health.failures + 1 if same else 1
    away = isinstance(failure, Later) and failure.seconds >= LONG_SECONDS
    grave = state is not AccountState.DOWN or failures >= PATIENCE or away
    tell = not (health.said and same) and grave
    since = health.since if same else now
    return AccountHealth(state, since, failures, health.said or tell), tell


def words(account: str, state: AccountState, reason: str, token_env: str, code: str = "") -> str:
    """The notice for Slack; `code` is the failure's."""
    if code == Code.OTHER_STORE:
        return f"⛔ {reason} Until then nothing of *{account}* is polled, read or sent."
    if code == Code.QUOTA and state is AccountState.DOWN:
        return f"⏳ *{account}*: tickets come late ({reason})."
    match state:
        case AccountState.UNAUTHORIZED:
            return (
                f"⛔ *{account}*: the marketplace refuses the token ({reason}). Polling has "
                f"stopped and replies cannot be sent. Put a valid token into `{token_env}` and "
                "restart; if the old one works again, I go on by myself."
            )
        case AccountState.UNSUPPORTED:
            return (
                f"🅿️ *{account}*: the marketplace does not offer its ticket service to this "
                f"account yet ({reason}). I ask again from time to time and begin by myself."
            )
        case AccountState.DOWN:
            return (
                f"🔌 *{account}*: the marketplace does not answer ({reason}). Tickets come late; "
                "replies wait and say so."
            )
    return f"🟢 *{account}* works again."


def all_unknown(account: str, tickets: int, token_env: str) -> str:
    """The notice that nothing on record is at the marketplace any more."""
    return (
        f"❓ *{account}*: the marketplace knows none of the {tickets} open tickets on record any "
        f"more. If `{token_env}` holds another store's token by now, give that store an account "
        "with a name of its own. Answers in the old threads reach nobody."
    )
