"""Where a notice may stand, and when one that nobody has read is over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.intent import Intent, Receipt, State
from slackbridge.domain.model import Kind
from slackbridge.rules import notice

channels = st.sampled_from(["", "C1", "C2", "C3"])


@pytest.mark.parametrize(
    ("own", "ops", "about", "places"),
    [
        ("", "OPS", (), ("OPS", "MAIN")),
        ("", "", (), ("MAIN",)),
        ("", "", {"MAIN"}, ()),
        ("", "OPS", {"MAIN"}, ("OPS",)),
        ("", "OPS", {"OPS"}, ("MAIN",)),
        ("", "MAIN", {"MAIN"}, ()),
        ("", "", {"ROUTED"}, ("MAIN",)),
        ("OPS", "OPS", (), ("OPS", "MAIN")),
        ("FORMER", "OPS", (), ("FORMER", "OPS", "MAIN")),
        ("MAIN", "", {"MAIN"}, ()),
    ],
)
def test_where_a_notice_may_stand(
    own: str, ops: str, about: set[str], places: tuple[str, ...]
) -> None:
    assert notice.places(own, ops, "MAIN", about) == places


@given(channels, channels, channels, st.sets(channels))
def test_it_never_stands_in_a_channel_that_it_is_about(
    own: str, ops: str, main: str, about: set[str]
) -> None:
    found = notice.places(own, ops, main, about)
    assert set(found) == {own, ops, main} - about - {""}
    assert len(set(found)) == len(found)


def told(*ids: str) -> list[Intent]:
    """Notices; one whose id begins with `+` stands in a channel."""
    return [
        Intent(
            id=id.removeprefix("+"),
            kind=Kind.NOTICE,
            agent="",
            created=1.0,
            text="" if id[0] == "+" else "told",
            state=State.SENT,
            receipt=Receipt(ts="1.1" if id[0] == "+" else ""),
        )
        for id in ids
    ]


@pytest.mark.parametrize(
    ("ids", "over"),
    [
        (("down:1",), ()),
        (("down:1", "unauthorized:2"), ("down:1",)),
        (("down:1", "ok:2"), ("down:1", "ok:2")),  # nobody has read that it was down
        (("+down:1", "ok:2"), ()),
        (("+down:1", "unauthorized:2", "ok:3"), ("unauthorized:2",)),
        (("+down:1", "+ok:2", "down:3", "ok:4"), ("down:3", "ok:4")),
        (("down:1", "ok:2", "down:3"), ("down:1", "ok:2")),
        (("+ok:1",), ()),
        (("ok:1",), ()),
        (("warned:1", "+warned:2", "warned:3", "unknown:3"), ("warned:1",)),
        (("born", "stuck:1", "stuck:2", "other:1", "other:2"), ()),
        ((), ()),
    ],
)
def test_what_is_over_before_anybody_has_read_it(
    ids: tuple[str, ...], over: tuple[str, ...]
) -> None:
    assert notice.over(told(*ids)) == set(over)


@given(st.lists(st.sampled_from(["down", "ok", "+down", "+ok", "warned", "+warned", "born"])))
def test_only_what_waits_is_over_and_the_newest_bad_news_never_is(sorts: list[str]) -> None:
    all = told(*(f"{sort}:{n}" for n, sort in enumerate(sorts)))
    over = notice.over(all)
    waiting = {each.id for each in all if notice.waits(each)}
    assert over <= waiting
    health = [each.id for each in all if each.id.startswith(("down", "ok"))]
    if health and health[-1].startswith("down"):
        assert health[-1] not in over
    left = [each for each in all if each.id not in over]
    assert notice.over(left) == frozenset()
