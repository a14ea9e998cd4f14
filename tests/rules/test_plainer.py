"""What is shown instead of what Slack refuses."""

from __future__ import annotations

import pytest

from slackbridge.domain.errors import Unauthorized
from slackbridge.domain.model import TicketKey
from slackbridge.domain.view import Form, Notice, Words
from slackbridge.rules.plainer import Shape, named, plainer
from tests.domain.test_about import refused

KEY = TicketKey("refurbed-at", "4711")
WORDS = Words(KEY, "1", "Not sent")
WHERE = "`refurbed-at:4711`"


def shapes(code: str, *, again: bool) -> list[tuple[Form, str]]:
    """All that are tried in turn while Slack refuses."""
    found, shape = [], Shape(WORDS)
    while (then := plainer(shape, refused(code), again, WHERE)) is not None:
        shape = then
        found.append((shape.form, shape.refused))
    return found


LADDER = [(Form.PLAIN, ""), (Form.TEXT, "")]


@pytest.mark.parametrize(
    ("code", "again", "tried"),
    [
        ("invalid_blocks", False, [*LADDER, (Form.TEXT, "invalid_blocks")]),
        ("msg_too_long", False, [*LADDER, (Form.TEXT, "msg_too_long")]),
        ("no_text", False, [(Form.TEXT, "no_text")]),
        ("new_error", False, []),
        ("new_error", True, [*LADDER, (Form.TEXT, "new_error")]),
        ("is_archived", True, []),
        ("restricted_action", True, []),
    ],
)
def test_what_is_tried_in_turn(code: str, again: bool, tried: list[tuple[Form, str]]) -> None:
    assert shapes(code, again=again) == tried


def test_a_refused_token_changes_no_form() -> None:
    assert plainer(Shape(WORDS), refused("invalid_auth", Unauthorized), True, WHERE) is None


def test_the_line_in_its_place_names_the_error_and_the_ticket() -> None:
    shape = plainer(Shape(WORDS, Form.TEXT), refused("invalid_blocks"), False, WHERE)
    assert shape is not None
    assert isinstance(shape.item, Notice)
    assert "(invalid_blocks)" in shape.item.text
    assert WHERE in shape.item.text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", "`refurbed-at:4711`"),
        ("https://shop.example/4711", "<https://shop.example/4711|`refurbed-at:4711`>"),
        ("https://shop.example/|<!channel>", "`refurbed-at:4711`"),
        ("javascript:alert(1)", "`refurbed-at:4711`"),
    ],
)
def test_how_a_ticket_is_named(url: str, shown: str) -> None:
    assert named(KEY, url) == shown
