"""Restoring intents from a Slack thread: what it proves, and what must be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from slackbridge.domain.chat import Mark
from slackbridge.domain.intent import Intent, Press, State, after_press
from slackbridge.domain.model import Author, Conversation, Message
from slackbridge.domain.record import StoredTicket
from slackbridge.domain.thread import Post, Said, Thread
from slackbridge.domain.view import NOT_CARRIED
from slackbridge.rules.intake import IntakeSettings, after_edit
from slackbridge.rules.receipt import reaction
from slackbridge.rules.restore import ORPHAN, Restored, restore
from slackbridge.text.clean import digest
from tests.values import KEY, TS, conversation, heard, message

RULES = IntakeSettings("direct", ("//", "note:"), undo=10, fresh=900)
NOW = 90_000.0
THEN = datetime.fromtimestamp(1010, UTC)
EARLIER = datetime.fromtimestamp(500, UTC)
OURS = {"sent": "white_check_mark", "kept": "lock", "held": "grey_question", "failed": "x"}


def post(effect: str, ts: str, **more: Any) -> Post:
    return Post(ts, Mark(KEY, effect), **more)


def said(text: str = "Hello", *marks: str, ts: str = TS, **more: Any) -> Said:
    return Said(heard(text, ts=ts, **more), frozenset(OURS[mark] for mark in marks))


def answer(id: str, text: str = "Hello", **more: Any) -> Message:
    built = message(id, text, **more)
    return Message(id, built.author, built.name, THEN, built.body)


def early(id: str, text: str = "Hello") -> Message:
    built = message(id, text)
    return Message(id, built.author, built.name, EARLIER, built.body)


def restored(
    *spoken: Said, posts: tuple[Post, ...] = (), there: Conversation | None = None
) -> Restored:
    there = conversation() if there is None else there
    return restore(Thread(KEY, "C1", "900.0", posts, spoken), there, RULES, (), NOW)


def only(found: Restored) -> Intent:
    (intent,) = found.intents
    return intent


@pytest.mark.parametrize(
    ("one", "there", "state", "text"),
    [
        (said("Hello", "sent"), (), State.SENT, ""),
        (said("Hello", "sent"), (answer("1"),), State.SENT, ""),
        (said(), (answer("1", "  hello "),), State.SENT, ""),
        (said("Hello", "held"), (answer("1"),), State.SENT, ""),
        (said("// Hello", "sent"), (), State.SENT, ""),
        (said("Hello", "kept"), (answer("1"),), State.KEPT, ""),
        (said(), (), State.HELD, "Hello"),
        (said("Hello", "failed"), (), State.HELD, "Hello"),
        (said("!reply Hello"), (), State.HELD, "Hello"),
        (said("pass: word"), (answer("1", "Something else entirely"),), State.HELD, "pass: word"),
        (said(), (early("1"),), State.UNKNOWN, "Hello"),
        (said(), (answer("1", "Hello."),), State.UNKNOWN, "Hello"),
        (said(), (answer("1", author=Author.CUSTOMER),), State.HELD, "Hello"),
    ],
)
def test_how_it_ended(one: Said, there: tuple[Message, ...], state: State, text: str) -> None:
    intent = only(restored(one, there=conversation(*there)))
    assert (intent.state, intent.text) == (state, text)
    assert not intent.state.open, "nothing is ever sent by itself"
    if state is State.SENT and there:
        assert intent.message == "1"


@pytest.mark.parametrize("text", ["// a note", "note: hm", "@ben look"])
def test_talk_is_settled_as_talk(text: str) -> None:
    found = restored(said(text, addressed=text.startswith("@"), client_msg_id="c-1"))
    assert only(found).is_tombstone
    assert found.names == (("c-1", TS),)
    assert found.asked == found.passed_over == 0


def test_one_message_is_the_echo_of_one_reply_and_the_certain_one_comes_first() -> None:
    found = restored(
        said(ts="1000.1"), said("Hello", "sent", ts="1001.1"), there=conversation(answer("1"))
    )
    first, second = found.intents
    assert (first.state, second.state, second.message) == (State.HELD, State.SENT, "1")
    assert found.patch["parts"]["1"] == f"={second.id}"


def test_what_is_mirrored_was_written_elsewhere_and_proves_nothing() -> None:
    found = restored(said(), posts=(post("m:1:1/1", "950.1"),), there=conversation(answer("1")))
    assert only(found).state is State.HELD


def test_without_the_marketplace_a_human_may_have_it_looked_for_again() -> None:
    found = restore(Thread(KEY, "C1", "900.0", (), (said(),)), None, RULES, (), NOW)
    intent = only(found)
    assert intent.state is State.UNKNOWN
    again = after_press(intent, Press.CHECK, NOW, "U1")
    assert again is not None
    assert again.state is State.SENDING


def of_stranger(*marks: str, posts: tuple[Post, ...] = ()) -> Intent:
    thread = Thread(KEY, "C1", "900.0", posts, (said("Hello", *marks),))
    return only(restore(thread, conversation(answer("1")), RULES, ("U1",), NOW))


def test_who_may_not_act_has_asked_for_nothing() -> None:
    assert of_stranger().is_tombstone


def test_what_is_marked_as_refused_was_refused() -> None:
    """Also where today's settings would let its author act."""
    found = restored(Said(said("Hello").heard, frozenset({NOT_CARRIED})))
    assert only(found).is_tombstone
    assert only(found).refused
    assert only(found).receipt.reaction == reaction(only(found), NOW) == NOT_CARRIED
    assert found.asked == found.passed_over == 0


def test_what_was_taken_up_from_who_may_not_act_any_more_counts() -> None:
    assert (of_stranger("sent").state, of_stranger("sent").message) == (State.SENT, "1")
    assert of_stranger("kept").state is State.KEPT
    words = post(f"w:{TS}", "1001.0", asks=True)
    thread = Thread(KEY, "C1", "900.0", (words,), (said("Hello", "held"),))
    assert only(restore(thread, conversation(), RULES, ("U1",), NOW)).state is State.HELD


LATER = f"{1000 + RULES.fresh + 1:.4f}"
DAY = 86_400


@pytest.mark.parametrize(
    ("posts", "worked", "settled"),
    [
        ((), 0.0, False),
        ((post("m:1:1/1", "1000.0"),), 0.0, False),  # the bridge may have been busy until then
        ((post("m:1:1/1", f"{1000 + RULES.fresh - 1:.4f}"),), 0.0, False),
        ((post("m:1:1/1", LATER),), 0.0, True),
        ((post("w:999.0", LATER),), 0.0, True),
        ((), 1000.0 + DAY - 1, False),  # in another thread: this one may not have been read yet
        ((), 1000.0 + DAY + 1, True),
    ],
)
def test_what_a_bridge_let_be_although_it_worked_on_stays_talk(
    posts: tuple[Post, ...], worked: float, settled: bool
) -> None:
    thread = Thread(KEY, "C1", "900.0", posts, (said(),))
    found = restore(thread, conversation(), RULES, (), NOW, worked)
    intent = next(i for i in found.intents if i.id == TS)
    assert (intent.is_tombstone, found.passed_over) == (settled, int(settled))
    assert settled or intent.state is State.HELD


def test_a_reaction_on_a_later_message_shows_that_a_bridge_read_the_thread() -> None:
    found = restored(said("talk"), said("Hello", "sent", ts=LATER))
    assert [(i.is_tombstone, i.state) for i in found.intents] == [
        (True, State.KEPT),
        (False, State.SENT),
    ]


def test_talk_is_no_talk_if_the_marketplace_shows_it_or_a_bridge_took_it_up() -> None:
    posts = (post("m:9:1/1", LATER),)
    assert only(restored(said(), posts=posts, there=conversation(answer("1")))).state is State.SENT
    assert only(restored(said("Hello", "held"), posts=posts)).state is State.HELD


def test_an_edit_after_the_bridge_had_let_a_message_be_is_asked_about() -> None:
    late = said("!reply Hello", edited=LATER)
    posts = (post("m:9:1/1", LATER),)
    assert only(restored(late, posts=posts)).state is State.HELD
    assert only(restored(said("!reply Hello", edited="1000.0"), posts=posts)).is_tombstone


TEXTS = ("Hello", "!reply Hello", "!repl Hello", "// Hello", "/ Hello", "note: Hello", "pass: word")


@pytest.mark.parametrize("mode", ["direct", "confirm", "explicit"])
@pytest.mark.parametrize("prefixes", [(), ("//", "note:")])
@pytest.mark.parametrize("strangers", [(), ("U1",)])
@pytest.mark.parametrize("there", [None, conversation(), conversation(answer("1"))])
def test_whatever_the_settings_are_now_nothing_is_sent_without_a_press(
    mode: Any, prefixes: tuple[str, ...], strangers: tuple[str, ...], there: Conversation | None
) -> None:
    rules = IntakeSettings(mode, prefixes, undo=10, fresh=900)
    marks = [(), *((mark,) for mark in OURS), ("held", "sent")]
    for text, shown, worked, edited in product(TEXTS, marks, (0.0, NOW), ("", "1001.0")):
        one = said(text, *shown, edited=edited)
        thread = Thread(KEY, "C1", "900.0", (), (one,))
        intent = only(restore(thread, there, rules, strangers, NOW, worked))
        assert not intent.state.open
        assert intent.state is not State.FAILED
        assert intent.due == 0
        again = after_edit(intent, one.heard, RULES, NOW)
        assert again is None or not again.state.open, "when its thread is read once more"
        if not shown and ((mode == "explicit" and text == "Hello") or strangers):
            assert intent.is_tombstone, "nobody is asked about each line of talk"


def test_parts_twins_and_an_unfinished_message() -> None:
    posts = (
        post("m:1:1/2", "901.0"),
        post("m:1:2/2", "902.0"),
        post("m:1:2/2", "903.0"),
        post("m:2:1/3", "904.0"),
        post("m:with:colon:1/1", "905.0"),
    )
    shown = StoredTicket().patched(restored(posts=posts).patch)
    assert shown.parts == {"1": "901.0 902.0", "2": "904.0 +", "with:colon": "905.0"}
    assert (shown.channel, shown.root, shown.read_to) == ("C1", "900.0", "905.0")


def test_what_agents_wrote_before_the_last_message_shown_is_not_shown_again() -> None:
    there = conversation(
        answer("1", "edited since"),
        answer("2", "from the customer", author=Author.CUSTOMER),
        answer("3", "shown", author=Author.CUSTOMER),
        answer("4", "news"),
    )
    shown = StoredTicket().patched(restored(posts=(post("m:3:1/1", "950.0"),), there=there).patch)
    assert [shown.whole(id) for id in "1234"] == [True, False, True, False]


def test_a_receipt_that_stands_is_taken_up_and_not_posted_again() -> None:
    words = post(f"w:{TS}", "1001.0", asks=True)
    intent = only(restored(said("Hello", "held"), posts=(words,)))
    assert (intent.receipt.ts, intent.receipt.shown) == ("1001.0", "")
    assert intent.receipt.reaction == OURS["held"]
    settled = post(f"w:{TS}", "1001.0")
    intent = only(restored(said("Hello", "sent"), posts=(settled,)))
    assert intent.receipt.shown, "its words stay as they are"


def test_what_was_undone_stays_undone() -> None:
    intent = only(restored(said(), posts=(post(f"w:{TS}", "1001.0"),)))
    assert intent.state is State.CANCELLED
    assert intent.digest == digest("Hello")


def test_a_receipt_without_a_message_says_that_it_was_lost() -> None:
    lost = post("w:v:V1", "1001.0", asks=True, quote="from a modal")
    intent = only(restored(posts=(lost, post("w:v:V2", "1002.0"))))
    assert (intent.id, intent.state, intent.reason) == ("v:V1", State.CANCELLED, ORPHAN)
    assert (intent.text, intent.unsure) == ("from a modal", True)


def test_second_names_come_back() -> None:
    found = restored(said("Hello", client_msg_id="c-1"))
    assert found.names == (("c-1", TS),)
