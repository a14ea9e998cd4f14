"""The slash command's answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.view import Card
from slackbridge.slack.blocks import command_answers
from tests.slack.drawing import ADDRESSES, card, cards, check, shown

THREAD = {"refurbed-at:4711": "https://work.slack.example/archives/C1/p1"}


@given(st.lists(cards, max_size=4), st.sampled_from([1, 12]), st.sampled_from(ADDRESSES))
def test_any_answer_keeps_the_limits_and_calls_nobody(
    found: list[Card], times: int, address: str
) -> None:
    notes = ("Not asked: account b is down",) * 9
    threads = {str(each.key): address for each in found}
    check(command_answers.ticket_answer(found * times, notes, threads))
    check(command_answers.list_answer(found * times, notes, {}))


def test_a_ticket_with_its_thread() -> None:
    drawn = command_answers.ticket_answer([card()], ["Not asked: account b is down"], THREAD)
    text = drawn.blocks[0]["text"]["text"]
    assert text.startswith("*refurbed-at:4711* · Anna Müller · iPhone 12 · 🟠 Needs agent (OPEN)\n")
    assert "Order R-123 · customer wrote <!date^" in text
    assert "<https://work.slack.example/archives/C1/p1|Open the thread>" in text
    assert drawn.blocks[1]["elements"][0]["text"] == "Not asked: account b is down"
    assert "account b is down" in drawn.text


def test_nothing_found_is_said() -> None:
    assert (
        command_answers.ticket_answer([], ["Not asked: a"], {}).text
        == "No ticket found.\nNot asked: a"
    )
    assert command_answers.list_answer([], [], {}).text == "No tickets."


def test_many_tickets_are_a_line_each_and_the_rest_is_counted() -> None:
    drawn = command_answers.list_answer([card()] * 40, [], THREAD)
    assert shown(drawn.blocks).count("|refurbed-at:4711>") == 25
    assert "and 15 more" in drawn.blocks[-1]["elements"][0]["text"]
    assert "and 30 more" in shown(command_answers.ticket_answer([card()] * 40, [], {}).blocks)


def test_quiet_tickets_have_no_times() -> None:
    quiet: dict[str, Any] = {"waiting_since": None, "due_at": None}
    drawn = command_answers.list_answer([card(**quiet)], [], {})
    assert drawn.text == "🟠 Needs agent (OPEN) · refurbed-at:4711 · Anna Müller · iPhone 12"


def test_help_lists_the_commands() -> None:
    drawn = command_answers.help_answer(
        [("KEY", "shows a ticket"), ("help", "shows this")], "/ticket"
    )
    assert drawn.text == "`/ticket KEY` shows a ticket\n`/ticket help` shows this"
    check(drawn)
