"""The name of a process, and what its heartbeat in Redis says: JSON, read by all other processes.

Processes of earlier versions are named by their process id, and do not say what they work with.
"""

from __future__ import annotations

import json
import os
import platform
import re
import secrets
from collections.abc import Mapping

SETTINGS = "settings"  # the digest of the settings that it works with; '' = it does not work
WAITING = "waiting"  # why it does not work; '' = it does
_NAME = re.compile(r"(?P<host>.+)-\d+-[0-9a-f]{6}")


def host() -> str:
    """The name of this machine or container, in the characters of a process' name."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", platform.node()) or "unknown"


def process_name() -> str:
    """Unique: in containers every process has the same id."""
    return f"{host()}-{os.getpid()}-{secrets.token_hex(3)}"


def host_of(process: str) -> str:
    """The machine or container of a process; '' for one of an earlier version."""
    found = _NAME.fullmatch(process)
    return found["host"] if found else ""


def working_otherwise(beats: Mapping[str, str], digest: str, *, in_force: bool) -> list[str]:
    """The processes that work with other settings than those of `digest`.

    Processes of earlier versions do not say with which; they count unless ours are `in_force`.
    """
    found = []
    for process, beat in beats.items():
        works_with = told(beat).get(SETTINGS)
        if works_with is None and in_force:
            continue
        if works_with not in ("", digest):
            found.append(process)
    return sorted(found)


def told(beat: str) -> dict[str, object]:
    """What a heartbeat says; {} if it cannot be read."""
    try:
        says = json.loads(beat)
    except ValueError:
        return {}
    return says if isinstance(says, dict) else {}
