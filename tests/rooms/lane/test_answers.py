"""A 2xx is no proof: an act counts as done when the marketplace shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from slackbridge.domain.errors import Code, Unknown
from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import (
    Act,
    Action,
    Capabilities,
    Conversation,
    Kind,
    Message,
    Person,
    Status,
    Ticket,
    TicketKey,
)
from slackbridge.domain.record import Change
from slackbridge.ports.provider import Provider
from slackbridge.rooms.lane.sender import Sender
from slackbridge.rooms.lane.settings import SendSettings
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.store.redis import RedisStore
from tests.values import KEY, conversation, intent, message, ticket

SENDING = SendSettings(timeout=0.2, settle=0.1, retry=0, retry_max=0, give_up=900)
TAKEN = "the marketplace took it, but"
CAN = Capabilities(
    statuses=frozenset(Status),
    internal_notes=True,
    private_notes=True,
    assign=True,
    follow_up=True,
    actions=(
        Action("refund", "Refund", opens=True),
        Action("archive", "Archive"),
        Action("shut", "Close with a comment"),
    ),
    status_forms={Status.CLOSED: "shut"},
)
Begin = Callable[..., Any]


class Marketplace:
    """`answer` is what a write is answered with; `shows` are the messages that a read shows."""

    capabilities = CAN

    def __init__(self, answer: Conversation | Exception | None) -> None:
        self.answer = answer
        self.shows: tuple[Message, ...] = ()
        self.key = KEY
        self.opened: tuple[Ticket, ...] = ()
        self.writes = 0
        self.reads = 0

    async def get(self, id: str) -> Conversation:
        self.reads += 1
        return conversation(*self.shows, key=self.key)

    async def perform(self, id: str, act: Act, timeout: float) -> Conversation | None:
        self.writes += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def follow_ups(self, id: str) -> tuple[Ticket, ...]:
        return self.opened


@pytest.fixture
def begin(store: RedisStore) -> Begin:
    async def begin(kind: Kind = Kind.REPLY, **more: Any) -> TicketPass:
        """A pass over a ticket with one queued intent."""
        await store.sync()
        asked = intent(created=store.now(), ts="", kind=kind, **more)
        await store.write(KEY, Change(swaps=((None, asked),)))
        await store.make_due(KEY.account, {KEY.id: store.now()}, {})
        (lease,), _ = await store.lease(KEY.account, 1)
        return TicketPass(store, lease, await store.load(KEY))

    return begin


async def turn(pass_: TicketPass, market: Marketplace) -> Intent:
    """The intent after a turn of the sender, as in a new pass."""

    async def may(user: str, money: bool) -> str:
        return ""

    pass_.conversation = None
    await Sender(cast(Provider, market), may, SENDING).run(pass_)
    return pass_.intents[0]


async def settled(pass_: TicketPass, market: Marketplace) -> Intent:
    """The intent once it is not open any more."""
    after = await turn(pass_, market)
    for _ in range(200):
        if not after.state.open:
            break
        await asyncio.sleep(0.02)
        after = await turn(pass_, market)
    return after


def shown(*messages: Message, **changes: Any) -> Conversation:
    return conversation(*messages, **changes)


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.INTERNAL])
async def test_what_the_answer_shows_is_sent_without_another_read(begin: Begin, kind: Kind) -> None:
    market = Marketplace(shown(message("1", "Hello", scope=kind.scope)))
    after = await turn(await begin(kind), market)
    assert (after.state, after.message) == (State.SENT, "1")
    assert (market.writes, market.reads) == (1, 1), "one read before it, for the baseline"


@pytest.mark.parametrize(
    "text", ["<Hello>", "Hello -- The Refurbished Team", "Hel", "*hello*", "Hello!"]
)
async def test_an_answer_may_show_it_rewritten(begin: Begin, text: str) -> None:
    market = Marketplace(shown(message("1", text)))
    assert (await turn(await begin(), market)).message == "1"


@pytest.mark.parametrize("other", [(), (message("2", "What a colleague has written meanwhile"),)])
async def test_a_reply_that_the_answer_does_not_show_is_looked_for(
    begin: Begin, other: tuple[Message, ...]
) -> None:
    market, pass_ = Marketplace(shown(*other)), await begin()
    after = await turn(pass_, market)
    assert (after.state, after.reason) == (State.SENDING, f"{TAKEN} does not show it")
    market.shows = (*other, message("1"))  # it only took a while
    after = await turn(pass_, market)
    assert (after.state, after.message, market.writes) == (State.SENT, "1", 1)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Kind.REPLY, {}),
        (Kind.INTERNAL, {}),
        (Kind.STATUS, {"text": "", "status": Status.CLOSED}),
        (Kind.ASSIGN, {"text": "", "email": "a@example.com"}),
        (Kind.PRIVATE, {}),
        (Kind.FOLLOW_UP, {}),
        (Kind.ACTION, {"action": "shut"}),
    ],
)
@pytest.mark.parametrize("answer", [shown(), None, Unknown("Locked", code=Code.DENIED)])
async def test_what_is_never_shown_is_asked_about_and_not_done_again(
    begin: Begin, kind: Kind, more: dict[str, Any], answer: Conversation | Exception | None
) -> None:
    market, pass_ = Marketplace(answer), await begin(kind, **more)
    after = await settled(pass_, market)
    if kind is Kind.ACTION and answer is None:
        assert after.state is State.SENT, "some actions are answered with nothing"
        return
    assert (after.state, market.writes) == (State.UNKNOWN, 1)
    told = "the marketplace does not tell" if kind is Kind.ACTION else TAKEN
    assert after.reason.startswith(
        "Locked" if isinstance(answer, Exception) and kind is not Kind.ACTION else told
    )


async def test_without_a_ticket_in_the_answer_one_read_settles_it(begin: Begin) -> None:
    market, pass_ = Marketplace(None), await begin()
    await turn(pass_, market)
    market.shows = (message("1"),)
    assert (await turn(pass_, market)).message == "1"
    assert (market.writes, market.reads) == (1, 3), "baseline, the look, and one when it shows"


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        (Kind.STATUS, {"status": Status.CLOSED}, "shows the ticket as &lt;OPEN&gt;"),
        (Kind.ASSIGN, {"email": "a@example.com"}, "shows it assigned to B"),
    ],
)
async def test_the_words_tell_what_is_shown_instead(
    begin: Begin, kind: Kind, more: dict[str, Any], words: str
) -> None:
    answer = shown(raw_status="<OPEN>", assignee=Person("B", "b@example.com"))
    after = await turn(await begin(kind, text="", **more), Marketplace(answer))
    assert (after.state, after.reason) == (State.SENDING, f"{TAKEN} {words}")


@pytest.mark.parametrize(
    ("kind", "more", "answer"),
    [
        (Kind.STATUS, {"text": "", "status": Status.CLOSED}, {"status": Status.CLOSED}),
        (
            Kind.ASSIGN,
            {"text": "", "email": "a@example.com"},
            {"assignee": Person("A", "A@example.com")},
        ),
        (Kind.ASSIGN, {"text": ""}, {}),
        (Kind.PRIVATE, {}, {"notes": "before\nHello"}),
        (Kind.ACTION, {"action": "archive"}, {}),
        (Kind.ACTION, {"action": "shut"}, {"status": Status.CLOSED}),
    ],
)
async def test_what_is_set_is_done(
    begin: Begin, kind: Kind, more: dict[str, Any], answer: dict[str, Any]
) -> None:
    after = await turn(await begin(kind, **more), Marketplace(shown(**answer)))
    assert after.state is State.SENT


NEW = ticket(key=TicketKey(KEY.account, "8"), follows=KEY.id)


async def test_the_ticket_that_is_opened_must_be_seen(begin: Begin) -> None:
    strange = Marketplace(Conversation(replace(NEW, follows="6"), ()))
    pass_ = await begin(Kind.FOLLOW_UP)
    assert (await turn(pass_, strange)).state is State.SENDING
    strange.opened = (NEW,)
    assert (await turn(pass_, strange)).state is State.SENT
    assert strange.writes == 1


@pytest.mark.parametrize(
    ("kind", "more"), [(Kind.FOLLOW_UP, {}), (Kind.ACTION, {"action": "refund"})]
)
async def test_the_answer_that_shows_the_new_ticket_is_enough(
    begin: Begin, store: RedisStore, kind: Kind, more: dict[str, Any]
) -> None:
    after = await turn(await begin(kind, **more), Marketplace(Conversation(NEW, ())))
    assert after.state is State.SENT
    assert (await store.load(NEW.key)).stored.unread_at, "its thread need not wait for a poll"


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.STATUS, Kind.ACTION])
async def test_an_answer_about_another_ticket_proves_nothing_and_is_told(
    begin: Begin, kind: Kind
) -> None:
    other = shown(message("1"), key=NEW.key, status=Status.CLOSED)
    status = Status.CLOSED if kind is Kind.STATUS else None
    pass_ = await begin(kind, status=status, action="archive")
    after = await turn(pass_, Marketplace(other))
    assert after.state is State.SENDING
    assert "another ticket" in after.reason
    assert pass_.mixed_up is not None
    assert pass_.conversation is None


async def test_a_read_of_another_ticket_settles_nothing(begin: Begin) -> None:
    pass_, market = await begin(), Marketplace(shown())
    await turn(pass_, market)
    market.key, market.shows = NEW.key, (message("1"),)
    after = await turn(pass_, market)
    assert after.state is State.SENDING
    assert pass_.mixed_up is not None
