"""Modals and Home tabs: stacks of views per user, hashes and entered values.

It checks neither blocks nor triggers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.roster import HOME_TEAM, Installation
from slackbridge.sandbox.slack.shapes import Json, Stamps, copied, new_id

STACK_DEPTH = 3
_DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "title": {"type": "plain_text", "text": "View Title", "emoji": True},
    "submit": None,
    "close": None,
    "clear_on_close": False,
    "notify_on_close": False,
    "external_id": "",
}
_COPIED = ("type", "blocks", *_DEFAULTS)


@dataclass(frozen=True, slots=True)
class View:
    """One view of one user; a change makes a new value with a new hash.

    `values` is block_id -> action_id -> state, as in `view.state.values`.
    """

    id: str
    user: str
    spec: Json
    hash: str
    root: str
    previous: str | None
    values: Json


class Views:
    """All open views. Raises ApiError with the codes of the `views.*` methods."""

    def __init__(self, stamps: Stamps, app: Installation) -> None:
        self._stamps = stamps
        self._app = app
        self._modals: dict[str, View] = {}
        self._homes: dict[str, View] = {}
        self._watchers: list[Callable[[View], None]] = []

    def watch(self, callback: Callable[[View], None]) -> None:
        """Have `callback` called with every view that was opened, changed or closed."""
        self._watchers.append(callback)

    def as_json(self, view: View) -> Json:
        """The view object of answers and payloads."""
        spec = _DEFAULTS | {key: view.spec[key] for key in _COPIED if key in view.spec}
        return {
            "id": view.id,
            "team_id": HOME_TEAM,
            **copied(spec),
            "state": {"values": copied(view.values)},
            "hash": view.hash,
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": self._app.app_id,
            "app_installed_team_id": HOME_TEAM,
            "bot_id": self._app.bot_id,
        }

    def modals(self, user: str) -> list[View]:
        """The open modals of a user, newest last."""
        return [view for view in self._modals.values() if view.user == user]

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def get(self, view_id: str) -> View | None:
        """An open modal or a Home tab."""
        homes = (view for view in self._homes.values() if view.id == view_id)
        return self._modals.get(view_id) or next(homes, None)

    def open(self, user: str, spec: Json) -> View:
        """A new modal with a stack of its own."""
        return self._store(self._new(user, spec, None))

    def push(self, user: str, spec: Json) -> View:
        """A view on top of the user's newest modal; at most three deep."""
        stack = self.modals(user)
        if not stack:
            raise ApiError("invalid_trigger_id")
        if sum(view.root == stack[-1].root for view in stack) >= STACK_DEPTH:
            raise ApiError("push_limit_reached")
        return self._store(self._new(user, spec, stack[-1]))

    def update(self, view: View, spec: Json, hash_: str | None = None) -> View:
        """Replace what a view shows; entered values of blocks that stay are kept."""
        if hash_ and hash_ != view.hash:
            raise ApiError("hash_conflict")
        self._check_external(spec, view.id)
        kept = {each["block_id"] for each in spec["blocks"]}
        values = {block: state for block, state in view.values.items() if block in kept}
        return self._store(replace(view, spec=spec, hash=self._hash(), values=values))

    def publish(self, user: str, spec: Json, hash_: str | None = None) -> View:
        """Replace a user's Home tab."""
        current = self._homes.get(user)
        if current is None:
            return self._store(self._new(user, spec, None))
        return self.update(current, spec, hash_)

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """The view that `views.update` names. Raises `not_found`."""
        for view in [*self._modals.values(), *self._homes.values()]:
            named = external_id and view.spec.get("external_id") == external_id
            if view.id == view_id or named:
                return view
        raise ApiError("not_found")

    def enter(self, view: View, values: Json) -> View:
        """Store what a person entered; the hash stays."""
        merged = copied(view.values)
        for block, actions in values.items():
            merged.setdefault(block, {}).update(actions)
        return self._store(replace(view, values=merged))

    def close(self, view: View) -> None:
        """Close one view; the one below it is shown again."""
        self._modals.pop(view.id, None)
        self._notify(view)

    def clear(self, user: str) -> None:
        for view in self.modals(user):
            self.close(view)

    def _new(self, user: str, spec: Json, below: View | None) -> View:
        self._check_external(spec, None)
        view_id = new_id("V0", 9)
        root = below.root if below else view_id
        return View(view_id, user, spec, self._hash(), root, below.id if below else None, {})

    def _store(self, view: View) -> View:
        stored = self._homes if view.spec["type"] == "home" else self._modals
        stored[view.user if stored is self._homes else view.id] = view
        self._notify(view)
        return view

    def _notify(self, view: View) -> None:
        for watcher in self._watchers:
            watcher(view)

    def _check_external(self, spec: Json, own: str | None) -> None:
        external = spec.get("external_id")
        taken = [
            view.id for view in self._modals.values() if view.spec.get("external_id") == external
        ]
        if external and any(each != own for each in taken):
            raise ApiError("duplicate_external_id")

    def _hash(self) -> str:
        return f"{self._stamps.next('views').split('.')[0]}.{secrets.token_hex(4)}"
