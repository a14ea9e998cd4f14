"""Replies sent from here, recognised when the marketplace lists them."""

from __future__ import annotations

from slackbridge.domain.files import Attachment, SharedFile
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Author, Conversation, Kind
from slackbridge.domain.record import StoredTicket
from slackbridge.rules.echo import echoes
from slackbridge.text.clean import digest
from slackbridge.text.document import plain
from tests.values import conversation, intent, message


def shown(**fields: str) -> StoredTicket:
    return StoredTicket.of(fields)


def found(there: Conversation, *intents: Intent, **fields: str) -> dict[str, str]:
    digests = {m.id: digest(plain(m.body)) for m in there.messages if m.author is Author.AGENT}
    return {id: it.id for id, it in echoes(shown(**fields), there, intents, digests).items()}


def test_what_was_sent_from_here_is_recognised_when_it_comes_back() -> None:
    sent = intent(State.SENT)
    there = conversation(
        message("1", author=Author.CUSTOMER), message("2", "Other"), message("3", "hello")
    )
    assert found(there, sent) == {"3": sent.id}
    assert found(there, sent, **{"m:3": "1.1"}) == {}
    assert found(there, sent.but(message="9")) == {}
    assert found(there, sent.but(kind=Kind.PRIVATE)) == {}
    assert found(there, intent(State.UNKNOWN)) == {"3": sent.id}
    assert found(there, sent.but(kind=Kind.INTERNAL)) == {}, "not what the customer reads"
    assert found(there, sent.but(kind=Kind.FOLLOW_UP)) == {}, "that is in another ticket"


def test_what_was_surely_sent_comes_before_what_a_human_must_decide_on() -> None:
    vague, sure = intent(State.UNKNOWN, id="a"), intent(State.SENT, id="b")
    assert found(conversation(message("1")), vague, sure) == {"1": "b"}
    assert found(conversation(message("1"), message("2")), vague, sure) == {"1": "b", "2": "a"}


def test_what_was_declined_may_have_come_in_all_the_same() -> None:
    declined = intent(State.QUEUED, text="hello", digest="", before=("1",))
    there = conversation(message("1", "hello"), message("2", "hello"))
    assert found(there, declined) == {"2": declined.id}
    assert found(there, declined.but(text="hello again")) == {}, "edited since"
    assert found(there, declined.but(before=None)) == {}, "never tried"


def test_an_uncertain_reply_is_not_its_text_without_its_files() -> None:
    files = [SharedFile(id="F1")]
    bare = conversation(message("1"))
    whole = conversation(message("1", attachments=(Attachment("a.pdf", "https://shop.test/"),)))
    vague = intent(State.UNKNOWN, files=files)
    assert found(bare, vague) == {}
    assert found(whole, vague) == {"1": vague.id}
    sent = intent(State.SENT, files=files)
    assert found(bare, sent) == {"1": sent.id}, "shown twice it would be no better"


def test_two_of_the_same_words_are_two() -> None:
    one, two = intent(State.SENT, id="a"), intent(State.SENT, id="b")
    there = conversation(message("1"), message("2"), message("3"))
    assert found(there, one, two) == {"1": "a", "2": "b"}
