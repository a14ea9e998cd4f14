"""The query that a typed text means. Pure.

refurbed-at:4711                     a ticket's key
anna@example.com, 88112233           an e-mail address; an order number, or a ticket's id
find name:Anna Muster country:at,de  fields, each until the next one; all must hold
find status:ended closed:2026-11-01..  ranges of days; either end may be open
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from slackbridge.domain.asking import ACCOUNT, FIELDS
from slackbridge.domain.days import Days
from slackbridge.domain.model import ACCOUNT_NAME, ENDED, QUERY_FIELDS, Query

_FIELD = re.compile(r"(?:^|(?<=\s))([A-Za-z]+):")
_MAIL = re.compile(r"<mailto:[^|>]*\|([^>]*)>")


@dataclass(frozen=True, slots=True)
class Search:
    """A query, and the account that it is for ('' = all)."""

    query: Query
    account: str = ""


def account_of(text: str) -> tuple[str, str] | None:
    """The account and id of a text that looks like a ticket's key."""
    account, colon, id = text.partition(":")
    return (account, id.strip()) if colon and ACCOUNT_NAME.fullmatch(account) else None


def plain_words(text: str) -> tuple[Query, ...]:
    """The queries that a text without a field may mean."""
    text = typed(text)
    return (Query(email=text),) if "@" in text else (Query(id=text), Query(order=text))


def search(text: str) -> Search:
    """The fields asked for; words before the first one are a name. Raises ValueError."""
    name, wanted = fields_of(text)
    query = wanted.query if wanted.query.name or not name else replace(wanted.query, name=name)
    if replace(query, sort="") == Query():
        raise ValueError("Say what to look for, such as `find name:Anna country:AT`.")
    return replace(wanted, query=query)


def fields_of(text: str) -> tuple[str, Search]:
    """The words before the first field, and the fields. Raises ValueError."""
    lead, *pairs = _FIELD.split(typed(text))
    values = {}
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        if name.lower() not in FIELDS:
            raise ValueError(f"There is no field `{name}`; there are {', '.join(FIELDS)}.")
        values[name.lower()] = _value(name.lower(), value)
    account = values.pop(ACCOUNT, "")
    return lead.strip(), Search(Query(**values), account)


def asked(query: Query) -> tuple[str, ...]:
    """The fields that a query sets."""
    return tuple(name for name in QUERY_FIELDS if getattr(query, name))


def lacking(query: Query, searches: Collection[str]) -> tuple[str, ...]:
    """The fields of a query that an account which takes `searches` cannot be asked for."""
    return tuple(name for name in asked(query) if name not in searches)


def typed(text: str) -> str:
    """The text as typed: Slack turns e-mail addresses into links."""
    return _MAIL.sub(r"\1", text).strip()


def _value(name: str, text: str) -> str:
    """A field's value as a query holds it; '' = not asked for. Raises ValueError."""
    value = ",".join(_listed(text))
    return READ.get(name, str)(value) if value else ""


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"`{value}` is not among {', '.join(f'`{word}`' for word in words)}.")
        return value.lower()

    return read


def _days(value: str) -> str:
    return str(Days.parse(value))


def _status(value: str) -> str:
    return ENDED if value.lower() == ENDED else value


READ: Mapping[str, Callable[[str], str]] = {
    "needs": _one_of("agent"),
    "help": _one_of("yes", "no"),
    "kind": _one_of("order", "buyback"),
    "created": _days,
    "closed": _days,
    "status": _status,
    "sort": _one_of("due"),
}


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.strip().strip('"“”„').split(",")]
