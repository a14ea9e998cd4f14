"""What is posted next: every message complete, in order, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.chat import CARD, words_effect
from slackbridge.domain.intent import State
from slackbridge.domain.model import Attachment, Author, Conversation
from slackbridge.domain.record import StoredTicket, encoded, own
from slackbridge.domain.view import Part
from slackbridge.rules.next_post import PART_LIMIT, next_part, pieces_of, posted
from slackbridge.text.clean import normalise
from slackbridge.text.document import from_text, plain, split
from tests.values import conversation, intent, message


def shown(**fields: str) -> StoredTicket:
    return StoredTicket.of(fields)


@pytest.mark.parametrize(
    ("value", "whole", "count"),
    [
        ("", False, 0),
        ("1.1", True, 1),
        ("1.1 +", False, 1),
        ("1.1 1.2", True, 2),
        ("=9", True, 0),
        ("1.1 1.2 /5.1 ~abcd", True, 2),
        ("1.1 ~abcd ^efgh /5.1", True, 1),
    ],
)
def test_how_much_of_a_message_is_shown(value: str, whole: bool, count: int) -> None:
    it = shown(**{"m:7": value})
    assert (it.whole("7"), len(it.shown_parts("7"))) == (whole, count)


def test_the_effect_says_what_to_store() -> None:
    assert posted(CARD, "1.1", "C1", shown()) == {"channel": "C1", "root": "1.1"}
    assert posted(words_effect("9"), "1.1", "C1", shown()) == {}
    assert posted("m:a:b/c:1/2", "1.1", "C1", shown()) == {"parts": {"a:b/c": "1.1 +"}}
    half = shown(**{"m:a:b/c": "1.1 +"})
    assert posted("m:a:b/c:2/2", "1.2", "C1", half) == {"parts": {"a:b/c": "1.1 1.2"}}


def play(there: Conversation, fields: dict[str, str]) -> list[Part]:
    """Post until everything is shown."""
    parts: list[Part] = []
    while (post := next_part(StoredTicket.of(fields), there)) is not None:
        assert len(parts) < 200, "it never ends"
        assert isinstance(post.item, Part)
        parts.append(post.item)
        put, _ = encoded(posted(post.effect, f"{len(parts)}.5", "C1", StoredTicket.of(fields)))
        fields |= put
    return parts


texts = st.lists(st.text("ab \n", max_size=50) | st.just("word " * 1500), max_size=5)


@given(texts)
def test_every_message_is_posted_whole_in_order_and_once(bodies: list[str]) -> None:
    ids = ["x:1/2", "=3", "+", "7", "m:7"][: len(bodies)]
    there = conversation(
        *(message(id, text, Author.CUSTOMER) for id, text in zip(ids, bodies, strict=True))
    )
    fields: dict[str, str] = {}
    assert not any(StoredTicket.of(fields).whole(m.id) for m in there.messages)
    parts = play(there, fields)
    assert all(StoredTicket.of(fields).whole(m.id) for m in there.messages)
    said = normalise(" ".join(plain(part.body) for part in parts))
    assert said == normalise(" ".join(bodies))
    assert [part.number for part in parts] == [n + 1 for p in runs(parts) for n in range(p)]
    assert all(len(plain(part.body)) <= PART_LIMIT for part in parts)


def runs(parts: list[Part]) -> list[int]:
    """How many parts each message has."""
    return [part.total for part in parts if part.number == 1]


def test_attachments_come_with_the_last_part() -> None:
    file = Attachment("a.pdf", "https://x.example/a")
    there = conversation(message("1", "word " * 1500, attachments=(file,)))
    assert [part.attachments for part in play(there, {})] == [(), (), (file,)]


def test_a_message_that_shrank_half_way_ends() -> None:
    fields = {"m:1": "1.1 1.2 +"}
    parts = play(conversation(message("1", "short now")), fields)
    assert [(part.number, part.total) for part in parts] == [(1, 1)]
    assert shown(**fields).whole("1")


def test_a_message_between_those_shown_is_not_lost() -> None:
    there = conversation(message("1", "a"), message("2", "b"), message("3", "c"))
    fields = {"m:1": "1.1", "m:3": "1.3"}
    assert [plain(part.body) for part in play(there, fields)] == ["b"]


def test_an_agents_own_message_is_not_shown_again() -> None:
    fields = {"m:1": own(intent(State.SENT))}
    assert play(conversation(message("1")), fields) == []


def test_a_message_that_an_earlier_version_began_goes_on_where_it_ended() -> None:
    """A part that stands is only counted: another cut of an ordinary message would repeat text."""
    long = message(
        "7", from_text("\n\n".join(f"Complaint {n}, in more words." for n in range(180)))
    )
    pieces = split(long.body, PART_LIMIT)
    assert pieces_of(long) == pieces, "cut as before parts had a weight"
    begun = shown(**{"m:7": "1.1 +"})
    post = next_part(begun, conversation(long))
    assert post is not None
    assert isinstance(post.item, Part)
    assert post.effect == f"m:7:2/{len(pieces)}"
    assert post.item.body == pieces[1]


def test_a_heavy_message_of_which_a_part_stands_loses_nothing() -> None:
    """Cut smaller now, it goes on before the place where it ended, never after."""
    heavy = message("7", from_text("&<>" * 2_000))
    before, now = split(heavy.body, PART_LIMIT), pieces_of(heavy)
    assert len(before) < len(now)
    rest = "".join(map(plain, now[1:]))
    assert rest.endswith("".join(map(plain, before[1:])))
