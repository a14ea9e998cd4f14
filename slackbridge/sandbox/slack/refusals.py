"""Refusals that are switched on: Slack says no to some content, or to a deletion.

Real workspaces refuse what the published limits allow (`msg_blocks_too_long` where the total is
undocumented, `invalid_blocks` where a block is not rolled out), and have policies of their own:
`cant_delete_message`, `compliance_exports_prevent_deletion`, `restricted_action_*`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from slackbridge.sandbox.faults import Board
from slackbridge.sandbox.slack.arguments import Arguments
from slackbridge.sandbox.slack.blocks import walk
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.workspace import Workspace

CONTENT = ("text", "blocks", "view")


@dataclass(slots=True, eq=False)
class Refusal:
    """Refuses `times` calls (None = all) of a method (a glob) with `error`.

    Only calls whose content holds `text`, and a block or element of type `block` ("*" = any block
    at all), count; of `chat.delete` the content is the message that is to go. `struck` counts.
    """

    method: str
    error: str
    text: str = ""
    block: str = ""
    times: int | None = None
    struck: int = 0

    def strikes(self, method: str, content: list[Any]) -> bool:
        """Whether this call is refused; counts it."""
        if self.times is not None and self.struck >= self.times:
            return False
        if not fnmatchcase(method, self.method) or not self._matches(content):
            return False
        self.struck += 1
        return True

    def _matches(self, content: list[Any]) -> bool:
        kinds = {node["type"] for node in walk(content) if isinstance(node.get("type"), str)}
        said = self.text in json.dumps(content, ensure_ascii=False)
        return said and (
            not self.block or self.block in kinds or (self.block == "*" and bool(kinds))
        )


class Refusals(Board[Refusal]):
    """The refusals of one workspace."""

    def check(self, method: str, args: Arguments, workspace: Workspace) -> None:
        """Raise the error of the first refusal that strikes."""
        if not self._on:
            return
        content = list(_content(method, args, workspace))
        for refusal in self._on:
            if refusal.strikes(method, content):
                raise ApiError(refusal.error)


def _content(method: str, args: Arguments, workspace: Workspace) -> Iterator[Any]:
    if method == "chat.delete":
        message = workspace.timeline(args.text("channel")).get(args.text("ts"))
        if message is not None:
            yield [message.text, *message.blocks]
        return
    for name in CONTENT:
        if name in args:
            yield args.text(name) if name == "text" else args.json(name)
