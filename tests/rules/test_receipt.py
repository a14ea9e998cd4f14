"""What the agent is told: "was not" only where it is certain, and a button for each decision."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.intent import (
    Intent,
    Press,
    Receipt,
    State,
    after_deletion,
    after_press,
    fail,
    requeue,
)
from slackbridge.domain.model import Kind, Status
from slackbridge.domain.view import REACTIONS, Words
from slackbridge.rules.receipt import LATE, overtaken, reaction, words
from tests.values import KEY, intent

NOW = 2000.0
POSTED = Receipt(ts="1.1")


def told(it: Intent) -> Words:
    found = words(it, KEY, NOW)
    assert found is not None
    return found


# --- words


@pytest.mark.parametrize(
    ("it", "text", "buttons"),
    [
        (
            intent(State.HELD, reason="Really?"),
            "❔ Really?",
            (Press.SEND, Press.KEEP, Press.DISCARD),
        ),
        (
            intent(State.HELD, text="", reason="Files cannot be sent."),
            "❔ Files cannot be sent.",
            (Press.KEEP, Press.DISCARD),
        ),
        (
            intent(due=2010, undoable=True),
            "⏳ Your reply goes out <!date^2010^at {time_secs}|in a moment>.",
            (Press.UNDO, Press.SEND_NOW),
        ),
        (
            intent(due=2010, undoable=True, ts=""),
            "⏳ The reply by <@U1> goes out <!date^2010^at {time_secs}|in a moment>.",
            (Press.UNDO, Press.SEND_NOW),
        ),
        (
            intent(due=2010, reason="busy"),
            "⏳ The reply was not sent yet: busy. "
            "Next try <!date^2010^at {time_secs}|in a moment>.",
            (Press.UNDO, Press.SEND_NOW),
        ),
        (
            intent(State.SENDING, reason="cut"),
            "⚠️ The reply may not have been sent (cut). Checking…",
            (),
        ),
        (
            intent(State.UNKNOWN, reason="cut"),
            "⚠️ The reply may not have been sent: cut.",
            (Press.CHECK, Press.AGAIN, Press.WAS_SENT),
        ),
        (
            intent(State.UNKNOWN, reason="cut", attempt=None),
            "⚠️ The reply may not have been sent: cut.",
            (Press.AGAIN, Press.WAS_SENT),
        ),
        (
            intent(State.FAILED, reason="no", kind=Kind.INTERNAL, ts=""),
            "❌ The internal note by <@U1> was not sent: no.",
            (Press.RETRY, Press.DISCARD),
        ),
        (
            intent(State.SENT, kind=Kind.ACTION, label="Refund", ts=""),
            "✅ Refund by <@U1>",
            (),
        ),
        (
            intent(State.SENT, reason="But the ticket is now X."),
            "✅ Sent to the customer. But the ticket is now X.",
            (),
        ),
    ],
)
def test_words(it: Intent, text: str, buttons: tuple[Press, ...]) -> None:
    assert told(it) == Words(KEY, it.id, text, "" if it.ts else it.text, buttons)


@pytest.mark.parametrize(
    "it",
    [intent(), intent(due=NOW - 1, undoable=True), intent(State.SENDING)]
    + [intent(s) for s in (State.SENT, State.CANCELLED, State.KEPT)],
)
def test_a_reaction_says_it_all(it: Intent) -> None:
    assert words(it, KEY, NOW) is None


@pytest.mark.parametrize(
    ("it", "text"),
    [
        (intent(State.SENT), "✅ Sent to the customer"),
        (intent(State.SENT, ts=""), "✅ Sent to the customer by <@U1>"),
        (intent(State.SENT, status=Status.SOLVED), "✅ Sent to the customer and solved"),
        (intent(State.SENT, kind=Kind.STATUS, status=Status.SOLVED), "✅ Ticket set to solved"),
        (intent(State.SENT, kind=Kind.ACTION), "✅ Done"),
        (intent(State.CANCELLED, reason="undone"), "↩️ Not sent: undone"),
        (intent(State.KEPT), "🔒 Kept as a note for colleagues"),
        (intent(State.KEPT, reason="edited into a note"), "🔒 edited into a note"),
    ],
)
def test_a_receipt_that_stands_is_brought_to_its_end(it: Intent, text: str) -> None:
    shown = told(it.but(receipt=POSTED))
    assert (shown.text, shown.buttons) == (text, ())


@pytest.mark.parametrize("late", LATE)
def test_a_late_change_says_what_the_customer_has(late: str) -> None:
    assert "the customer already has" in told(intent(State.SENT, late=late)).text
    for it in (intent(State.SENDING, late=late), intent(State.UNKNOWN, late=late, reason="cut")):
        text = told(it).text
        assert "if it was sent, the customer has" in text
        assert "already" not in text
        assert text == text.strip()


# --- certainty

CERTAIN = (State.QUEUED, State.FAILED, State.CANCELLED)
intents = st.builds(
    intent,
    st.sampled_from(State),
    kind=st.sampled_from(Kind),
    ts=st.sampled_from(["", "5.5"]),
    reason=st.sampled_from(["", "why"]),
    late=st.sampled_from(["", *LATE]),
    due=st.sampled_from([0.0, 3000.0]),
    undoable=st.booleans(),
    unsure=st.booleans(),
    status=st.sampled_from([None, Status.SOLVED]),
    receipt=st.sampled_from([Receipt(), POSTED]),
)


@given(intents)
def test_was_not_is_said_only_where_it_is_certain(it: Intent) -> None:
    shown = words(it, KEY, NOW)
    denied = shown is not None and any(
        claim in shown.text for claim in ("was not sent", "Not sent")
    )
    if denied:
        assert it.state in CERTAIN or it.unsure
        assert shown is not None
        assert ("not sent again" in shown.text.lower()) is it.unsure
    if it.state is State.UNKNOWN:
        assert shown is not None
        assert "may not have been sent" in shown.text
        assert {Press.AGAIN, Press.WAS_SENT} <= set(shown.buttons)
    assert shown is None or shown.text.strip()


@given(intents)
def test_every_button_shown_means_something(it: Intent) -> None:
    shown = words(it, KEY, NOW)
    for press in shown.buttons if shown else ():
        if press is Press.SEND_NOW and it.due <= NOW:
            continue  # it goes out this moment
        assert after_press(it, press, NOW, "U2") is not None


@given(intents)
def test_nothing_undecided_is_silent(it: Intent) -> None:
    if it.state in (State.HELD, State.UNKNOWN, State.FAILED) and it.reason:
        assert words(it, KEY, NOW) is not None


def test_after_send_again_nobody_claims_that_the_first_was_not_sent() -> None:
    again = after_press(intent(State.UNKNOWN), Press.AGAIN, NOW, "U2")
    assert again is not None
    undone, gone = after_press(again, Press.UNDO, NOW, "U2"), after_deletion(again)
    assert undone is not None
    assert gone is not None
    for it in (fail(again, "no"), requeue(again, NOW, "busy"), undone, gone):
        assert "not sent again" in told(it.but(receipt=POSTED)).text.lower()
    kept = intent(State.KEPT, unsure=True, reason="edited into a note", receipt=POSTED)
    assert told(kept).text == "🔒 Not sent again: edited into a note"


# --- reactions


@pytest.mark.parametrize("state", State)
def test_reactions(state: State) -> None:
    assert reaction(intent(state, due=NOW + 9), NOW) == REACTIONS[state]
    assert reaction(intent(state, ts=""), NOW) == ""
    assert reaction(intent(state, late="deleted"), NOW) == ""


def test_what_goes_out_at_once_keeps_the_reaction_it_has() -> None:
    shown = Receipt(reaction="x")
    assert reaction(intent(due=NOW, receipt=shown), NOW) == "x"
    assert reaction(intent(due=NOW, receipt=shown, reason="busy"), NOW) == REACTIONS[State.QUEUED]


def test_an_attempt_in_doubt_is_warned_of() -> None:
    assert reaction(intent(State.SENDING, reason="cut"), NOW) == "warning"


# --- a lane that was overtaken


@pytest.mark.parametrize(
    ("shown", "putting", "theirs", "put_right"),
    [
        ("", "hourglass_flowing_sand", State.SENT, ("", "hourglass_flowing_sand")),
        ("hourglass_flowing_sand", "white_check_mark", State.SENT, ("", "")),
        ("warning", "x", State.UNKNOWN, ("warning", "x")),
        ("", "", State.SENT, ("", "")),
    ],
    ids=["too late", "what is wanted", "what is wanted was taken away", "was not about to react"],
)
def test_a_lane_that_was_overtaken_puts_its_reaction_right(
    shown: str, putting: str, theirs: State, put_right: tuple[str, str]
) -> None:
    mine = intent(receipt=Receipt(reaction=shown, reacting=putting))
    assert overtaken(mine, intent(theirs), NOW) == put_right
