"""What is wrong with a configuration, in sentences that name the key, its value and the remedy."""

from __future__ import annotations

import re
from typing import Any

CONFIDENTIAL = re.compile(r"token|secret|password|key", re.IGNORECASE)
PATTERNS = {
    "note_prefixes": "visible text; white space alone would make every message a note",
    "channel": "a channel id such as C0123ABCD, not a name",
    "command": "a slash and up to 31 of a-z, 0-9, _ and -",
    "allow": '"*", or ids such as U0123ABCD (user) and S0123ABCD (user group)',
}


def complaint(error: Any) -> str:
    """What pydantic found wrong with one setting, in a sentence."""
    where = ".".join(str(part) for part in error["loc"]) or "the file"
    shown = _shown(where, error.get("input"))
    match error["type"]:
        case "extra_forbidden":
            return f"{where} is not a setting; remove it or check its spelling{shown}"
        case "missing":
            return f"{where} is missing; see slackbridge.example.toml"
        case "string_pattern_mismatch":
            wanted = next(text for key, text in PATTERNS.items() if key in where)
            return f"{where} must be {wanted}{shown}"
        case _:
            return f"{where}: {error['msg'].removeprefix('Value error, ')}{shown}"


def _shown(where: str, value: object) -> str:
    """The value at fault, unless it may be a secret that was put into the file by mistake."""
    if isinstance(value, dict | list | tuple):
        return ""
    secret = isinstance(value, str) and re.match(r"xox|xapp-|\w+://.*@", value)
    return "" if secret or CONFIDENTIAL.search(where) else f" (it is {value!r})"


def report(path: str, problems: list[str]) -> str:
    """Everything that is wrong with a file, each once."""
    lines = "\n".join(f"  - {problem}" for problem in dict.fromkeys(problems))
    return f"{path} cannot be used:\n{lines}"
