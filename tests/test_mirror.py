"""What Slack shows of a ticket and what it does not show yet: complete, in order, each once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.document import digest, normalise, plain
from slackbridge.intent import Intent, State
from slackbridge.mirror import (
    CARD,
    PART_LIMIT,
    OpenPost,
    Shown,
    card,
    echoes,
    message_field,
    next_part,
    own,
    posted,
    words_effect,
)
from slackbridge.model import (
    Action,
    Attachment,
    Author,
    Capabilities,
    Conversation,
    Kind,
    Person,
    Status,
)
from slackbridge.view import Part
from tests.values import AT, conversation, intent, message, ticket

REFURBED = Capabilities(
    statuses=frozenset({Status.WAITING, Status.SOLVED}),
    internal_notes=True,
    private_notes=True,
    assign=True,
    follow_up=True,
    why_not={"reopen": "It opens again when somebody writes."},
)
EVERYTHING = Capabilities(statuses=frozenset(Status))
NOTHING = Capabilities()


def shown(**fields: str) -> Shown:
    return Shown.of(fields)


# --- what is stored


def test_what_is_stored_is_read() -> None:
    post = OpenPost(effect=CARD, channel="C1", at=1, deadline=2)
    fields = {
        "ch": "C1",
        "ts": "1.1",
        "card": "abc",
        "card_at": "5.5",
        "late": "6.5",
        "post": post.model_dump_json(),
        "holder": "U1",
        "rev": "r1",
        "st": "OPEN",
        "caught": "3.3",
        "look": "1",
        "tries": "4",
        "m:7": "1.2",
        "m:a:b": "1.3 1.4 +",
    }
    parts = {"7": "1.2", "a:b": "1.3 1.4 +"}
    expected = Shown("C1", "1.1", "abc", 5.5, 6.5, post, "U1", "r1", "OPEN", "3.3", True, 4, parts)
    assert shown(**fields) == expected
    assert shown() == Shown("", "", "", 0.0, 0.0, None, "", "", "", "", False, 0, {})


@pytest.mark.parametrize(
    ("value", "whole", "count"),
    [("", False, 0), ("1.1", True, 1), ("1.1 +", False, 1), ("1.1 1.2", True, 2), ("=9", True, 1)],
)
def test_how_much_of_a_message_is_shown(value: str, whole: bool, count: int) -> None:
    it = shown(**{"m:7": value})
    assert (it.whole("7"), it.count("7")) == (whole, count)


def test_the_effect_says_what_to_store() -> None:
    assert posted(CARD, "1.1", "C1", shown()) == {"ch": "C1", "ts": "1.1"}
    assert posted(words_effect("9"), "1.1", "C1", shown()) == {}
    assert posted("m:a:b/c:1/2", "1.1", "C1", shown()) == {"m:a:b/c": "1.1 +"}
    half = shown(**{"m:a:b/c": "1.1 +"})
    assert posted("m:a:b/c:2/2", "1.2", "C1", half) == {"m:a:b/c": "1.1 1.2"}


# --- posting


def play(there: Conversation, fields: dict[str, str]) -> list[Part]:
    """Post until everything is shown."""
    parts: list[Part] = []
    while (post := next_part(Shown.of(fields), there)) is not None:
        assert len(parts) < 200, "it never ends"
        assert isinstance(post.item, Part)
        parts.append(post.item)
        fields |= posted(post.effect, f"{len(parts)}.5", "C1", Shown.of(fields))
    return parts


texts = st.lists(st.text("ab \n", max_size=50) | st.just("word " * 1500), max_size=5)


@given(texts)
def test_every_message_is_posted_whole_in_order_and_once(bodies: list[str]) -> None:
    ids = ["x:1/2", "=3", "+", "7", "m:7"][: len(bodies)]
    there = conversation(
        *(message(id, text, Author.CUSTOMER) for id, text in zip(ids, bodies, strict=True))
    )
    fields: dict[str, str] = {}
    assert not any(Shown.of(fields).whole(m.id) for m in there.messages)
    parts = play(there, fields)
    assert all(Shown.of(fields).whole(m.id) for m in there.messages)
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
    fields = {message_field("1"): own(intent(State.SENT))}
    assert play(conversation(message("1")), fields) == []


# --- echoes


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


def test_two_of_the_same_words_are_two() -> None:
    one, two = intent(State.SENT, id="a"), intent(State.SENT, id="b")
    there = conversation(message("1"), message("2"), message("3"))
    assert found(there, one, two) == {"1": "a", "2": "b"}


# --- the card


@pytest.mark.parametrize(
    ("status", "can", "actions"),
    [
        (
            Status.NEEDS_AGENT,
            REFURBED,
            ("reply", "solve", "claim", "more", "pending", "internal", "private", "unclaim"),
        ),
        (
            Status.WAITING,
            REFURBED,
            ("reply", "solve", "claim", "more", "pending", "internal", "private", "unclaim"),
        ),
        (
            Status.SOLVED,
            REFURBED,
            ("reply", "claim", "more", "internal", "private", "unclaim"),
        ),
        (Status.CLOSED, REFURBED, ("follow_up",)),
        (
            Status.NEEDS_AGENT,
            EVERYTHING,
            ("reply", "solve", "close", "claim", "more", "pending", "unclaim"),
        ),
        (Status.SOLVED, EVERYTHING, ("reply", "claim", "more", "unclaim")),
        (Status.CLOSED, EVERYTHING, ("reopen",)),
        (Status.CLOSED, NOTHING, ()),
        (Status.NEEDS_AGENT, NOTHING, ("reply", "claim", "more", "unclaim")),
    ],
)
def test_only_what_is_possible_is_offered(
    status: Status, can: Capabilities, actions: tuple[str, ...]
) -> None:
    assert card(ticket(status), "x", can, shown(holder="U1"), (), 0.0).actions == actions
    free = card(ticket(status), "x", can, shown(), (), 0.0).actions
    rest = tuple(action for action in actions if action != "unclaim")
    assert free == (rest[:-1] if rest[-1:] == ("more",) else rest)


def test_what_only_this_marketplace_offers_stands_behind_more() -> None:
    form, refund = Action("close_form", "Close"), Action("refund", "Refund")
    reopen = Action("reopen_it", "Reopen", statuses=frozenset({Status.CLOSED}))
    can = Capabilities(actions=(form, refund, reopen), status_forms={Status.CLOSED: "close_form"})
    found = card(ticket(), "x", can, shown(), (), 0.0)
    assert found.actions == ("reply", "claim", "more", "refund")
    assert dict(found.labels)["refund"] == "Refund"
    assert card(ticket(Status.CLOSED), "x", can, shown(), (), 0.0).actions == ("more", "reopen_it")


@pytest.mark.parametrize(
    ("status", "can", "hint"),
    [
        (Status.CLOSED, REFURBED, "Closed for good"),
        (Status.SOLVED, REFURBED, "opens again"),
        (Status.SOLVED, EVERYTHING, ""),
        (Status.CLOSED, NOTHING, ""),
        (Status.WAITING, REFURBED, ""),
    ],
)
def test_the_hint_says_what_is_possible_instead(
    status: Status, can: Capabilities, hint: str
) -> None:
    found = card(ticket(status), "x", can, shown(), (), 0.0).hint
    assert hint in found
    assert bool(found) is bool(hint)


@pytest.mark.parametrize(
    ("status", "waits", "due"),
    [
        (Status.NEEDS_AGENT, True, True),
        (Status.WAITING, False, True),
        (Status.SOLVED, False, False),
        (Status.CLOSED, False, False),
    ],
)
def test_clocks_stop_with_the_ticket(status: Status, waits: bool, due: bool) -> None:
    it = card(
        ticket(status, waiting_since=AT, due_at=AT, takeover_at=AT), "x", REFURBED, shown(), (), 0.0
    )
    assert (it.waiting_since, it.due_at, it.takeover_at) == (
        AT if waits else None,
        AT if due else None,
        AT if due else None,
    )


@pytest.mark.parametrize(
    ("hours", "left"),
    [(23.9, "23 h left"), (1.0, "1 h left"), (0.5, "less than an hour left"), (-0.1, "overdue")],
)
def test_a_ticket_that_is_read_by_the_clock_counts_down(hours: float, left: str) -> None:
    now = AT.timestamp() - hours * 3600
    by_the_clock = ticket(due_at=AT, recheck=3600.0)
    assert card(by_the_clock, "x", REFURBED, shown(), (), now).left == left
    assert card(ticket(due_at=AT), "x", REFURBED, shown(), (), now).left == ""
    ended = ticket(Status.CLOSED, due_at=AT, recheck=3600.0)
    assert card(ended, "x", REFURBED, shown(), (), now).left == ""


def test_the_card_says_what_the_ticket_says() -> None:
    it = card(
        ticket(customer=Person("", "a@b.example"), assignee=Person("", "bo@x.example")),
        "refurbed",
        REFURBED,
        shown(holder="U3"),
        (),
        0.0,
    )
    assert (it.customer, it.email, it.assignee) == ("a@b.example", "a@b.example", "bo@x.example")
    assert (it.holder, it.status, it.raw_status, it.provider) == (
        "U3",
        "needs agent",
        "NEEDS_AGENT",
        "refurbed",
    )


SOLVED = intent(State.SENT, id="1", kind=Kind.STATUS, status=Status.SOLVED, agent="U1")
ANSWERED = intent(State.SENT, id="2", agent="U2")


@pytest.mark.parametrize(
    ("status", "intents", "did"),
    [
        (Status.SOLVED, (ANSWERED, SOLVED), "Solved by <@U1>"),
        (Status.SOLVED, (SOLVED, ANSWERED), "Last answered by <@U2>"),
        (Status.NEEDS_AGENT, (ANSWERED, SOLVED), "Last answered by <@U2>"),
        (Status.SOLVED, (intent(State.SENT, status=Status.SOLVED),), "Solved by <@U1>"),
        (
            Status.WAITING,
            (SOLVED.but(status=Status.WAITING),),
            "Set to waiting for customer by <@U1>",
        ),
        (Status.SOLVED, (SOLVED.but(state=State.FAILED),), ""),
        (Status.SOLVED, (SOLVED.but(agent=""),), ""),
        (Status.SOLVED, (SOLVED.but(kind=Kind.ASSIGN, status=None),), ""),
        (Status.SOLVED, (), ""),
    ],
)
def test_who_did_it(status: Status, intents: tuple[Intent, ...], did: str) -> None:
    stored = [Intent.load(it.dump()) for it in intents]
    assert card(ticket(status), "x", REFURBED, shown(), stored, 0.0).did == did
