"""What every service's refusals have in common; each service says them in its own form."""

from __future__ import annotations

from abc import ABC, abstractmethod

from aiohttp import web


class Declined(Exception, ABC):
    """A service declines a call; nothing was committed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @abstractmethod
    def response(self) -> web.Response:
        """The answer, as the service words it."""
