"""An intent's transitions: every button acts once, and a settled intent never changes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.intent import (
    DELETED,
    INTO_A_NOTE,
    Attempt,
    Intent,
    Press,
    Receipt,
    State,
    after_deletion,
    after_press,
    begin,
    conclude,
    fail,
    mark_absent,
    mark_unknown,
    requeue,
)
from slackbridge.domain.model import Act, Kind, Status
from slackbridge.text.clean import digest
from tests.values import TS, intent

NOW = 2000.0
LATER = {"due": NOW + 60}

PRESSES: dict[tuple[Press, State], State] = {
    (Press.UNDO, State.QUEUED): State.CANCELLED,
    (Press.SEND_NOW, State.QUEUED): State.QUEUED,
    (Press.SEND, State.HELD): State.QUEUED,
    (Press.KEEP, State.HELD): State.KEPT,
    (Press.RETRY, State.FAILED): State.QUEUED,
    (Press.DISCARD, State.FAILED): State.CANCELLED,
    (Press.DISCARD, State.HELD): State.CANCELLED,
    (Press.CHECK, State.UNKNOWN): State.SENDING,
    (Press.AGAIN, State.UNKNOWN): State.QUEUED,
    (Press.WAS_SENT, State.UNKNOWN): State.SENT,
}
"""Where a button leads; a pair that is not here means nothing."""


@pytest.mark.parametrize("press", Press)
@pytest.mark.parametrize("state", State)
def test_a_button_acts_once_and_only_where_it_is_offered(state: State, press: Press) -> None:
    before = intent(state, **LATER, reason="why", undoable=state is State.QUEUED)
    after = after_press(before, press, NOW, "U2")
    if (press, state) not in PRESSES:
        assert after is None
        return
    assert after is not None
    assert after.state is PRESSES[press, state]
    assert after_press(after, press, NOW, "U2") is None
    assert (after.id, after.kind, after.agent, after.ts) == (TS, Kind.REPLY, "U1", TS)
    if after.state is State.QUEUED:
        assert (after.due, after.undoable, after.attempt) == (NOW, False, None)
        assert after.text == "Hello"
    if after.state.settled:
        assert (after.text, after.attempt) == ("", None)
        assert "<@U2>" in after.reason


def test_check_needs_an_attempt_to_check() -> None:
    assert after_press(intent(State.UNKNOWN, attempt=None), Press.CHECK, NOW, "U2") is None
    looked_for = intent(State.UNKNOWN, attempt=Attempt(at=1, deadline=2, absent_at=3))
    again = after_press(looked_for, Press.CHECK, NOW, "U2")
    assert again is not None
    assert again.attempt == Attempt(at=1, deadline=2)


def test_retry_begins_with_fresh_patience_and_again_remembers_the_doubt() -> None:
    retried = after_press(intent(State.FAILED, tries=9), Press.RETRY, NOW, "U2")
    again = after_press(intent(State.UNKNOWN), Press.AGAIN, NOW, "U2")
    assert retried is not None
    assert again is not None
    assert (retried.tries, retried.unsure) == (0, False)
    assert again.unsure


@pytest.mark.parametrize("state", State)
def test_deleting_the_message(state: State) -> None:
    after = after_deletion(intent(state))
    if state in (State.QUEUED, State.HELD, State.FAILED):
        assert after is not None
        assert (after.state, after.text, after.reason) == (State.CANCELLED, "", DELETED)
    elif state in (State.CANCELLED, State.KEPT):
        assert after is None
    else:
        assert after is not None
        assert (after.state, after.late) == (state, "deleted")
        assert after_deletion(after) is None


# --- attempts


def test_an_attempt_is_written_down_before_it_is_made() -> None:
    started = begin(intent(tries=2), at=50, timeout=10, baseline=("1", "2"))
    assert started.state is State.SENDING
    assert started.attempt == Attempt(at=50, deadline=60, baseline=("1", "2"))
    assert (started.tries, started.digest, started.text) == (3, digest("Hello"), "Hello")


def test_a_second_attempt_is_known_by_its_own_text() -> None:
    failed = fail(begin(intent(), 50, 10, ()), "no")
    started = begin(failed.but(text="Better", state=State.QUEUED), 70, 10, ())
    assert started.digest == digest("Better")


def test_what_is_settled_keeps_the_digest_and_no_text() -> None:
    sent = conclude(
        begin(intent(fields={"a": "b"}), 50, 10, ()), State.SENT, message="m1", reason="but"
    )
    assert (sent.state, sent.message, sent.reason) == (State.SENT, "m1", "but")
    assert (sent.text, sent.edit, sent.fields, sent.attempt) == ("", "", {}, None)
    assert sent.digest == digest("Hello")
    assert conclude(intent(), State.KEPT).digest == digest("Hello")
    assert "Hello" not in sent.dump()


def test_failures_keep_the_text_for_a_retry() -> None:
    started = begin(intent(), 50, 10, ())
    for after, state in [
        (fail(started, "no"), State.FAILED),
        (requeue(started, 90, "busy"), State.QUEUED),
        (mark_unknown(started, "who knows"), State.UNKNOWN),
    ]:
        assert (after.state, after.text) == (state, "Hello")
        assert (after.attempt is None) is (state is not State.UNKNOWN)
    assert requeue(started, 90).due == 90


def test_the_first_vain_look_is_the_one_that_counts() -> None:
    looked = mark_absent(intent(State.SENDING), 30)
    assert looked.attempt is not None
    assert looked.attempt.absent_at == 30
    assert mark_absent(looked, 40) is looked
    assert mark_absent(intent(), 40).attempt is None


# --- what the agent did to the message while nobody knew


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_what_was_not_sent_goes_out_as_the_agent_wants_it_by_now(state: State) -> None:
    unknown = intent(state)
    edited = requeue(unknown.but(late="edited", edit="Better"), NOW)
    assert (edited.state, edited.text, edited.edit, edited.late) == (
        State.QUEUED,
        "Better",
        "",
        "",
    )
    gone = requeue(unknown.but(late="deleted"), NOW)
    assert (gone.state, gone.reason, gone.late) == (State.CANCELLED, DELETED, "")
    noted = requeue(unknown.but(late="kept"), NOW)
    assert (noted.state, noted.reason, noted.late) == (State.KEPT, INTO_A_NOTE, "")


def test_again_sends_the_edit_and_deleting_forgets_it() -> None:
    edited = intent(State.UNKNOWN, late="edited", edit="Better")
    again = after_press(edited, Press.AGAIN, NOW, "U2")
    assert again is not None
    assert (again.text, again.edit, again.late) == ("Better", "", "")
    gone = after_deletion(edited)
    assert gone is not None
    assert (gone.late, gone.edit, gone.text) == ("deleted", "", "Hello")


def test_a_sent_one_stays_late() -> None:
    assert conclude(intent(State.UNKNOWN, late="edited"), State.SENT).late == "edited"


# --- every way into the queue asks what the first one asked


def _pressed(it: Intent, press: Press) -> Intent:
    after = after_press(it, press, NOW, "U2")
    assert after is not None
    return after


def _failed_and_retried(it: Intent) -> Intent:
    failed = fail(it, "no")
    return _pressed(failed, Press.RETRY) if failed.state is State.FAILED else failed


def _found_missing(it: Intent) -> Intent:
    return requeue(_pressed(it, Press.CHECK), NOW)


WAYS: dict[str, tuple[State, Callable[[Intent], Intent]]] = {
    "tried again by itself": (State.SENDING, lambda it: requeue(it, NOW)),
    "retry after a refusal": (State.SENDING, _failed_and_retried),
    "retry, stored by an earlier version": (State.FAILED, lambda it: _pressed(it, Press.RETRY)),
    "send again": (State.UNKNOWN, lambda it: _pressed(it, Press.AGAIN)),
    "check again, and it is not there": (State.UNKNOWN, _found_missing),
}
EDITS: list[tuple[dict[str, str], State, str]] = [
    ({}, State.QUEUED, "Hello"),
    ({"late": "edited", "edit": "Better"}, State.QUEUED, "Better"),
    ({"late": "edited", "edit": "/ hm", "edit_held": "A note?"}, State.HELD, "/ hm"),
    ({"late": "kept"}, State.KEPT, ""),
    ({"late": "deleted"}, State.CANCELLED, ""),
]
"""What became of the message while it was under way, and what of the intent."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("late", "state", "text"), EDITS, ids=lambda it: str(it))
def test_whatever_queues_it_again_heeds_what_its_message_became(
    way: str, late: dict[str, str], state: State, text: str
) -> None:
    was, send = WAYS[way]
    after = send(intent(was, **late))
    assert (after.state, after.text) == (state, text)
    assert (after.late, after.edit, after.edit_held, after.undoable) == ("", "", "", False)
    if state is State.HELD:
        assert after.reason.endswith("A note?")
        assert _pressed(after, Press.SEND).text == text, "a person said so"


QUEUES = {
    "intent._anew": "the table above: requeue, fail and Retry, Send again",
    "intent._let_go": "Send, of what a person was asked about; its author is asked at the lane",
    "desk.status": "new, of a person who may act",
    "desk.submit": "new, of a person who may act",
    "desk.act": "new, of a person who may act",
    "holders._hold": "new, of a person who may act",
    "intake._of_reply": "new, with the verdict of the settings in force",
}
"""The functions that queue something. A new one must ask what these ask."""


def test_nothing_else_queues() -> None:
    found = set()
    for path in chain(
        *(Path("slackbridge", f).rglob("*.py") for f in ("domain", "rules", "rooms"))
    ):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found |= {f"{path.stem}.{function.name}" for n in ast.walk(function) if _queues(n)}
    assert found == {*QUEUES}


def _queues(node: ast.AST) -> bool:
    """Whether it makes something queued: by name, as an intent without a state, as a verdict."""
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    state = next((k.value for k in node.keywords if k.arg == "state"), None)
    if called == "Verdict":
        state = node.args[0]
    if called == "Intent" and state is None:
        return True
    return state is not None and "QUEUED" in ast.unparse(state)


def test_a_held_one_without_text_has_nothing_to_send() -> None:
    assert after_press(intent(State.HELD, text=""), Press.SEND, NOW, "U2") is None


# --- how it is stored

texts = st.text(max_size=20)
times = st.floats(0, 2e9)
intents = st.builds(
    Intent,
    id=texts,
    kind=st.sampled_from(Kind),
    agent=texts,
    created=times,
    text=texts,
    status=st.none() | st.sampled_from(Status),
    state=st.sampled_from(State),
    attempt=st.none()
    | st.builds(Attempt, at=times, deadline=times, baseline=st.lists(texts).map(tuple)),
    fields=st.dictionaries(texts, texts, max_size=2),
    receipt=st.builds(Receipt, reaction=texts, ts=texts, shown=texts),
    unsure=st.booleans(),
)


@given(intents)
def test_what_is_stored_is_read_back_and_dumped_to_the_letter(it: Intent) -> None:
    stored = it.dump()
    loaded = Intent.load(stored)
    assert loaded.model_dump() == it.model_dump()
    assert loaded.dump() == stored
    assert loaded.act() == Act(it.kind, it.text, it.status, it.email, it.fields)
    assert Intent.load(loaded.but(reason="new").dump()).reason == "new"


def test_another_versions_words_are_dumped_unchanged_until_it_changes() -> None:
    text = '{"id":"1", "kind":"reply","agent":"U1","created":1.0,"due":0.0,"tomorrow":[1]}'
    intent_ = Intent.load(text)
    assert intent_.dump() == text
    assert "tomorrow" not in intent_.but(due=3).dump()


def test_what_sends_leads_to_sending_and_what_stops_does_not() -> None:
    for press, state in PRESSES:
        after = after_press(intent(state, **LATER), press, NOW, "U2")
        assert after is not None
        assert press.sends is (after.state is State.QUEUED)


def test_open_and_settled_states() -> None:
    assert {s for s in State if s.open} == {State.QUEUED, State.SENDING}
    assert {s for s in State if s.settled} == {State.SENT, State.CANCELLED, State.KEPT}
