"""The common base of the services' refusals; each service answers them in its own format."""

from __future__ import annotations

from abc import ABC, abstractmethod

from aiohttp import web


class BaseRefusal(Exception, ABC):
    """A service refuses a call; nothing was committed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @abstractmethod
    def response(self, form: str = "") -> web.Response:
        """The HTTP answer; `form` picks a format where a service has several."""
