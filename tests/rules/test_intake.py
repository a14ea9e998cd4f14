"""Intake: a mistyped note is never sent to the customer, and a reply is a reply."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.files import SharedFile
from slackbridge.domain.intent import INTO_A_NOTE, Press, State, after_press, requeue
from slackbridge.domain.model import Kind
from slackbridge.rules.intake import (
    CONFIRM,
    OTHER_SETTINGS,
    IntakeSettings,
    Verdict,
    after_edit,
    classify,
    reclassified,
    refuse,
    reply,
    tombstone,
)
from slackbridge.rules.prefix import near_note
from slackbridge.text.clean import digest
from tests.values import TS, heard, intent

PREFIXES = ("//", "note:", "🔒")
DIRECT = IntakeSettings("direct", PREFIXES, undo=10, fresh=900)
CONFIRMED = IntakeSettings("confirm", PREFIXES, undo=10, fresh=900)
EXPLICIT = IntakeSettings("explicit", PREFIXES, undo=10, fresh=900)
NOW = 1001.0
FILES = (SharedFile(id="F1", name="a.pdf"), SharedFile(id="F2", name="b.pdf"))


def state(text: str, rules: IntakeSettings = DIRECT) -> State | None:
    verdict = classify(heard(text), rules, NOW)
    return verdict.state if verdict else None


def rows(table: str, *more: str) -> list[str]:
    """The texts in a table; `¦` divides them."""
    texts = [text.strip(" ") for row in table.strip().splitlines() for text in row.split("¦")]
    return [*texts, *more]


# --- a prefix


@pytest.mark.parametrize(
    "text",
    rows(
        """
        // x ¦ //x ¦ note: x ¦ Note: x ¦ NOTE:x ¦ 🔒 x ¦ 🔒x ¦ 🔒\ufe0f x ¦ // ¦ //\u00a0x
        ／／ x ¦ ｎｏｔｅ： x ¦ note︓ x
        \u200f// x ¦ \u200b/\u200b/ x ¦ \ufeffnote: x ¦ no\u00adte\u200d: x ¦ \u202e\u2066// x
        // !reply x ¦   note: x
        """
    ),
)
def test_width_case_and_what_is_invisible_make_no_difference_to_a_prefix(text: str) -> None:
    assert state(text) is State.KEPT
    assert state(text, EXPLICIT) is State.KEPT


@pytest.mark.parametrize(
    "text",
    rows(
        """
        / /x ¦ / / x ¦ /x ¦ / x ¦ /team/lager fragen ¦ /note x ¦ 7/ x ¦ a// x ¦ ./ x ¦ \\\\ x ¦ \\ x
        ⁄⁄ x ¦ ∕∕x ¦ || x ¦ ﹨﹨ x
        note - x ¦ note – x ¦ note x ¦ note, x ¦ note; x ¦ note. x ¦ note
        Note :x ¦ note∶ x ¦ note=x ¦ note-x ¦ (note) x ¦ [Note] x ¦ note to self: x
        not: x ¦ ote: x ¦ noe: x ¦ nte: x ¦ noet: x ¦ ntoe: x ¦ onte: x ¦ notte: x
        n0te: x ¦ nоte: x ¦ note s: x ¦ notes: x ¦ mote: x ¦ nota: x ¦ no te: x ¦ n.ote: x
        🔐 x ¦ 🔏x ¦ 🔓 x ¦ :lock x ¦ :lok: x
        "// x" ¦ “// x” ¦ „note: x ¦ 'note: x' ¦ > // x ¦ - // x ¦ • note: x ¦ 1. // x
        * // x ¦ `// x` ¦ *note:* x ¦ _note: x_ ¦ **note** x ¦ 👍 // x ¦ 🙂🔐 x ¦ -note: x
        !// x ¦ !note: x ¦ /  / x ¦ ٪ // x
        Intern: x ¦ interne : x ¦ Interne Notiz: x ¦ internal note: x ¦ Privat - x
        FYI: x ¦ TODO: x ¦ psst: x ¦ Notiz: x ¦ # x ¦ ## x ¦ ;; x ¦ @ben kannst du?
        """,
        "note\nx",
    ),
)
def test_what_nearly_is_a_note_is_held(text: str) -> None:
    assert state(text) is State.HELD
    assert state(f"!reply {text}") is State.HELD


@pytest.mark.parametrize(
    "text",
    rows(
        """
        🙂 ¦ Ok ¦ Guten Tag ¦ Bonjour, ¦ Hi @Ben ¦ Siehe // unten
        Notre équipe vous répond demain. ¦ Not yet, sorry. ¦ Not, however ¦ Noted, thanks!
        Nothing: x ¦ Notiert, danke. ¦ Notieren Sie: x ¦ Notebook: x ¦ Notes are attached.
        Nota bene: x ¦ No: x ¦ Galaxy Note ¦ Nope - sorry
        https://shop.example/a ¦ 12/05 geht ¦ 1/2 der Lieferung ¦ S/N: 12345 ¦ +49 30/123
        Private sale is over. ¦ Privat haben wir ¦ Internal parts are new ¦ Interne Teile sind
        Internet: ja ¦ International, ja ¦ Todo está bien. ¦ #12345 ist da ¦ (Siehe Anhang)
        „Ja“, sagt er ¦ ¡Hola!
        !Hola María! ¦ ☎\ufe0f 030/123 ¦ :) gern ¦ :D gern ¦ 🙂 Hallo ¦ שלום ¦ → Schritt 1
        مرحبا، نعم ¦ Replying to you: yes ¦ Reply follows
        """,
        "- Punkt 1\n- Punkt 2",
        "1. Ja\n2. Nein",
        "> Zitat\nAntwort",
    ),
)
def test_an_ordinary_reply_goes_out(text: str) -> None:
    verdict = classify(heard(text), DIRECT, NOW)
    assert verdict is not None
    assert (verdict.state, verdict.text) == (State.QUEUED, text)


WORDS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x17F), max_size=8)


@given(st.sampled_from(PREFIXES), st.integers(0, 5), st.sampled_from("dist"), WORDS, st.data())
def test_no_note_is_one_typo_away(
    prefix: str, at: int, typo: str, words: str, data: st.DataObject
) -> None:
    """Letters deleted, inserted, substituted or transposed, anywhere in any prefix."""
    at %= len(prefix)
    key = data.draw(st.sampled_from("aeiorz0 ;-.,"))
    before, here, after = prefix[:at], prefix[at], prefix[at + 1 :]
    typed = {
        "d": before + after,
        "i": before + key + here + after,
        "s": before + key + after,
        "t": before + after[:1] + here + after[1:],
    }[typo]
    if prefix == "🔒" and typo in "ds":
        return  # the picture itself is gone: an ordinary text
    if here == ":" and typo == "s" and key.isalnum():
        return  # "Notez que", "Noted with thanks"
    assert state(f"{typed} {words}") in (State.KEPT, State.HELD)


@given(st.text(max_size=60), st.sampled_from([DIRECT, CONFIRMED, EXPLICIT]))
def test_any_text_gets_a_verdict_that_loses_none_of_it(text: str, rules: IntakeSettings) -> None:
    verdict = classify(heard(text), rules, NOW)
    if verdict is None:
        assert rules is EXPLICIT
    else:
        assert text.strip().endswith(verdict.text)


def test_a_long_text_is_judged_at_once() -> None:
    began = time.perf_counter()
    for unit in ("\u200e", "*", "1. ", "note ", "/ ", "🔐"):
        near_note(unit * 40_000, PREFIXES)
        state("\u200e" + unit * 40_000)
    assert time.perf_counter() - began < 10


def test_prefixes_are_the_admins_choice() -> None:
    rules = IntakeSettings("direct", ("#intern", "n:", "zz", "📝", "--"), undo=10, fresh=900)
    for text in ("#intern x", "N: x", "zz x", "📝x", "-- x"):
        assert state(text, rules) is State.KEPT
    for text in ("#intren x", "#inten x", "intern x", "# intern x", "- zz x"):
        assert state(text, rules) is State.HELD
    for text in ("#international", "no: x", "Internet", "zzyzx", "- Punkt", "note: x", "z x"):
        assert state(text, rules) is not State.KEPT
    for text in ("International: x", "no: x", "- Punkt", "n8: x"):
        assert state(text, rules) is State.QUEUED


# --- !reply


@pytest.mark.parametrize("text", ["!reply yes", "!Reply yes", "！reply   yes", "!reply\nyes"])
@pytest.mark.parametrize("rules", [DIRECT, CONFIRMED, EXPLICIT])
def test_reply_sends_without_its_prefix(text: str, rules: IntakeSettings) -> None:
    verdict = classify(heard(text, addressed=True), rules, NOW)
    assert verdict is not None
    assert (verdict.state, verdict.text) == (State.QUEUED, "yes")


@pytest.mark.parametrize("text", ["!repy yes", "! reply yes", "!replyyes", "!relpy yes", "!rply x"])
@pytest.mark.parametrize("rules", [DIRECT, CONFIRMED, EXPLICIT])
def test_a_mistyped_reply_is_neither_sent_as_it_stands_nor_forgotten(
    text: str, rules: IntakeSettings
) -> None:
    verdict = classify(heard(text), rules, NOW)
    assert verdict is not None
    assert (verdict.state, verdict.text) == (State.HELD, text)
    assert "!reply" in verdict.why


# --- modes and doubts


def test_modes() -> None:
    assert state("Hello", CONFIRMED) is State.HELD
    assert classify(heard("Hello"), EXPLICIT, NOW) is None
    assert classify(heard("", files=FILES[:1]), EXPLICIT, NOW) is None


@pytest.mark.parametrize("rules", [DIRECT, CONFIRMED, EXPLICIT])
def test_a_message_to_a_colleague_stays_inside(rules: IntakeSettings) -> None:
    verdict = classify(
        heard("@Ben can you?", addressed=True, files=FILES, broadcast=True), rules, NOW
    )
    assert verdict is not None
    assert verdict.state is State.KEPT


@pytest.mark.parametrize(
    ("text", "changes", "why"),
    [
        ("", {"files": FILES[:1]}, "cannot be sent to the customer"),
        ("See", {"files": FILES[:1]}, "without them?"),
        ("Hi @here", {"broadcast": True}, "calls colleagues"),
        ("Hello", {"ts": "100.5"}, "not listening"),
        ("Token xoxb-1234567890ab", {}, "password or a key"),
        ("xapp-1-A0123456789", {}, "password or a key"),
        ("Ihr Passwort: geheim", {}, "password or a key"),
        ("password = x", {}, "password or a key"),
        ("AKIAIOSFODNN7EXAMPLE", {}, "password or a key"),
        ("-----BEGIN RSA PRIVATE KEY-----", {}, "password or a key"),
    ],
)
@pytest.mark.parametrize("rules", [DIRECT, EXPLICIT])
def test_a_doubt_is_asked_about(
    text: str, changes: dict[str, object], why: str, rules: IntakeSettings
) -> None:
    text = f"!reply {text}" if rules is EXPLICIT else text
    verdict = classify(heard(text, **changes), rules, NOW)
    assert verdict is not None
    assert verdict.state is State.HELD
    assert why in verdict.why


def test_words_about_passwords_are_no_secret() -> None:
    assert state("Please reset your password, the tracking is xoxo") is State.QUEUED


def test_fresh_ends_after_its_time() -> None:
    assert classify(heard("x", ts="100"), DIRECT, 1000.0).state is State.QUEUED  # type: ignore[union-attr] # is a Verdict
    assert classify(heard("x", ts="100"), DIRECT, 1000.1).state is State.HELD  # type: ignore[union-attr] # is a Verdict


def test_what_was_written_under_other_settings_is_asked_about() -> None:
    rules = replace(DIRECT, since=1000.5)
    before, after = (classify(heard("x", ts=ts), rules, NOW) for ts in ("1000.4", "1000.6"))
    assert before == Verdict(State.HELD, "x", OTHER_SETTINGS)
    assert after == Verdict(State.QUEUED, "x")


# --- the intent it becomes


def test_a_reply_waits_for_its_undo_window() -> None:
    said = heard("Hello")
    verdict = classify(said, DIRECT, NOW)
    assert verdict is not None
    made = reply(said, verdict, DIRECT, NOW)
    assert (made.id, made.ts, made.channel, made.agent) == (TS, TS, "C1", "U1")
    assert (made.kind, made.state, made.text) == (Kind.REPLY, State.QUEUED, "Hello")
    assert (made.created, made.due, made.undoable) == (1000.0001, NOW + 10, True)
    at_once = IntakeSettings("direct", PREFIXES, undo=0, fresh=900)
    assert not reply(said, verdict, at_once, NOW).undoable


def test_a_held_one_cannot_be_undone_and_a_note_keeps_no_text() -> None:
    for text, kind, state_ in [
        ("note x", Kind.REPLY, State.HELD),
        ("note: x", Kind.NOTE, State.KEPT),
    ]:
        verdict = classify(heard(text), DIRECT, NOW)
        assert verdict is not None
        made = reply(heard(text), verdict, DIRECT, NOW)
        assert (made.kind, made.state) == (kind, state_)
        assert made.undoable is (not made.text) is (state_ is State.KEPT)


# --- edits


def edit(was: State, text: str, **changes: object) -> State | None:
    after = reclassified(intent(was, **changes), classify(heard(text), DIRECT, NOW))
    return after.state if after else None


@pytest.mark.parametrize(
    ("was", "text", "becomes"),
    [
        (State.QUEUED, "Better", State.QUEUED),
        (State.QUEUED, "Hello", None),
        (State.QUEUED, "// Better", State.KEPT),
        (State.QUEUED, "/ Better", State.HELD),
        (State.HELD, "Better", State.HELD),
        (State.HELD, "// Better", State.KEPT),
        (State.HELD, "/ Better", State.HELD),
        (State.FAILED, "Better", State.FAILED),
        (State.FAILED, "// Better", State.KEPT),
        (State.FAILED, "/ Better", State.HELD),
        (State.KEPT, "Better", None),
        (State.CANCELLED, "Better", None),
        (State.SENDING, "Better", State.SENDING),
        (State.SENDING, "Hello", None),
        (State.UNKNOWN, "Better", State.UNKNOWN),
        (State.UNKNOWN, "// Better", State.UNKNOWN),
        (State.SENT, "Better", State.SENT),
        (State.SENT, "// Better", State.SENT),
        (State.SENT, "hello", None),
    ],
)
def test_an_edit(was: State, text: str, becomes: State | None) -> None:
    assert edit(was, text) is becomes


@pytest.mark.parametrize("was", [State.QUEUED, State.HELD, State.FAILED])
def test_before_sending_the_edit_is_what_is_sent(was: State) -> None:
    after = reclassified(intent(was, reason="why"), classify(heard("Better"), DIRECT, NOW))
    assert after is not None
    assert after.text == "Better"
    assert after.reason == (CONFIRM if was is State.HELD else "why")


def test_edited_into_talk_or_a_note_nothing_is_sent_ever() -> None:
    for verdict in (None, classify(heard("// x"), DIRECT, NOW)):
        after = reclassified(intent(State.QUEUED), verdict)
        assert after is not None
        assert (after.state, after.text, after.reason) == (State.KEPT, "", INTO_A_NOTE)
        assert all(after_press(after, press, NOW, "U1") is None for press in Press)


def test_an_edit_after_sending_is_late_until_it_is_taken_back() -> None:
    sent = intent(State.SENT)
    late = reclassified(sent, classify(heard("Better"), DIRECT, NOW))
    assert late is not None
    assert (late.late, late.edit, late.digest) == ("edited", "", digest("Hello"))
    assert reclassified(late, classify(heard("Best"), DIRECT, NOW)) is None
    noted = reclassified(late, classify(heard("// Best"), DIRECT, NOW))
    assert noted is not None
    assert noted.late == "kept"
    back = reclassified(noted, classify(heard("Hello"), DIRECT, NOW))
    assert back is not None
    assert back.late == ""
    assert reclassified(sent.but(late="deleted"), classify(heard("Better"), DIRECT, NOW)) is None


@pytest.mark.parametrize("was", [State.SENDING, State.UNKNOWN])
def test_an_edit_of_unknown_fate_is_kept_for_the_case_that_nothing_was_sent(was: State) -> None:
    late = reclassified(intent(was), classify(heard("Better"), DIRECT, NOW))
    assert late is not None
    assert (late.text, late.edit, late.late) == ("Hello", "Better", "edited")
    again = reclassified(late, classify(heard("Best"), DIRECT, NOW))
    assert again is not None
    assert again.edit == "Best"
    noted = reclassified(again, classify(heard("// Best"), DIRECT, NOW))
    assert noted is not None
    assert (noted.late, noted.edit) == ("kept", "")


@pytest.mark.parametrize("was", [State.SENDING, State.UNKNOWN])
def test_an_edit_that_must_be_asked_about_is_asked_about_however_late(was: State) -> None:
    doubtful = reclassified(intent(was), classify(heard("/ he is a nuisance"), DIRECT, NOW))
    assert doubtful is not None
    again = requeue(doubtful, NOW)
    assert (again.state, again.text) == (State.HELD, "/ he is a nuisance")
    assert "note for colleagues" in again.reason
    certain = reclassified(doubtful, classify(heard("Better"), DIRECT, NOW))
    assert certain is not None
    assert requeue(certain, NOW).state is State.QUEUED


# --- what was judged before, by the settings of then

SOON, EDITED = 1050.0, "1049.5"
DECIDED = [(rules, refused) for rules in (DIRECT, CONFIRMED, EXPLICIT) for refused in (False, True)]


@pytest.mark.parametrize(("rules", "refused"), DECIDED)
@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("talk", State.KEPT),
        ("talk, corrected", State.KEPT),
        ("/ hm", State.KEPT),
        ("// a note", State.KEPT),
        ("!reply yes", State.QUEUED),
        ("!reply / hm", State.HELD),
        ("!repy yes", State.HELD),
    ],
)
def test_only_an_edit_that_says_reply_sends_what_was_not_to_be_sent(
    text: str, becomes: State, rules: IntakeSettings, refused: bool
) -> None:
    decided = tombstone(heard("talk"), refused=refused)
    after = after_edit(decided, heard(text, edited=EDITED), rules, SOON)
    assert after is not None
    assert after.state is (State.HELD if refused and becomes is State.QUEUED else becomes)
    assert after.edited == EDITED
    assert after_edit(after, heard(text, edited=EDITED), rules, SOON) is None, "a second delivery"
    if after.is_tombstone:
        assert after.refused is refused


def test_an_edit_that_was_refused_stays_so() -> None:
    told = heard("!reply yes", edited=EDITED)
    decided = refuse(tombstone(heard("talk")), told)
    assert decided is not None
    assert after_edit(decided, told, DIRECT, SOON) is None
    assert refuse(decided, heard("!reply no", edited="1049.4")) is None, "an older edit"
    assert refuse(intent(State.QUEUED), told) is None


def test_a_decision_takes_few_bytes() -> None:
    decided = tombstone(heard("talk " * 100, ts="1764468000.123456", user="U0123456789"))
    assert len(decided.dump()) <= 110


@pytest.mark.parametrize("state_", State)
def test_an_edit_is_not_judged_once_more_by_other_settings(state_: State) -> None:
    """Heard as an edit in one mode, and read again with its thread in another."""
    for said, first, then in [("Better", DIRECT, EXPLICIT), ("talk", EXPLICIT, DIRECT)]:
        live, read = heard(said, edited="1002.000200"), heard(said, edited="1002.000000")
        once = after_edit(intent(state_), live, first, SOON)
        if once is not None:
            assert after_edit(once, read, then, SOON) is None


def test_another_edit_of_the_same_second_counts_while_something_may_be_sent() -> None:
    once = after_edit(intent(State.QUEUED), heard("Better", edited="1002.000200"), DIRECT, SOON)
    assert once is not None
    after = after_edit(once, heard("Best", edited="1002.000000"), DIRECT, SOON)
    assert after is not None
    assert after.text == "Best"


def test_an_edit_of_a_queued_reply_belongs_to_the_settings_of_now() -> None:
    rules = replace(DIRECT, since=1500.0)
    after = after_edit(intent(State.QUEUED), heard("Better", edited="1501.0"), rules, 1501.0)
    assert after is not None
    assert (after.state, after.text) == (State.QUEUED, "Better")
