"""The stored record: its table is complete, its names stand in one file, it reads what it wrote."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.chat import CARD
from slackbridge.domain.fields import (
    ACCOUNT_FIELDS,
    INTENT_FIELDS,
    TICKET_FIELDS,
    OpenPost,
    Writing,
    written_post,
)
from slackbridge.domain.intent import Intent
from slackbridge.domain.record import (
    AccountFacts,
    Change,
    Patch,
    StoredTicket,
    encoded,
    encoded_facts,
)

PACKAGE = Path(__file__).parents[2] / "slackbridge"
KNOWS_NAMES = {"domain/fields.py"}
WHERE = (
    "app.py",
    "wiring.py",
    "domain",
    "rules",
    "ports",
    "rooms",
    "store",
    "ops",
    "cli",
    "config",
)
POST = OpenPost(effect=CARD, channel="C1", at=1, deadline=2)
STORED = {
    "ch": "C1",
    "ts": "1.1",
    "card": "abc",
    "card_at": "5.500",
    "late": "6.500",
    "post": written_post(POST),
    "holder": "U1",
    "claims": "2",
    "writing": "U2@1700000000",
    "rev": "r1",
    "st": "OPEN",
    "unread": "7.500",
    "unshown": "8.500",
    "again": "9",
    "look": "10.500",
    "caught": "3.3",
    "end": "1",
    "end_at": "m7",
    "tries": "4",
    "stuck": "unreachable",
    "m:7": "1.2 /5.1 ~abcd",
    "m:a:b": "1.3 1.4 +",
    "stray:m:7:1/1": written_post(POST),
}
READ = StoredTicket(
    channel="C1",
    root="1.1",
    card="abc",
    card_at=5.5,
    redraw_at=6.5,
    open_post=POST,
    holder="U1",
    claims=2,
    writing=Writing("U2", 1_700_000_000),
    revision="r1",
    raw_status="OPEN",
    unread_at=7.5,
    undrawn_at=8.5,
    recheck_at=9,
    missed_at=10.5,
    read_to="3.3",
    ended=True,
    ended_with="m7",
    tries=4,
    stuck="unreachable",
    parts={"7": "1.2 /5.1 ~abcd", "a:b": "1.3 1.4 +"},
    strays={"m:7:1/1": POST},
)


def patch_of(stored: StoredTicket) -> Patch:
    """Everything that is stored, as one patch."""
    values: Any = {name: getattr(stored, name) for name in get_type_hints(Patch)}
    return cast(Patch, values)


def test_what_is_stored_is_read_and_written_as_it_was() -> None:
    assert StoredTicket.of(STORED) == READ
    assert encoded(patch_of(READ)) == (STORED, ())
    assert StoredTicket.of({}) == StoredTicket()


def test_an_older_version_wrote_unread_as_one() -> None:
    """Two places of eb35a60 did not write the time."""
    assert StoredTicket.of({"unread": "1"}).unread_at == 1.0
    assert StoredTicket.of({"unread": "1"}).wants_read


def test_every_field_is_in_the_table() -> None:
    attributes = {field.name for field in fields(StoredTicket)} - {
        "parts",
        "strays",
        "files",
        "raw",
    }
    assert {stored.attribute for stored in TICKET_FIELDS} == attributes
    assert {*get_type_hints(Patch)} == attributes | {"parts", "strays", "files"}
    assert {s.attribute for s in ACCOUNT_FIELDS} == {
        "born_at",
        "listened_at",
        "shown_at",
        "store",
        *(field.name for field in fields(AccountHealth)),
    }
    assert {*INTENT_FIELDS} == {*Intent.model_fields}
    for stored in (*TICKET_FIELDS, *ACCOUNT_FIELDS):
        assert stored.meaning
        assert stored.lifetime
        assert stored.form.unit


def test_no_other_module_spells_the_name_of_a_field() -> None:
    """Names that are their attribute's too, or plain words, are told by how they are used."""
    names = {s.name for s in (*TICKET_FIELDS, *ACCOUNT_FIELDS)}
    telling = {s.name for s in TICKET_FIELDS if s.name != s.attribute} - {*INTENT_FIELDS}
    spelt = set()
    for path in (p for where in WHERE for p in _files(PACKAGE / where)):
        name = path.relative_to(PACKAGE).as_posix()
        if name in KNOWS_NAMES:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            spelt |= {(name, word) for word in _keys(node) if word in names}
            if isinstance(node, ast.Dict):
                spelt |= {(name, key) for key in _constants(node.keys) if key in telling}
    assert spelt == set()


def _files(where: Path) -> list[Path]:
    return [where] if where.is_file() else sorted(where.rglob("*.py"))


def _constants(nodes: list[ast.expr | None]) -> list[str]:
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def _keys(node: ast.AST) -> list[str]:
    """Constants that look into a hash: `raw["x"]`, `.fields.get("x")`, `"x" in raw`."""
    if isinstance(node, ast.Subscript) and re.search(r"(raw|fields)$", ast.unparse(node.value)):
        return _constants([node.slice])
    if isinstance(node, ast.Call) and re.search(
        r"(raw|fields|facts)\.get$", ast.unparse(node.func)
    ):
        return _constants([*node.args[:1]])
    if isinstance(node, ast.Compare) and re.search(
        r"(raw|fields|facts)$", ast.unparse(node.comparators[-1])
    ):
        return _constants([node.left])
    return []


def test_a_patch_changes_what_it_names_and_nothing_else() -> None:
    after = READ.patched(Patch(open_post=None, holder="", tries=5, parts={"7": "1.2 1.5"}))
    assert (after.open_post, after.holder, after.tries) == (None, "", 5)
    assert after.parts == {"7": "1.2 1.5", "a:b": "1.3 1.4 +"}
    assert after.revision == READ.revision
    gone = StoredTicket.of(STORED).patched(Patch(strays={"m:7:1/1": None}))
    assert gone.strays == {}


TIMES = st.floats(1, 2e9, allow_nan=False)
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.none() | st.just("C2"),
        "card_at": st.none() | TIMES,
        "recheck_at": st.none() | TIMES,
        "open_post": st.none() | st.just(POST),
        "tries": st.none() | st.integers(1, 99),
        "ended": st.none() | st.just(True),
        "writing": st.none() | st.builds(Writing, st.just("U3"), st.just(5.0)),
        "parts": st.dictionaries(st.text(min_size=1), st.just("1.9"), max_size=2),
        "strays": st.dictionaries(st.text(min_size=1), st.none() | st.just(POST), max_size=2),
    },
)


@given(PATCHES, PATCHES)
def test_the_pass_s_picture_is_what_a_reader_finds(first: Any, second: Any) -> None:
    """A pass patches its picture; another process reads the hash: both see the same."""
    raw, picture = dict(STORED), StoredTicket.of(STORED)
    for patch in (first, second):
        put, drop = encoded(patch)
        raw = {name: text for name, text in {**raw, **put}.items() if name not in drop}
        picture = picture.patched(patch)
        assert picture == StoredTicket.of(raw)
        assert picture.raw == raw
        assert picture.holds(patch)


def test_only_what_is_known_is_dropped() -> None:
    known = StoredTicket.of({"look": "1.000"})
    change = Change(put=Patch(missed_at=None, unread_at=None, tries=1)).as_known(known)
    assert change.put == {"missed_at": None, "tries": 1}
    assert change.known is known


def test_only_what_is_lacking_is_restored() -> None:
    stored = StoredTicket.of({"ts": "1.1", "m:1": "1.2"})
    found = Patch(root="2.2", channel="C1", parts={"1": "9.9", "2": "1.3"})
    assert stored.lacking(found) == {"channel": "C1", "parts": {"2": "1.3"}}


@pytest.mark.parametrize("state", AccountState)
def test_facts_are_read_as_written(state: AccountState) -> None:
    health = AccountHealth(state, 5, 2, said=state is not AccountState.OK)
    written = encoded_facts({"born_at": 1.4, "listened_at": 2.6, "shown_at": 4, "health": health})
    assert written["mood"] == state.value
    assert AccountFacts.of(written) == AccountFacts(1, 3, health, 4)
    assert AccountFacts.of({}) == AccountFacts()
