"""The common base of the services' refusals; each service answers them in its own format."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any

from aiohttp import web


class BaseRefusal(Exception, ABC):
    """A service refuses a call; nothing was committed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @abstractmethod
    def response(self, form: str = "") -> web.Response:
        """The HTTP answer; `form` picks a format where a service has several."""


def parsed(body: bytes, refusal: BaseRefusal) -> Any:
    """The JSON of a body. Raises `refusal` for anything else."""
    try:
        return json.loads(body)
    except ValueError:
        raise refusal from None
