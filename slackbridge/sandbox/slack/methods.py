"""The Web API endpoint: checks token, rate limit, scope and arguments, then calls the method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import web

from slackbridge.sandbox.slack.arguments import Arguments, raw_arguments
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.catalogue import CATALOGUE, Method
from slackbridge.sandbox.slack.errors import ApiError, RateLimited
from slackbridge.sandbox.slack.files import Files
from slackbridge.sandbox.slack.limits import Limits
from slackbridge.sandbox.slack.quirks import Quirks
from slackbridge.sandbox.slack.refusals import Refusals
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.triggers import Triggers
from slackbridge.sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers `/api/{method}`. Every refusal is an answer `{"ok": false, "error": code}`."""

    workspace: Workspace
    limits: Limits
    triggers: Triggers
    refusals: Refusals
    connect: Callable[[], str]
    quirks: Quirks
    files: Files

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            answer: Json = {"ok": True, **await self._answer(name, request)}
        except RateLimited as limit:
            wait = {"Retry-After": str(limit.retry_after)}
            return self._response(name, {"ok": False, "error": limit.code}, 429, wait)
        except ApiError as error:
            answer = {"ok": False, "error": error.code, **error.extra}
        return self._response(name, answer)

    async def _answer(self, name: str, request: web.Request) -> Json:
        method = CATALOGUE.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        raw = self.limits.narrowed(name, await raw_arguments(request))
        args = Arguments(raw)
        self._authorise(method, _token(request, args))
        channel = args.text("channel") if method.by_channel else None
        self.limits.check(name, method.tier, channel)
        self._check_scopes(method)
        args.require(method.required)
        self.refusals.check(name, args, self.workspace)
        call = Call(args, self.workspace, self.triggers, self.connect, self.files)
        return self.quirks.run(name, method.run, call)

    def _authorise(self, method: Method, token: str) -> None:
        app = self.workspace.app
        if method.token == "none":
            return
        if not token:
            raise ApiError("not_authed")
        if token not in (app.bot_token, app.app_token):
            raise ApiError("invalid_auth")
        if app.revoked:
            raise ApiError("token_revoked")
        if (token == app.app_token) != (method.token == "app"):
            raise ApiError("not_allowed_token_type")

    def _check_scopes(self, method: Method) -> None:
        scopes = self.workspace.app.scopes
        if method.token == "bot" and method.scopes and not scopes & set(method.scopes):
            provided = ",".join(sorted(scopes))
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=provided)

    def _response(
        self, name: str, answer: Json, status: int = 200, headers: dict[str, str] | None = None
    ) -> web.Response:
        method = CATALOGUE.get(name)
        accepted = ",".join(method.scopes) if method else ""
        shown = {
            "X-OAuth-Scopes": ",".join(sorted(self.workspace.app.scopes)),
            "X-Accepted-OAuth-Scopes": accepted,
            "Date": formatdate(self.workspace.clock(), usegmt=True),
        }
        return web.json_response(answer, status=status, headers=shown | (headers or {}))


def _token(request: web.Request, args: Arguments) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    # Slack reads a token from the query or a form, but not from a JSON body.
    return "" if request.content_type == "application/json" else args.text("token")
