"""The search query from typed words."""

from __future__ import annotations

import pytest

from slackbridge.domain.asking import ACCOUNT, FIELDS
from slackbridge.domain.model import QUERY_FIELDS, Query
from slackbridge.rules import query
from slackbridge.rules.query import Search


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("name:Anna", Query(name="Anna")),
        ("Anna Muster", Query(name="Anna Muster")),
        ("  Anna   country:AT", Query(name="Anna", country="AT")),
        (
            "name:Anna Muster  COUNTRY:at, de urgency:high",
            Query(name="Anna Muster", country="at,de", urgency="high"),
        ),
        ("topic:“Broken screen”", Query(topic="Broken screen")),
        ("order:88 item:12", Query(order="88", item="12")),
        ("email:<mailto:a@b.at|a@b.at> name:A", Query(email="a@b.at", name="A")),
        ("topic:a:b", Query(topic="a:b")),
        ("needs:Agent urgency:panic sort:due", Query(needs="agent", urgency="panic", sort="due")),
        ("assignee:<mailto:a@b.at|a@b.at> help:no", Query(assignee="a@b.at", help="no")),
        ("kind:BUYBACK status:Ended", Query(kind="buyback", status="ended")),
        ("status:PENDING,SOLVED", Query(status="PENDING,SOLVED")),
        ("created:2026-11-01..2026-11-07", Query(created="2026-11-01..2026-11-07")),
        ("closed: 2026-11-01.. ", Query(closed="2026-11-01..")),
        (
            "created:..2026-11-07 closed:2026-11-01",
            Query(created="..2026-11-07", closed="2026-11-01..2026-11-01"),
        ),
    ],
)
def test_fields(text: str, wanted: Query) -> None:
    assert query.search(text) == Search(wanted)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Say what"),
        ("account:shop", "Say what"),
        ("name:", "Say what"),
        ("sort:due", "Say what"),
        ("colour:red", "no field `colour`"),
        ("needs:me", "`me` is not among `agent`"),
        ("help:perhaps", "`perhaps` is not among `yes`, `no`"),
        ("created:yesterday", "`yesterday` is not a day"),
        ("created:2026-02-30", "is not a day"),
        ("created:..", "either end may be open"),
        ("closed:2026-11-07..2026-11-01", "ends before it begins"),
    ],
)
def test_what_cannot_be_asked_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        query.search(text)


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("4711", (Query(id="4711"), Query(order="4711"))),
        ("a@b.at", (Query(email="a@b.at"),)),
        ("<mailto:a@b.at|a@b.at>", (Query(email="a@b.at"),)),
    ],
)
def test_plain_words(text: str, queries: tuple[Query, ...]) -> None:
    assert query.plain_words(text) == queries


@pytest.mark.parametrize(
    ("text", "key"),
    [("refurbed-at:4711", ("refurbed-at", "4711")), ("a b:1", None), ("4711", None)],
)
def test_keys(text: str, key: tuple[str, str] | None) -> None:
    assert query.account_of(text) == key


def test_what_an_account_does_not_take_is_named() -> None:
    wanted = Query(order="1", needs="agent", closed="2026-11-01..")
    assert query.lacking(wanted, {"order", "closed"}) == ("needs",)
    assert query.lacking(wanted, {"order", "needs", "closed"}) == ()


def test_a_search_may_be_of_one_account() -> None:
    assert query.search("Anna account:shop") == Search(Query(name="Anna"), "shop")


def test_every_field_is_explained() -> None:
    assert set(FIELDS) == {*QUERY_FIELDS, ACCOUNT}
