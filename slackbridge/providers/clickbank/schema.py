"""What ClickBank says of itself and of a key: schemas, roles, accounts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from slackbridge.providers.clickbank.wire import Row, plain

READ, WRITE = "api_order_read", "api_order_write"
ELEMENT = re.compile(r"""<(?:\w+:)?element\b[^>]*?\bname=["'](\w+)""")


def nicknames_in(data: object) -> set[str]:
    """Every nickname in an answer, however it is wrapped."""
    if isinstance(data, list):
        return set().union(*map(nicknames_in, data))
    if not isinstance(data, dict):
        return set()
    found = set().union(*map(nicknames_in, data.values()))
    name = plain(data).get("nickname")
    return found | ({name.strip().lower()} if isinstance(name, str) and name.strip() else set())


def unpublished(schema: str, rows: Iterable[type[Row]]) -> tuple[str, ...]:
    """The fields read here that an XSD of ClickBank lacks; none if it names no field at all."""
    named = {name.lower() for name in ELEMENT.findall(schema)}
    ours = [name.replace("_", " ") for row in rows for name in row.model_fields]
    return tuple(name for name in ours if named and name.replace(" ", "") not in named)


def reads_only(context: str) -> bool:
    """Whether the security context that `/debug` answers names the role for reading, and not the
    one for writing. No document shows its form, and it holds the key: look only for the roles.
    """
    named = context.lower()
    return READ in named and WRITE not in named
