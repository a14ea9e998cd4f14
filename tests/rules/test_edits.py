"""What counts as an edit of a message, and how its record changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.chat import Mark, edit_effect, edit_of, part_of
from slackbridge.domain.model import Attachment
from slackbridge.domain.record import StoredTicket, own
from slackbridge.domain.shown import ShownMessage
from slackbridge.domain.thread import Post, Thread
from slackbridge.rules import edits
from slackbridge.rules.next_post import next_edit, not_recorded, posted
from slackbridge.rules.restore import shown
from tests.values import KEY, conversation, intent, message

OLD, NEW = message("7", "to the old address"), message("7", "to the new address")
PRINT, BECAME = edits.print_of(OLD), edits.print_of(NEW)
FILE = Attachment("a.pdf", "https://shop.test/1", "application/pdf")


def stored(value: str) -> StoredTicket:
    return StoredTicket.of({"m:7": value})


def test_a_print_is_of_text_and_files_alone() -> None:
    assert len(PRINT) == 4
    assert edits.print_of(replace(OLD, name="Another")) == PRINT
    assert edits.print_of(message("7", "To the  old *address*")) == PRINT
    with_file = edits.print_of(replace(OLD, attachments=(FILE,)))
    assert with_file not in (PRINT, BECAME)
    moved = replace(FILE, url="https://shop.test/2?signature=1")
    assert edits.print_of(replace(OLD, attachments=(moved,))) == with_file


@pytest.mark.parametrize(
    "value",
    ["", "1.1", "1.1 +", "1.1 1.2 ~abcd", "=9", "=", "1.1 /5.1 ~abcd", "1.1 /4.1 ~abcd ^efgh /5.1"],
)
def test_every_stored_form_is_written_as_it_was_read(value: str) -> None:
    assert ShownMessage.load(value).text == value


@pytest.mark.parametrize(
    ("value", "shows"),
    [
        (f"1.1 ~{PRINT}", True),
        (f"1.1 ~{BECAME}", False),
        ("1.1", False),  # what it said is not known
        ("1.1 +", False),
        (own(intent()), False),
        (f"1.1 /5.1 /6.1 /7.1 ~{PRINT}", False),  # three within the hour
        (f"1.1 /-9000.1 /6.1 /7.1 ~{PRINT}", True),
    ],
)
def test_what_is_shown_as_an_edit(value: str, shows: bool) -> None:
    post = next_edit(stored(value), edits.edited(stored(value), conversation(NEW)), 10.0)
    assert (post is not None) == shows
    if post is not None:
        assert post.effect == edit_effect("7", BECAME, 1, 1)
        assert posted(post.effect, "9.1", "C1", stored(value)) == {
            "parts": {"7": f"{value.partition(' ~')[0]} /9.1 ~{BECAME}"}
        }


def test_an_effect_is_read_as_it_was_written() -> None:
    effect = edit_effect("a:b/c", "ab-_", 2, 3)
    assert edit_of(effect) == ("a:b/c", "ab-_", 2, 3)
    assert part_of(effect) is None
    assert edit_of("m:7:1/1") is None


def test_an_edit_in_parts_survives_another_edit_and_a_failover() -> None:
    first = edit_effect("7", "aaaa", 1, 2)
    begun = stored("1.1 ~zzzz").patched(posted(first, "5.1", "C1", stored("1.1 ~zzzz")))
    assert begun.parts["7"] == "1.1 ~zzzz ^aaaa /5.1"
    assert begun.timestamps() >= {"1.1", "5.1"}
    other = posted(edit_effect("7", "bbbb", 1, 1), "6.1", "C1", begun)
    assert other == {"parts": {"7": "1.1 /5.1 /6.1 ~bbbb"}}
    standing = [("m:7:1/1", "1.1"), (first, "5.1"), (edit_effect("7", "aaaa", 2, 2), "5.2")]
    known = not_recorded(stored("1.1 ~zzzz"), standing)
    assert known == {"parts": {"7": "1.1 /5.1 /5.2 ~aaaa"}}
    assert not_recorded(stored("1.1 /5.1 /5.2 ~aaaa"), standing) == {}


def test_what_is_not_known_yet_is_noted_with_the_next_write() -> None:
    there = conversation(NEW, message("8", "mine"))
    value = StoredTicket.of({"m:7": "1.1", "m:8": own(intent())})
    assert edits.unprinted(value, there) == {"7": f"1.1 ~{BECAME}"}


def test_a_rebuild_knows_the_edits_that_stand() -> None:
    marks = [("m:7:1/1", "1.1"), (edit_effect("7", "aaaa", 1, 1), "5.1"), ("w:9", "6.1")]
    posts = tuple(Post(ts, Mark(KEY, effect)) for effect, ts in marks)
    assert shown(Thread(KEY, "C1", "1.0", posts)).parts == {"7": "1.1 /5.1 ~aaaa"}
