"""Evidence: what a ticket, read again, proves of an attempt, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.files import SharedFile
from slackbridge.domain.intent import Attempt, Intent, State
from slackbridge.domain.model import (
    Attachment,
    Author,
    Conversation,
    Kind,
    Message,
    Person,
    Scope,
    Status,
    Ticket,
)
from slackbridge.rules.evidence import (
    Absent,
    Differs,
    Evidence,
    Happened,
    absence_proved,
    baseline,
    message_of_sent,
    of_message,
    of_ticket,
    similar,
    similarity,
)
from slackbridge.text.clean import digest
from slackbridge.text.html import from_plain, parse
from tests.values import conversation, intent, message, ticket

REPLY = "Guten Tag Frau Müller,\n\nIhr Gerät ist unterwegs: https://dhl.example/1\n\nViele Grüße"


def attempted(text: str, *known: str, kind: Kind = Kind.REPLY) -> Intent:
    attempt = Attempt(at=1000, deadline=1010, baseline=known)
    return intent(State.SENDING, text=text, digest=digest(text), attempt=attempt, kind=kind)


# --- replies


@pytest.mark.parametrize(
    ("files", "attached", "expected"),
    [
        (1, ("a.pdf",), Happened),
        (1, ("renamed.pdf",), Happened),
        (1, ("a.pdf", "footer.png"), Happened),
        (0, ("a.pdf",), Happened),
        (1, (), Differs),
        (2, ("a.pdf",), Differs),
    ],
)
def test_a_reply_counts_with_its_files(
    files: int, attached: tuple[str, ...], expected: type[Evidence]
) -> None:
    sent = attempted(REPLY).but(files=[SharedFile(id=f"F{n}") for n in range(files)])
    there = tuple(Attachment(name, "https://shop.test/1") for name in attached)
    found = of_message(sent, conversation(message("1", REPLY, attachments=there)), ())
    assert isinstance(found, expected)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Guten Tag Frau Müller,</p><p>Ihr Gerät ist unterwegs: https://dhl.example/1</p>"
        "<p>Viele Grüße</p>",
        "<div>Guten Tag Frau M&uuml;ller,<br><br>Ihr Ger&auml;t ist unterwegs: "
        "<a href='https://dhl.example/1'>https://dhl.example/1</a><br/><br/>Viele Gr&uuml;&szlig;e"
        "</div>",
        "<p>guten tag  Frau Mu\u0308ller,</p>\r\n<p>Ihr&nbsp;Gerät ist unterwegs:\n"
        "https://dhl.example/1 </p><p></p><p>Viele Grüße</p><script>x()</script>",
        "<p>Guten Tag Frau Müller,</p><p>Ihr Gerät ist unterwegs: "
        "https://dhl.example/1</p><p>Viele Gru\u0308\u00dfe\u200b</p>",
    ],
)
def test_a_reply_is_recognised_however_its_html_was_rewritten(html: str) -> None:
    there = conversation(message("9", "Earlier"), message("10", parse(html)))
    assert of_message(attempted(REPLY, "9"), there, ()) == Happened("10")


@given(st.text(min_size=1, max_size=80))
def test_any_text_survives_the_way_to_the_marketplace_and_back(text: str) -> None:
    there = conversation(message("1", parse(from_plain(text))))
    assert of_message(attempted(text), there, ()) == Happened("1")


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Hello", Happened("1")),
        ("hello ", Happened("1")),
        ("Hello\n\n--\nThe Refurbished Team, Wollzeile 1, 1010 Wien, sent by us", Differs()),
        ("Hallo", Differs()),
        ("Something else entirely, of another agent", Absent()),
        ("", Absent()),
    ],
)
def test_what_is_neither_ours_nor_clearly_anothers_proves_nothing(
    text: str, evidence: Evidence
) -> None:
    assert of_message(attempted("Hello"), conversation(message("1", text)), ()) == evidence


def test_a_text_that_was_cut_short_proves_nothing() -> None:
    long = "Wir haben Ihr Gerät geprüft. " * 200
    there = conversation(message("1", long[:500]))
    assert of_message(attempted(long), there, ()) == Differs()


@pytest.mark.parametrize(
    "other",
    [
        message("1", "Hello", Author.CUSTOMER),
        message("1", "Hello", Author.MARKETPLACE),
        message("1", "Hello", Author.SYSTEM),
        message("1", "Hello", scope=Scope.INTERNAL),
    ],
)
def test_only_an_agents_message_of_the_right_scope_counts(other: Message) -> None:
    assert of_message(attempted("Hello"), conversation(other), ()) == Absent()


def test_an_internal_note_is_looked_for_among_the_internal_ones() -> None:
    there = conversation(message("1"), message("2", scope=Scope.INTERNAL))
    assert of_message(attempted("Hello", kind=Kind.INTERNAL), there, ()) == Happened("2")


def test_the_same_text_sent_twice_on_purpose_is_told_apart() -> None:
    one, two = message("1"), message("2")
    assert baseline(conversation(one, message("c", author=Author.CUSTOMER))) == ("1",)
    assert of_message(attempted("Hello", "1"), conversation(one), ()) == Absent()
    assert of_message(attempted("Hello", "1"), conversation(one, two), ()) == Happened("2")
    assert of_message(attempted("Hello"), conversation(one), {"1"}) == Absent()
    assert of_message(attempted("Hello"), conversation(one, two), {"1"}) == Happened("2")


def test_after_a_certain_call_the_likest_new_message_is_ours() -> None:
    start = attempted("Hello Mrs Miller", "1")
    rewritten, other = message("2", "Hello Mrs M***er"), message("3", "I am another agent")
    assert message_of_sent(start, conversation(message("1"), other, rewritten), ()) == "2"
    assert message_of_sent(start, conversation(other, message("4", "Hello Mrs Miller")), ()) == "4"
    assert message_of_sent(start, conversation(message("1")), ()) == ""
    assert message_of_sent(start, conversation(rewritten), {"2"}) == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_proportion_and_nothing_is_like_nothing(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 1
    assert not similar(a, "")
    assert not similar("", b)


# --- what a ticket says of itself


@pytest.mark.parametrize(
    ("it", "there", "happened"),
    [
        (intent(kind=Kind.STATUS, status=Status.SOLVED), ticket(Status.SOLVED), True),
        (intent(kind=Kind.STATUS, status=Status.SOLVED), ticket(Status.CLOSED), False),
        (
            intent(kind=Kind.ASSIGN, email="Ann@X.example"),
            ticket(assignee=Person("Ann", "ann@x.example")),
            True,
        ),
        (intent(kind=Kind.ASSIGN, email="ann@x.example"), ticket(), False),
        (intent(kind=Kind.ASSIGN, email=""), ticket(), True),
        (intent(kind=Kind.ASSIGN, email=""), ticket(assignee=Person("Bo", "bo@x")), False),
        (intent(kind=Kind.PRIVATE, text="Call\nher "), ticket(notes="old\n\ncall\nher"), True),
        (intent(kind=Kind.PRIVATE, text="Call"), ticket(notes="Called"), False),
        (intent(kind=Kind.PRIVATE, text="Call"), ticket(notes="Call her"), False),
        (intent(kind=Kind.PRIVATE, text="Call"), ticket(), False),
        (intent(kind=Kind.NOTE), ticket(), False),
    ],
)
def test_an_act_that_sets_something_is_so_or_is_not(
    it: Intent, there: Ticket, happened: bool
) -> None:
    found = of_ticket(it, Conversation(there, ()))
    assert found == (Happened() if happened else Absent())


# --- absence


@pytest.mark.parametrize(
    ("absent_at", "now", "proved"),
    [(0, 2000, False), (1001, 1024.9, False), (1001, 1025, True), (1026, 1026.5, True)],
)
def test_absence_counts_only_when_seen_twice_and_late_enough(
    absent_at: float, now: float, proved: bool
) -> None:
    it = intent(State.SENDING, attempt=Attempt(at=1000, deadline=1010, absent_at=absent_at))
    assert absence_proved(it, now, 15) is proved


def test_without_an_attempt_there_is_nothing_to_prove() -> None:
    assert absence_proved(intent(), 0, 15)
