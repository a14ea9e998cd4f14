"""The `views.*` methods: modals and the Home tab."""

from __future__ import annotations

import json
from collections.abc import Callable

from slackbridge.sandbox.slack import blocks
from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError, invalid
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.views import View

VIEW_MAX = 250_000


def open_(call: Call) -> Json:
    return _triggered(call, call.workspace.views.open, "view_open")


def push(call: Call) -> Json:
    """On top of the modal the trigger came from."""
    return _triggered(call, call.workspace.views.push, "view_push")


def update(call: Call) -> Json:
    """By `view_id` or `external_id`, guarded by `hash` if given."""
    view_id, external = call.args.given("view_id"), call.args.given("external_id")
    if view_id is None and external is None:
        raise invalid("invalid_arguments", "view_id or external_id is required")
    old = call.workspace.views.find(view_id, external)
    spec = _spec(call, old.spec["type"])
    new = call.workspace.views.update(old, spec, call.args.given("hash"))
    return _answer(call, new, "view_update")


def publish(call: Call) -> Json:
    """The Home tab of one user."""
    user = call.workspace.users.get(call.args.text("user_id"))
    if user is None or user.is_bot:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("not_enabled")
    spec = _spec(call, "home")
    view = call.workspace.views.publish(user.id, spec, call.args.given("hash"))
    return _answer(call, view, "view_publish")


def _triggered(call: Call, place: Callable[[str, Json], View], act: str) -> Json:
    # The trigger is checked last, so that an invalid view does not use it up.
    spec = _spec(call, "modal")
    user = call.triggers.redeem(call.args.text("trigger_id"))
    return _answer(call, place(user, spec), act)


def _spec(call: Call, kind: str) -> Json:
    value = call.args.json("view")
    if len(json.dumps(value)) > VIEW_MAX:
        raise ApiError("view_too_large")
    return blocks.view(value, kind)


def _answer(call: Call, view: View, act: str) -> Json:
    callback = view.spec.get("callback_id", "")
    call.workspace.commit(act, view=view.id, user=view.user, callback_id=callback)
    return {"view": call.workspace.views.as_json(view)}
