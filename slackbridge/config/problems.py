"""Problems of a configuration as sentences that name the key, its value and the remedy."""

from __future__ import annotations

import re

from pydantic_core import ErrorDetails

CONFIDENTIAL = re.compile(r"token|secret|password|key", re.IGNORECASE)
# What a value must be, by the beginnings of the keys that have a pattern.
PATTERNS = {
    ("replies.note_prefixes",): "visible text; white space alone would make every message a note",
    ("slack.channel", "slack.ops_channel", "routes."): "a channel id such as C0123ABCD, not a name",
    ("slack.command",): "a slash and up to 31 of a-z, 0-9, _ and -",
    ("agents.",): '"*", or ids such as U0123ABCD (user) and S0123ABCD (user group)',
}


def sentence(error: ErrorDetails) -> str:
    """A sentence for what pydantic found wrong with one setting."""
    where = ".".join(str(part) for part in error["loc"]) or "the file"
    shown = _shown(where, error.get("input"))
    wanted = next((text for keys, text in PATTERNS.items() if where.startswith(keys)), "")
    match error["type"]:
        case "extra_forbidden":
            return f"{where} is not a setting; remove it or check its spelling{shown}"
        case "missing":
            return f"{where} is missing; see slackbridge.example.toml"
        case "string_pattern_mismatch" if wanted:
            return f"{where} must be {wanted}{shown}"
        case _:
            return f"{where}: {error['msg'].removeprefix('Value error, ')}{shown}"


def _shown(where: str, value: object) -> str:
    """The wrong value, unless it may be a secret that was put into the file by mistake."""
    if isinstance(value, dict | list | tuple):
        return ""
    secret = isinstance(value, str) and re.match(r"xox|xapp-|\w+://.*@", value)
    return "" if secret or CONFIDENTIAL.search(where) else f" (it is {value!r})"


def summary(path: str, problems: list[str]) -> str:
    """All problems of a file, each once."""
    lines = "\n".join(f"  - {problem}" for problem in dict.fromkeys(problems))
    return f"{path} cannot be used:\n{lines}"
