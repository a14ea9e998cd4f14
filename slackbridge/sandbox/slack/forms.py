"""A person filling in a modal: the checks of the Slack client, and the values it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbridge.sandbox.slack import elements
from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.views import View


def fill(view: View, entered: Mapping[str, Mapping[str, Any]]) -> Json:
    """`state.values` of a submission: entered, else kept, else initial values.

    Raises NotPossible for unknown ids, an empty field that is not optional, or a wrong length.
    """
    left = {(block, action) for block, actions in entered.items() for action in actions}
    values: Json = {}
    for block, element in elements.interactive(view.spec["blocks"]):
        if element["type"] not in elements.FIELDS:
            continue
        place = (block["block_id"], element["action_id"])
        left.discard(place)
        state = _state(view, entered, place, element)
        _check(block, element, state)
        values.setdefault(place[0], {})[place[1]] = state
    if left:
        raise NotPossible(f"the view has no input {sorted(left)}")
    return values


def _state(
    view: View, entered: Mapping[str, Mapping[str, Any]], place: tuple[str, str], element: Json
) -> Json:
    block_id, action_id = place
    if action_id in entered.get(block_id, {}):
        return elements.state(element, entered[block_id][action_id])
    kept: Json | None = view.values.get(block_id, {}).get(action_id)
    return kept or elements.initial(element)


def _check(block: Json, element: Json, state: Json) -> None:
    optional = block["type"] != "input" or block.get("optional", False)
    if not elements.is_filled(state):
        if not optional:
            raise NotPossible(f"{block['block_id']!r} must be filled")
        return
    value = state.get("value")
    if isinstance(value, str):
        low, high = element.get("min_length", 0), element.get("max_length", 3000)
        if not low <= len(value) <= high:
            raise NotPossible(f"{block['block_id']!r} must have {low} to {high} characters")
