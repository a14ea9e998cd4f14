"""Interactive elements: finding them, the state of their input, and filling in a modal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackbridge.sandbox.slack.blocks import walk
from slackbridge.sandbox.slack.errors import NotPossible
from slackbridge.sandbox.slack.shapes import Json
from slackbridge.sandbox.slack.views import View

# What a select chooses, by its kind; `multi_*` chooses several.
_SELECTS = {
    "static": "option",
    "external": "option",
    "users": "user",
    "conversations": "conversation",
    "channels": "channel",
}
# The member of an action or state that holds the value, by element type.
FIELDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    **{f"{kind}_select": f"selected_{one}" for kind, one in _SELECTS.items()},
    **{f"multi_{kind}_select": f"selected_{one}s" for kind, one in _SELECTS.items()},
}
_SHOWN = ("text", "value", "style", "placeholder", "confirm")


def interactive(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with each of its elements that has an `action_id`."""
    for block in blocks:
        for node in walk(block):
            if "action_id" in node:
                yield block, node


def find(blocks: Sequence[Json], action_id: str, value: str | None = None) -> tuple[Json, Json]:
    """The block and element of an action. Raises NotPossible if there is none."""
    for block, element in interactive(blocks):
        if element["action_id"] == action_id and value in (None, element.get("value")):
            return block, element
    there = sorted({element["action_id"] for _, element in interactive(blocks)})
    raise NotPossible(f"no element {action_id!r} with value {value!r}; there are {there}")


def action(block: Json, element: Json, chosen: Any, action_ts: str) -> Json:
    """One member of `actions` in a block_actions payload."""
    kind = element["type"]
    shown = {name: element[name] for name in _SHOWN if name in element}
    head = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    if kind == "overflow":
        return head | {"selected_option": _option(element, chosen)}
    return head | shown | (state(element, chosen) if kind in FIELDS else {})


def state(element: Json, chosen: Any) -> Json:
    """The state of an element that holds a value.

    `chosen` is the bare value (an option's value for selects) or the state object itself.
    """
    kind = element["type"]
    field = FIELDS[kind]
    if isinstance(chosen, dict) and field in chosen:
        return {"type": kind, **chosen}
    if field == "selected_option" and chosen is not None:
        chosen = _option(element, chosen)
    if field == "selected_options":
        chosen = [_option(element, each) for each in chosen or []]
    return {"type": kind, field: chosen}


def initial(element: Json) -> Json:
    """The state of an untouched element."""
    field = FIELDS[element["type"]]
    name = field.replace("selected", "initial") if "selected" in field else f"initial_{field}"
    empty: Any = [] if field.endswith("s") and field != "files" else None
    return {"type": element["type"], field: element.get(name, empty)}


def fill(view: View, entered: Mapping[str, Mapping[str, Any]]) -> Json:
    """`state.values` of a submission: entered, else kept, else initial values.

    Raises NotPossible for unknown ids, an empty field that is not optional, or a wrong length.
    """
    left = {(block, action) for block, actions in entered.items() for action in actions}
    values: Json = {}
    for block, element in interactive(view.spec["blocks"]):
        if element["type"] not in FIELDS:
            continue
        place = (block["block_id"], element["action_id"])
        left.discard(place)
        entered_state = _entered(view, entered, place, element)
        _check(block, element, entered_state)
        values.setdefault(place[0], {})[place[1]] = entered_state
    if left:
        raise NotPossible(f"the view has no input {sorted(left)}")
    return values


def _entered(
    view: View, entered: Mapping[str, Mapping[str, Any]], place: tuple[str, str], element: Json
) -> Json:
    block_id, action_id = place
    if action_id in entered.get(block_id, {}):
        return state(element, entered[block_id][action_id])
    kept: Json | None = view.values.get(block_id, {}).get(action_id)
    return kept or initial(element)


def _check(block: Json, element: Json, entered: Json) -> None:
    optional = block["type"] != "input" or block.get("optional", False)
    if entered[FIELDS[element["type"]]] in (None, "", []):
        if not optional:
            raise NotPossible(f"{block['block_id']!r} must be filled")
        return
    value = entered.get("value")
    if isinstance(value, str):
        low, high = element.get("min_length", 0), element.get("max_length", 3000)
        if not low <= len(value) <= high:
            raise NotPossible(f"{block['block_id']!r} must have {low} to {high} characters")


def _option(element: Json, chosen: Any) -> Json:
    if isinstance(chosen, dict):
        chosen = chosen.get("value")
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(each for g in groups for each in g["options"])]
    for each in options:
        if each.get("value") == chosen:
            return dict(each)
    if element["type"] in ("external_select", "multi_external_select"):
        return {"text": {"type": "plain_text", "text": str(chosen)}, "value": str(chosen)}
    there = [each.get("value") for each in options]
    raise NotPossible(f"no option {chosen!r} in {element['action_id']!r}; there are {there}")
