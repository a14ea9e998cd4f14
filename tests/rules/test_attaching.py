"""Which files may go to a marketplace with a reply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.files import File, FileLimits, SharedFile
from slackbridge.domain.intent import Press, State, after_press, conclude, fail
from slackbridge.rules.attaching import OFF, Outbound, named, too_much, unfit
from slackbridge.rules.intake import IntakeSettings, after_edit, classify, reply
from tests.values import KEY, heard, intent

LIMITS = FileLimits(1_000, 1_500, 2, frozenset({"image/*", "application/pdf"}))
OUT = Outbound(True, LIMITS)
DIRECT = IntakeSettings("direct", ("//",), undo=10, fresh=900, outbound=True)
TAKING = replace(DIRECT, limits={KEY.account: LIMITS}).of(KEY.account)
NONE = DIRECT.of("of another marketplace")
NOW = 1001.0


def shared(name: str = "a.pdf", size: int | None = 500, **changes: object) -> SharedFile:
    told = {"id": f"F-{name}", "name": name, "type": "application/pdf", "size": size, **changes}
    return SharedFile.model_validate(told)


@pytest.mark.parametrize(
    ("files", "out", "why"),
    [
        ((), Outbound(), ""),
        ((shared(),), OUT, ""),
        ((shared(), shared("b.png", type="image/png")), OUT, ""),
        ((shared(size=None),), OUT, ""),
        ((shared(type=""),), OUT, ""),
        ((shared(),), Outbound(False, LIMITS), OFF),
        ((shared(),), Outbound(True, None), "takes none"),
        ((shared(held=False),), OUT, "only a link"),
        ((shared(size=0),), OUT, "it is empty"),
        ((shared(size=1_001),), OUT, "`a.pdf` is too large (1 kB); the marketplace takes 1 kB"),
        ((shared(), shared("b", 1_000), shared("c")), OUT, "These are 3 files"),
        ((shared("a", 800), shared("b", 800)), OUT, "The files have 2 kB together"),
        ((shared("a.exe", type="application/x-msdownload"),), OUT, "no file of its type"),
    ],
)
def test_what_fits(files: tuple[SharedFile, ...], out: Outbound, why: str) -> None:
    told = unfit(files, out)
    assert why in told if why else told == ""


def test_what_was_fetched_is_judged_again() -> None:
    assert too_much([File("a.pdf", "application/pdf", b"x" * 1_000)], LIMITS) == ""
    assert "too large" in too_much([File("a.pdf", "application/pdf", b"x" * 1_001)], LIMITS)


def test_a_name_cannot_leave_its_words() -> None:
    assert named(shared("a`<!here>\n`b")) == "`a'&lt;!here&gt; 'b`"


def test_a_file_that_fits_goes_with_its_text() -> None:
    said = heard("Here it is", files=(shared(),))
    verdict = classify(said, TAKING, NOW)
    assert verdict is not None
    assert (verdict.state, verdict.text_only) == (State.QUEUED, False)
    made = reply(said, verdict, TAKING, NOW)
    assert made.files == (shared(),)
    undone = after_press(made, Press.UNDO, NOW, "U1")
    assert undone is not None
    assert undone.state is State.CANCELLED
    assert undone.files == (SharedFile(id="F-a.pdf"),), "its name is not kept"


def test_files_that_do_not_fit_are_asked_about_and_the_text_may_go_alone() -> None:
    said = heard("Here it is", files=(shared(),))
    verdict = classify(said, NONE, NOW)
    assert verdict is not None
    assert (verdict.state, verdict.text_only) == (State.HELD, True)
    held = reply(said, verdict, NONE, NOW)
    for press in (Press.SEND_TEXT, Press.SEND):
        sent = after_press(held, press, NOW, "U1")
        assert sent is not None
        assert (sent.state, sent.text, sent.files) == (State.QUEUED, "Here it is", ())


def test_what_is_held_for_another_reason_keeps_its_files() -> None:
    said = heard("Ask @Ben", files=(shared(),), mentions=True)
    verdict = classify(said, TAKING, NOW)
    assert verdict is not None
    held = reply(said, verdict, TAKING, NOW)
    sent = after_press(held, Press.SEND, NOW, "U1")
    assert sent is not None
    assert (sent.state, sent.files) == (State.QUEUED, (shared(),))


def test_a_file_without_a_text_waits_for_one() -> None:
    said = heard("", files=(shared(),))
    verdict = classify(said, TAKING, NOW)
    assert verdict is not None
    assert verdict.state is State.HELD
    held = reply(said, verdict, TAKING, NOW)
    assert after_press(held, Press.SEND, NOW, "U1") is None
    after = after_edit(held, replace(said, text="See the file", edited="1000.5"), TAKING, NOW)
    assert after is not None
    assert (after.state, after.text, after.files) == (State.HELD, "See the file", (shared(),))


def test_a_note_stays_inside_with_its_files() -> None:
    said = heard("// look", files=(shared(),))
    verdict = classify(said, TAKING, NOW)
    assert verdict is not None
    assert reply(said, verdict, TAKING, NOW).files == ()


def test_a_file_that_the_agent_removes_is_not_sent() -> None:
    said = heard("Here", files=(shared(), shared("b.pdf")))
    verdict = classify(said, TAKING, NOW)
    assert verdict is not None
    made = reply(said, verdict, TAKING, NOW)
    after = after_edit(made, replace(said, files=(shared(),), edited="1000.5"), TAKING, NOW)
    assert after is not None
    assert (after.state, after.files) == (State.QUEUED, (shared(),))


def test_after_a_failure_the_text_may_go_alone() -> None:
    failed = fail(intent(files=(shared(),)), "“a.pdf” was deleted in Slack")
    after = after_press(failed, Press.SEND_TEXT, NOW, "U1")
    assert after is not None
    assert (after.state, after.files, after.text) == (State.QUEUED, (), "Hello")
    assert after_press(fail(intent(), "no"), Press.SEND_TEXT, NOW, "U1") is None


def test_no_name_of_a_file_outlives_its_reply() -> None:
    settled = conclude(intent(files=(shared("Ada.pdf", id="F1"),)), State.SENT)
    assert "Ada" not in settled.dump()
    assert len(settled.files) == 1
