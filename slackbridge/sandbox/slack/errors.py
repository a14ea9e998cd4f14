"""The errors of the sandbox workspace, for the app and for the drivers."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A Web API call is refused. `code` is Slack's error code; `extra` is added to the answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class RateLimited(ApiError):
    """HTTP 429. `retry_after` is whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class NotAcknowledged(TimeoutError):
    """The app did not answer within 3 s, or not with success; Slack shows `operation_timeout`."""


class InvalidAnswer(NotAcknowledged):
    """The app answered an interaction with something Slack would not accept."""


class NotPossible(ValueError):
    """A person cannot do this in the Slack client, such as press a button that is not there."""


def invalid(code: str, *messages: str) -> ApiError:
    """An error with the reasons where Slack puts them: `response_metadata.messages`."""
    reasons = [f"[ERROR] {message}" for message in messages]
    return ApiError(code, response_metadata={"messages": reasons})
