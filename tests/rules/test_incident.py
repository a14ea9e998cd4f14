"""Which stuck tickets are listed when, and the notice's text."""

from __future__ import annotations

import pytest

from slackbridge.domain.account import AccountHealth, AccountState
from slackbridge.domain.chat import words_effect
from slackbridge.domain.intent import Receipt
from slackbridge.rules import incident
from slackbridge.rules.incident import StuckTicket

OLD, NEW = StuckTicket("1", 50, "why."), StuckTicket("2", 150, "why not.")
WELL = AccountHealth(since=100)
GRACE = 60


@pytest.mark.parametrize(
    ("health", "now", "listed", "later"),
    [
        (AccountHealth(), 200, [OLD, NEW], None),  # it was never unwell
        (WELL, 159, [NEW], 160),  # what was stuck before is tried again first
        (WELL, 160, [OLD, NEW], None),
        (AccountHealth(AccountState.DOWN, since=10), 200, [], None),
    ],
)
def test_what_is_listed(
    health: AccountHealth, now: float, listed: list[StuckTicket], later: float | None
) -> None:
    assert incident.told([OLD, NEW], health, GRACE, now) == (listed, later)


def test_the_text_lists_fifteen_and_counts_the_rest() -> None:
    many = [StuckTicket(f"t{n}", n, "no.") for n in range(17)]
    text = incident.text("shop", many, {"t0": "https://slack.test/t0"})
    assert "17 tickets" in text
    assert "`shop:t0` (<https://slack.test/t0|thread>): no." in text
    assert "`shop:t14`" in text
    assert "`shop:t15`" not in text
    assert "and 2 more" in text
    assert "One ticket" in incident.text("shop", many[:1], {})
    assert "up to date again" in incident.text("shop", [], {})


@pytest.mark.parametrize("text", ["150|why not.", "150|a|b", "150 C1|a b", "|x", "x", ""])
def test_what_is_stored_is_read_again(text: str) -> None:
    one = StuckTicket.load("2", text)
    assert StuckTicket.load("2", one.stored) == one


def test_a_notice_that_a_failover_lost_is_found_again_unless_it_is_over() -> None:
    old, new = incident.begun("", 100), incident.begun("", 200)
    standing = [(words_effect(old.id), "100.1"), (words_effect(new.id), "200.1"), ("card", "300.1")]
    (found,) = incident.lost((), standing, "C1", 150)
    assert (found.id, found.receipt.ts, found.channel) == (new.id, "200.1", "C1")
    assert incident.under_way([found]) == found
    assert incident.lost((), standing, "C1", 250) == ()
    assert incident.lost((new,), standing, "C1", 50) == ()
    assert incident.under_way([incident.ended(new)]) is None


def test_a_list_that_cannot_be_edited_is_left_behind_and_begun_anew() -> None:
    standing = incident.begun("", 100).but(channel="C1", receipt=Receipt(ts="100.1"))
    (before, left), (none, new) = incident.leave(standing, "C1", "two tickets", 200)
    assert (before, none) == (standing, None)
    assert incident.under_way([left, new]) == new
    assert incident.left_behind([standing, left, new]) == [left]
    assert (left.channel, left.receipt.ts) == ("C1", "100.1")
    assert len(incident.leave(standing, "C1", "", 200)) == 1


def test_the_channels_in_which_nobody_can_write() -> None:
    assert incident.about([OLD, StuckTicket("3", 1, "", "C1")]) == {"C1"}
