"""What is said in place of a card that cannot be edited."""

from __future__ import annotations

from dataclasses import replace

from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Capabilities, Status
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.view import OVERDUE, Card
from slackbridge.rules import frozen_card, receipt
from slackbridge.rules.card import card
from tests.values import KEY, ticket

NOW = 2_000.0


def drawn(status: Status = Status.SOLVED, left: str = "") -> Card:
    one = card(ticket(status), "acme", Capabilities(), StoredTicket.of({}), (), NOW)
    return replace(one, raw_status=status.name, left=left)


def said(item: Card, *before: Intent, shown: str = "NEEDS_AGENT") -> Intent | None:
    return frozen_card.news(item, before, shown, NOW + len(before))


def test_a_new_status_is_said_once() -> None:
    first = said(drawn())
    assert first is not None
    assert "*solved*" in first.text
    assert said(drawn(), first) is None
    again = said(drawn(Status.NEEDS_AGENT), first, shown="SOLVED")
    assert again is not None
    assert again.id != first.id
    assert said(drawn(), first, again) is not None, "what was said earlier counts no more"


def test_a_card_that_lacks_something_else_is_not_followed() -> None:
    assert said(drawn(Status.NEEDS_AGENT)) is None
    overdue = said(drawn(Status.NEEDS_AGENT, OVERDUE))
    assert overdue is not None
    assert OVERDUE in overdue.text


def test_after_an_edit_the_card_is_what_counts() -> None:
    first = said(drawn())
    assert first is not None
    thawed = frozen_card.thawed(first)
    assert frozen_card.last((thawed,)) is None
    assert said(drawn(), thawed, shown="SOLVED") is None
    assert said(drawn(), thawed) is not None


def test_it_is_posted_as_words_and_no_more_once_it_stands() -> None:
    first = said(drawn())
    assert first is not None
    words = receipt.words(first, KEY, NOW)
    assert words is not None
    assert (words.text, words.buttons) == (first.text, ())
    placed = receipt.placed(first, "1.1", "C1")
    assert receipt.words(placed, KEY, NOW) is None
    assert said(drawn(), placed) is None
    assert receipt.reaction(placed, NOW) == ""


def test_what_everybody_is_told_names_the_remedy() -> None:
    told = frozen_card.told("acme", "edit_window_closed")
    assert "edit_window_closed" in told
    assert "Ask an admin" in told
