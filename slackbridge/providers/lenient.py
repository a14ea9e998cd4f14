"""Lenient models of JSON: an invalid value becomes the default of its field.

One such value must not cost a whole page of tickets. What is left out so is logged, the 1st, 2nd,
4th, 8th ... time: a marketplace that always sends it must not fill the log.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self, TypeVar

import structlog
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

from slackbridge.text.clean import clean

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1990, 2200)  # a date outside is none; none of these is out of datetime's range in UTC
LONGEST_TEXT = 500_000  # characters; no person writes as much
LONGEST_NUMBER = 40  # digits
log = structlog.get_logger(__name__)
UNREAD = Counter[str]()  # what was left out in this process


class Lenient(BaseModel):
    """A JSON object: every field has a default, snake_case and lowerCamelCase are both read."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, frozen=True
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Set in pydantic's core schema, since a Python validator would be slow on long pages."""
        schema = handler(source)
        model = handler.resolve_ref_schema(schema)
        for field in model["schema"]["fields"].values():
            field["schema"]["on_error"] = "default"
        return schema

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read an object; None if it is not one."""
        return cls.model_validate(data) if isinstance(data, dict) else None


class Shaped(Lenient):
    """An answer as a whole. Within a row an invalid value is forgiven; here it is not.

    A list must be one of objects (a bad row among them is forgiven), an object an object, a flag a
    flag. An absent field has its default, as an empty one may be left out, but an object of unknown
    keys alone is no answer.
    """

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read an answer; None if it does not have this shape."""
        if not isinstance(data, dict):
            return None
        fields = {n: f for name, f in cls.model_fields.items() for n in (name, to_camel(name))}
        known = {name: value for name, value in data.items() if name in fields}
        if data and not known:
            return None
        fits = (
            _fits(fields[name].get_default(call_default_factory=True), known[name])
            for name in known
        )
        return super().of(data) if all(fits) else None


def _fits(default: object, value: object) -> bool:
    """Whether a value has the JSON type that `default` stands for."""
    if isinstance(default, list):
        return blanked(value) is not None
    if isinstance(default, BaseModel):
        return isinstance(value, dict)
    return not isinstance(default, bool) or isinstance(value, bool)


def blanked(value: object) -> list[dict[str, Any]] | None:
    """The rows of a list; an empty one stands for what is no object, to be counted as lost.

    None for what is no list, and for a list without any object in it that is not empty.
    """
    if not isinstance(value, list) or (value and not any(isinstance(row, dict) for row in value)):
        return None
    return [row if isinstance(row, dict) else {} for row in value]


def same_id(one: str, other: str) -> bool:
    """Whether two ids are of one ticket; a number may be written with zeros before it."""
    numeric = all(id.isascii() and id.isdigit() for id in (one, other))
    return one == other or (numeric and one.lstrip("0") == other.lstrip("0"))


def _text(value: object) -> object:
    if isinstance(value, str):
        return clean(value[:LONGEST_TEXT])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal) and (whole := _whole(value)):
        return whole
    if value not in (None, [], {}):
        unread("text")
    return ""


def exact(value: object, digits: int) -> Decimal | None:
    """A number or the text of one, with at most so many digits before the point; else None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < digits else None


def _whole(value: Decimal) -> str:
    """A number that was written with a point, such as an id 4711.0; '' if it is no whole one."""
    whole = value.is_finite() and 0 <= value.adjusted() < LONGEST_NUMBER and value == int(value)
    return str(int(value)) if whole else ""


def objects(value: object) -> list[dict[str, Any]]:
    """The rows of a list; some marketplaces send a list of one as the bare object."""
    rows = value if isinstance(value, list) else [value]
    good = [row for row in rows if isinstance(row, dict)]
    if rows != [None]:
        unread("row", len(rows) - len(good))
    return good


def unread(what: str, many: int = 1) -> None:
    """Count what an answer holds in a form that nobody knows, and say so from time to time."""
    before = UNREAD[what]
    UNREAD[what] += many
    if before.bit_length() != UNREAD[what].bit_length():
        log.warning("answer.unread", what=what, times=UNREAD[what])


def _bounded(at: datetime | None) -> datetime | None:
    if at is None or at.year not in YEARS:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_text)]
Moment = Annotated[datetime | None, AfterValidator(_bounded)]
Rows = Annotated[list[T], BeforeValidator(objects)]


class Names:
    """Ids for messages that came without one: a digest of the content, numbered if it repeats."""

    def __init__(self) -> None:
        self._copies = Counter[str]()
        self._taken = set[str]()

    def unique(self, id: str, *facts: object) -> str:
        """`id`; but for a message without one, or with that of another, a digest of the facts."""
        if not id or id in self._taken:
            return self.of(*facts)
        self._taken.add(id)
        return id

    def of(self, *facts: object) -> str:
        """The same id for the same facts, if all are asked for in the same order each time."""
        said = "|".join(map(str, facts)).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(said).hexdigest()[:16]
        self._copies[digest] += 1
        return f"c{digest}.{self._copies[digest]}"


def number(id: str) -> int:
    """A numeric id for sorting; 0 for any other."""
    return int(id[:20]) if id.isascii() and id.isdigit() else 0
