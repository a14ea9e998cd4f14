"""What is written as YAML is read as what it was; comments change nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml as reader
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.text import yaml

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(
    lambda name: not yaml.WORDS.fullmatch(name)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        *(
            "yes",
            "Null",
            "~",
            "1",
            "0x1f",
            "1:30",
            "2026-01-01",
            "a: b",
            "a #b",
            "- a",
            "a:",
            "* a",
        ),
        *("word " * 40 + "end", "two  spaces " * 12, "/ticket", "https://a.example.com/b", "n", ""),
    ]
)
SCALARS = TEXTS | st.integers() | st.booleans()
TABLES: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=3), min_size=1, max_size=4),
    lambda inner: st.dictionaries(
        NAMES, inner | st.lists(inner, min_size=1, max_size=2), min_size=1, max_size=3
    ),
    max_leaves=6,
)


@given(TABLES)
def test_it_is_read_as_what_it_was(table: Any) -> None:
    assert reader.safe_load(yaml.document(table, {})) == table


def test_comments_stand_beside_their_lines_in_one_column() -> None:
    text = yaml.document(
        {"a": {"list": ["x", "longer"], "b": 1}, "c": True},
        {"a.list.x": "first", "a.list.longer": "second", "a.b": "third", "nothing": "here"},
    )
    assert text.splitlines() == [
        *("a:", "  list:", "    - x      # first", "    - longer # second", "  b: 1       # third"),
        *("", "c: true"),
    ]


def test_a_list_in_a_list_is_refused() -> None:
    with pytest.raises(TypeError, match="a list in a list"):
        yaml.document({"a": [["b"]]}, {})
