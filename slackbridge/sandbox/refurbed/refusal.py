"""The service's errors: google.rpc codes, their HTTP statuses and the JSON body."""

from __future__ import annotations

import json
from enum import IntEnum

from aiohttp import web

from slackbridge.sandbox.refusal import BaseRefusal


class Code(IntEnum):
    """The members of google.rpc.Code that this service answers with."""

    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAUTHENTICATED = 16


# The standard table of gRPC's HTTP gateway.
HTTP_STATUS = {
    Code.INVALID_ARGUMENT: 400,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 400,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAUTHENTICATED: 401,
}


class Refusal(BaseRefusal):
    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code

    def response(self, form: str = "") -> web.Response:
        """The google.rpc.Status answer."""
        body = {"code": int(self.code), "message": self.message, "details": []}
        return web.Response(
            status=HTTP_STATUS[self.code],
            text=json.dumps(body, ensure_ascii=False),
            content_type="application/json",
        )


def invalid(message: str) -> Refusal:
    return Refusal(Code.INVALID_ARGUMENT, message)


def not_found(what: str, number: int) -> Refusal:
    return Refusal(Code.NOT_FOUND, f"{what} {number} not found")


def wrong_state(message: str) -> Refusal:
    return Refusal(Code.FAILED_PRECONDITION, message)
