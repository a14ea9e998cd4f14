"""Turns what is stored and shown into forms that are the same in every run.

Ids and times become placeholders, prose becomes `<text>`; what is left is what other versions of
the bridge, and Slack, rely on. Knows nothing of worlds or processes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
Json = dict[str, Any]

# The first pattern that fits at a place counts; each begins and ends at no letter or digit.
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r"\d{13}\.[0-9a-f]{12}", "<unix ms>.<12 hex>"),
    (r"\d{10}\.\d{6}", "<ts>"),
    (r"\d{10}\.\d{3}", "<unix, 3 places>"),
    (r"\d{13}", "<unix ms>"),
    (r"\d{10}", "<unix>"),
    (r"V0[0-9A-Z]{9}", "<view>"),
    (r"[0-9a-f]{64}", "<64 hex>"),
    (r"[0-9a-f]{32}", "<32 hex>"),
    (r"[0-9a-f]{16}", "<16 hex>"),
    (r"[0-9a-f]{12}", "<12 hex>"),
    (r"[0-9a-f]{8}", "<8 hex>"),
)
TOKENS = re.compile("|".join(rf"(?<![0-9A-Za-z.])(?:{p})(?![0-9A-Za-z])" for p, _ in PATTERNS))
PROSE = frozenset({"text", "edit", "reason", "edit_held", "label"})
"""Fields of an intent that hold what somebody wrote, or words for people."""


class Names:
    """What stands for the ids of one run: tickets and their messages, by who they are."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def call(self, id: object, name: str) -> None:
        """From now on this id reads `<name>`."""
        self._names[str(id)] = f"<{name}>"

    def of(self, id: str) -> str:
        return self._names.get(id, id)

    def scrub(self, text: str) -> str:
        """The text with a placeholder for every id and time."""
        for id in sorted(self._names, key=len, reverse=True):
            text = re.sub(
                rf"(?<![0-9A-Za-z<-]){re.escape(id)}(?![0-9A-Za-z>-])", self._names[id], text
            )
        return TOKENS.sub(_placeholder, text)


def _placeholder(found: re.Match[str]) -> str:
    return next(name for pattern, name in PATTERNS if re.fullmatch(pattern, found[0]))


def recorded(name: str) -> Any:
    """What was recorded under that name."""
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def keep(name: str, value: Any) -> None:
    """Record it: only for `record.py`."""
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    (RECORDED / f"{name}.json").write_text(text + "\n", "utf-8")


def differences(is_now: Any, was: Any, where: str = "") -> list[str]:
    """Every place at which two values of JSON are not the same, in a line each."""
    if isinstance(is_now, dict) and isinstance(was, dict):
        return [
            line
            for name in sorted({*is_now, *was})
            for line in _difference(is_now, was, name, f"{where}/{name}")
        ]
    if isinstance(is_now, list) and isinstance(was, list) and len(is_now) == len(was):
        pairs = enumerate(zip(is_now, was, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, f"{where}/{n}")]
    return [] if is_now == was else [f"{where}: it was {was!r} and is {is_now!r}"]


def _difference(is_now: Json, was: Json, name: str, where: str) -> list[str]:
    if name not in was:
        return [f"{where}: new, {is_now[name]!r}"]
    if name not in is_now:
        return [f"{where}: gone, it was {was[name]!r}"]
    return differences(is_now[name], was[name], where)


# -- what is stored ----------------------------------------------------------------------------


def value_form(value: Any, names: Names, field: str = "") -> Any:
    """The form of a value of stored JSON; `field` is what it is called."""
    if isinstance(value, Mapping):
        return {names.scrub(k): value_form(v, names, k) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return sorted({str(value_form(each, names)) for each in value})
    if isinstance(value, str):
        return "<text>" if field in PROSE and value else names.scrub(value)
    if isinstance(value, bool):
        return value
    return "<number>"


def stored_form(text: str, names: Names) -> Any:
    """The form of a field's value; JSON is opened."""
    return value_form(json.loads(text), names) if text.startswith("{") else names.scrub(text)


# -- what is shown -----------------------------------------------------------------------------


def element_form(element: Mapping[str, Any], names: Names) -> Json:
    """A button, menu or input: what comes back from it."""
    shown: Json = {"type": element["type"], "action_id": names.scrub(element["action_id"])}
    if "value" in element:
        shown["value"] = names.scrub(element["value"])
    if "options" in element:
        shown["options"] = [names.scrub(option["value"]) for option in element["options"]]
    if "initial_option" in element:
        shown["initial_option"] = names.scrub(element["initial_option"]["value"])
    return shown


def blocks_form(blocks: Iterable[Mapping[str, Any]], names: Names) -> list[Json]:
    """The blocks from which something comes back; only these are looked up by their ids."""
    shown = []
    for block in blocks:
        inputs = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
        elements = [each for each in inputs if each and "action_id" in each]
        if elements:
            drawn = [element_form(each, names) for each in elements]
            shown.append({"block_id": names.scrub(block["block_id"]), "elements": drawn})
    return shown


def view_form(view: Mapping[str, Any], names: Names) -> Json:
    """A modal: what it is called, what it carries, and its inputs."""
    meta = view["private_metadata"]
    return {
        "callback_id": view["callback_id"],
        "private_metadata": json.loads(names.scrub(meta) or "null"),
        "inputs": blocks_form(view["blocks"], names),
    }


def offers(shown: Any) -> set[str]:
    """What of a card or a modal can be pressed or filled in, by what comes back from it.

    An entry of a menu is understood as a button of its name is.
    """
    if isinstance(shown, Mapping):
        carried = json.dumps(shown["private_metadata"], sort_keys=True)
        return {f"{shown['callback_id']} carries {carried}", *offers(shown["inputs"])}
    found = set()
    for block in shown or ():
        for element in block["elements"]:
            place = f"{block['block_id']} {element['action_id']}"
            chosen = element.get("options", ())
            if element["type"] == "overflow":
                found |= {f"{place.rpartition(':')[0]}:{option}" for option in chosen}
            else:
                found |= {place, *(f"{place} = {option}" for option in chosen)}
            found |= {f"{block['block_id']} is about {v}" for v in [element.get("value")] if v}
    return found


def lost(is_now: Json, was: Json) -> list[str]:
    """What cards and modals offered once and do not any more, a line each; they may offer more."""
    return [
        f"{name}: {each}"
        for name, shown in was.items()
        for each in sorted(offers(shown) - offers(is_now.get(name)))
    ]


def metadata_form(row: Mapping[str, Any], names: Names) -> Any:
    """The mark that a post carries."""
    return value_form(row.get("metadata") or {}, names)
