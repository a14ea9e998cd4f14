"""What agents asked for against what the customers got: a table."""

from __future__ import annotations

import pytest

from slackbridge.demo.replies import Arrived, Asked, compared

A, B = frozenset({"a"}), frozenset({"b"})
TYPED, MODAL = Asked(A, typed=True), Asked(A, typed=False)
TOLD = Asked(A, typed=True, told=True)
MINE, SHOWN = Arrived("a", mirrored=False), Arrived("a", mirrored=True)


@pytest.mark.parametrize(
    ("asked", "arrived", "lost", "doubled"),
    [
        ([], [], 0, 0),
        ([TYPED], [MINE], 0, 0),
        ([TYPED], [], 1, 0),
        ([TOLD], [], 0, 0),
        ([TOLD], [MINE], 0, 0),
        ([TYPED], [SHOWN], 0, 1),
        ([MODAL], [SHOWN], 0, 0),
        ([MODAL], [MINE], 1, 0),
        ([MODAL], [], 1, 0),
        ([TYPED], [MINE, SHOWN], 0, 1),
        ([MODAL], [SHOWN, SHOWN], 0, 1),
        ([TYPED, MODAL], [SHOWN, MINE], 0, 0),
        ([MODAL, TYPED], [SHOWN, MINE], 0, 0),
        ([TYPED, TOLD], [MINE], 0, 0),
        ([TOLD, TYPED], [MINE], 0, 0),
        # Its text was rewritten on the way; but a second copy of another is no such text.
        ([TYPED], [Arrived("c", mirrored=False)], 0, 0),
        ([TYPED], [Arrived("c", mirrored=True)], 0, 1),
        ([TYPED, Asked(B, typed=True)], [MINE, SHOWN], 1, 1),
        ([TOLD], [Arrived("c", mirrored=True)], 0, 0),
        # Nobody asked for it here.
        ([], [SHOWN], 0, 0),
        ([], [MINE], 1, 0),
    ],
)
def test_what_one_side_lacks_and_what_is_twice(
    asked: list[Asked], arrived: list[Arrived], lost: int, doubled: int
) -> None:
    assert compared(asked, arrived) == (lost, doubled)
