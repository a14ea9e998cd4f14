"""The journal as a state machine: whatever is lost, late or pressed, no reply reaches the customer
twice unless a human pressed "Send again", and every intent ends in a visible state.

The rules are the real ones (intake, intent, evidence, receipt). The model's marketplace may lose a
request or an answer, rewrite text, commit late and show its messages late.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from slackbridge.domain.intent import (
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
from slackbridge.domain.model import Conversation
from slackbridge.rules import evidence, intake, receipt
from slackbridge.rules.evidence import Absent, Differs, Happened
from slackbridge.rules.intake import IntakeSettings
from slackbridge.text.clean import digest
from tests.values import KEY, conversation, heard, message

RULES = IntakeSettings("direct", ("//",), undo=0, fresh=900)
TIMEOUT, SETTLE = 10.0, 15.0
FOOTER = "\n\n-- \nThe shop, Main Street 1, a long footer that the marketplace adds by itself"
LOST = ["answer lost", "request lost", "late", "rewritten"]
OUTCOMES = ["answered", *LOST, *LOST, "busy", "refused"]
WAITS = st.sampled_from([1.0, TIMEOUT, TIMEOUT + SETTLE])


@dataclass
class Sent:
    """A message at the marketplace: shown to readers from `visible` on."""

    id: str
    text: str
    shown_as: str
    at: float
    visible: float


class Journal(RuleBasedStateMachine):
    """One reply of one agent, from the first word to its end. Times in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.sent: list[Sent] = []
        self.agains = 0
        self.wanted = "Hello there"  # what the agent's message says; '' once it is deleted
        said = heard(self.wanted, ts="1000")
        verdict = intake.classify(said, RULES, self.now)
        assert verdict is not None
        self.it = intake.reply(said, verdict, RULES, self.now)

    # -- the marketplace -----------------------------------------------------------------------

    def read(self) -> Conversation:
        there = [m for m in self.sent if m.visible <= self.now]
        return conversation(*(message(m.id, m.shown_as) for m in there))

    def commit(self, text: str, *, footer: str = "", delay: float = 0, lag: float = 0) -> None:
        at = self.now + delay
        self.sent.append(Sent(f"m{len(self.sent)}", text, text + footer, at, at + lag))

    # -- the lane ------------------------------------------------------------------------------

    def due(self) -> bool:
        return self.it.state is State.QUEUED and self.it.due <= self.now

    @precondition(due)
    @rule(outcome=st.sampled_from(OUTCOMES), lag=st.sampled_from([0.0, SETTLE - 1]))
    def send(self, outcome: str, lag: float) -> None:
        """One attempt; a crash right after it was written down is "request lost".

        What goes out is what the agent's message says; one that was deleted, or is a note by now,
        goes out only because a human pressed "Send again".
        """
        taken_back = not self.wanted or self.wanted.startswith("//")
        assert self.it.unsure if taken_back else self.it.text == self.wanted
        started = begin(self.it, self.now, TIMEOUT, evidence.baseline(self.read()))
        self.it = Intent.load(started.dump())
        match outcome:
            case "answered":
                self.commit(started.text)
                found = evidence.message_of_sent(started, self.read(), ())
                self.it = conclude(started, State.SENT, message=found)
            case "answer lost":
                self.commit(started.text, lag=lag)
            case "late":
                self.commit(started.text, delay=TIMEOUT, lag=lag)
            case "rewritten":
                self.commit(started.text, footer=FOOTER, lag=lag)
            case "busy":
                self.it = requeue(started, self.now + 2, "busy")
            case "refused":
                self.it = fail(started, "no")
        if self.it.state is State.SENDING:
            self.it = self.it.but(reason="cut")

    @precondition(lambda self: self.it.state is State.SENDING)
    @rule(readable=st.sampled_from([True, True, True, False]), after=WAITS)
    def look(self, readable: bool, after: float) -> None:
        self.now += after
        if not readable:
            self.it = mark_unknown(self.it, "cannot be read")
            return
        match evidence.of_message(self.it, self.read(), ()):
            case Happened(id):
                self.it = conclude(self.it, State.SENT, message=id)
            case Differs():
                self.it = mark_unknown(self.it, "similar")
            case Absent() if evidence.absence_proved(self.it, self.now, SETTLE):
                self.it = requeue(self.it, self.now)
            case Absent():
                self.it = mark_absent(self.it, self.now)

    @precondition(lambda self: not self.due() and self.it.state is not State.SENDING)
    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.now += seconds

    # -- the agent -----------------------------------------------------------------------------

    @precondition(lambda self: not self.it.state.settled)
    @rule(press=st.sampled_from(Press), data=st.data())
    def press(self, press: Press, data: st.DataObject) -> None:
        """A button that is shown, else any: one of an old receipt."""
        shown = receipt.words(self.it, KEY, self.now)
        press = data.draw(st.sampled_from(shown.buttons)) if shown and shown.buttons else press
        done = after_press(self.it, press, self.now, "U2")
        self.agains += done is not None and press is Press.AGAIN
        self.it = done or self.it

    @precondition(lambda self: self.wanted and not self.it.state.settled)
    @rule(text=st.sampled_from(["Hello there", "Good morning, dear customer", "// inside"]))
    def edit(self, text: str) -> None:
        self.wanted = text
        verdict = intake.classify(heard(text, ts="1000"), RULES, 1000.0)
        self.it = intake.reclassified(self.it, verdict) or self.it

    @precondition(lambda self: self.wanted and self.it.state is not State.QUEUED)
    @rule()
    def delete(self) -> None:
        self.wanted = ""
        self.it = after_deletion(self.it) or self.it

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def never_sent_twice_unless_a_human_said_so(self) -> None:
        assert len(self.sent) <= 1 + self.agains

    @invariant()
    def sent_means_sent(self) -> None:
        by_hand = self.it.reason.startswith("Marked")
        if self.it.state is State.SENT and not by_hand:
            assert any(digest(m.text) == self.it.digest for m in self.sent)

    @invariant()
    def not_sent_means_not_sent(self) -> None:
        """`unsure` is the one case in which nobody can know."""
        certain = (State.QUEUED, State.HELD, State.FAILED, State.CANCELLED, State.KEPT)
        if self.it.state in certain and not self.it.unsure:
            assert self.sent == []

    @invariant()
    def the_receipt_tells_no_lie_and_hides_nothing(self) -> None:
        posted = self.it.but(receipt=Receipt(ts="1.1"))
        shown = receipt.words(posted, KEY, self.now)
        text = shown.text if shown else ""
        if "not sent:" in text.lower() or "not sent yet" in text.lower():
            assert self.sent == []
        if "customer already has" in text and not self.it.reason.startswith("Marked"):
            assert self.sent
        if self.it.state in (State.HELD, State.UNKNOWN, State.FAILED):
            assert shown is not None
            assert shown.buttons

    def teardown(self) -> None:
        """With a working marketplace it ends in a visible state."""
        for _ in range(8):
            self.now += TIMEOUT + 2 * SETTLE
            if self.due():
                self.send("answered", 0.0)
            elif self.it.state is State.SENDING:
                self.look(True, 0.0)
        assert self.it.state not in (State.QUEUED, State.SENDING)
        self.never_sent_twice_unless_a_human_said_so()
        self.sent_means_sent()
        self.not_sent_means_not_sent()
        self.the_receipt_tells_no_lie_and_hides_nothing()


@pytest.mark.hypothesis  # `make long` tries more
@pytest.mark.timeout(300)  # finding the shortest counterexample takes a while
def test_the_journals_promise() -> None:
    tried = 6 * settings().max_examples
    run_state_machine_as_test(
        Journal, settings=settings(max_examples=tried, stateful_step_count=10, deadline=None)
    )
